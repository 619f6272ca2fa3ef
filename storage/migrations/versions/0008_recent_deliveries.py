"""Find what was delivered lately, and what is to be refreshed, without reading every post.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply this migration."""
    for table in ("posts", "digests"):
        op.create_index(f"ix_{table}_planned_at", table, ["planned_at", "state", "reason"])
    op.create_index("ix_posts_refreshes", "posts", ["state", "refreshes", "finished_at"])
