"""Let what a server's members saved move the order of its threads, where a feed wants it.

Revision ID: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "feeds", sa.Column("taste", sa.Text(), nullable=False, server_default=sa.text("'off'"))
    )
