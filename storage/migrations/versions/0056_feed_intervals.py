"""Keep how often a feed asked to be asked.

Revision ID: 0056
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Integer, Text

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("web_feeds", sa.Column("ttl", Integer))
    op.add_column("web_feeds", sa.Column("skipped", Text, nullable=False, server_default="[]"))
