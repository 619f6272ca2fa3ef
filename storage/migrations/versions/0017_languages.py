"""Keep the language of a feed and of a person's digests; empty means the default.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("feeds", sa.Column("language", sa.Text()))
    op.add_column("subscribers", sa.Column("language", sa.Text()))
