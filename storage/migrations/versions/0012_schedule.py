"""Keep when an admin last set a feed's hour or zone, or resumed it.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("feeds", sa.Column("set_at", sa.Integer()))
