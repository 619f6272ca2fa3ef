"""Find what was delivered lately without reading every post ever made.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply this migration."""
    for table in ("posts", "digests"):
        op.create_index(f"ix_{table}_planned_at", table, ["planned_at", "state", "reason"])
