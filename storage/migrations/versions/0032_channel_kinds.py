"""Let a feed post in every kind of channel, and publish what it posts in announcement channels.

Revision ID: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0029"


def upgrade() -> None:
    """Apply this migration."""
    for name, usual in (("kind", "channel"), ("layout", "day"), ("tags", "existing")):
        op.add_column(
            "feeds",
            sa.Column(name, sa.Text(), nullable=False, server_default=sa.text(f"'{usual}'")),
        )
    op.add_column(
        "feeds", sa.Column("publish", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column("posts", sa.Column("crosspost", sa.Text()))
    op.create_index(
        "ix_posts_crosspost",
        "posts",
        ["crosspost"],
        sqlite_where=sa.text("crosspost IS NOT NULL"),
    )
