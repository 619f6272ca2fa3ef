"""Keep which version holds a lease, and which registered the commands.

Revision ID: 0058
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Text

revision = "0058"
down_revision = "0057"
needs = "0058"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "leases", sa.Column("revision", Text, nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "leases", sa.Column("version", Text, nullable=False, server_default=sa.text("''"))
    )
    op.add_column(
        "synced_commands", sa.Column("version", Text, nullable=False, server_default=sa.text("''"))
    )
