"""Find vectors by model, posts by their beginning, feeds and people by zone, servers by leaving.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply this migration."""
    op.create_index("ix_vectors_model", "vectors", ["model"])
    op.create_index("ix_posts_started_at", "posts", ["started_at"])
    op.create_index("ix_feeds_state", "feeds", ["state", "timezone", "at"])
    op.create_index("ix_subscribers_timezone", "subscribers", ["timezone", "at"])
    op.create_index(
        "ix_guilds_left_at", "guilds", ["left_at"], sqlite_where=sa.text("left_at IS NOT NULL")
    )
