"""Divide the requests a second among several processes by what each needs.

Revision ID: 0057
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Integer

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("leases", sa.Column("demand", Integer, nullable=False, server_default="0"))
    op.add_column("leases", sa.Column("rate", Integer, nullable=False, server_default="0"))
    op.add_column("leases", sa.Column("rate_until", Integer, nullable=False, server_default="0"))
