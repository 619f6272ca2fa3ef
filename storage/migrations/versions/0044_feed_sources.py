"""Let a feed be made of other sources than the Hub.

Revision ID: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "feeds",
        sa.Column("sources", sa.Text(), nullable=False, server_default=sa.text("'[]'")),
    )
