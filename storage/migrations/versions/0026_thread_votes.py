"""Note how papers stood when a thread was planned: what other settings would have done.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("posts", sa.Column("rest", sa.Text()))
    op.add_column("post_papers", sa.Column("upvotes", sa.Integer()))
