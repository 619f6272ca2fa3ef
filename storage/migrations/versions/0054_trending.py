"""Keep what trends on the Hub, and what overviews named of it.

Revision ID: 0054
"""

import sqlalchemy as sa
from alembic import op

from storage.types import Integer, Text

revision = "0054"
down_revision = "0052"


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("feeds", sa.Column("trending", Integer, nullable=False, server_default="0"))
    op.create_table(
        "trending_papers",
        sa.Column("position", Integer, autoincrement=False, nullable=False),
        sa.Column("paper_id", Text, nullable=False),
        sa.Column("read_at", Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name="fk_trending_papers_paper_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", name="pk_trending_papers"),
        sqlite_strict=True,
    )
    op.create_index("ix_trending_papers_paper_id", "trending_papers", ["paper_id"])
    op.create_table(
        "trending_named",
        sa.Column("channel_id", Integer, autoincrement=False, nullable=False),
        sa.Column("paper_id", Text, nullable=False),
        sa.Column("guild_id", Integer, nullable=False),
        sa.Column("named_at", Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"],
            ["papers.id"],
            name="fk_trending_named_paper_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["guild_id"],
            ["guilds.id"],
            name="fk_trending_named_guild_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "paper_id", name="pk_trending_named"),
        sqlite_strict=True,
    )
    op.create_index("ix_trending_named_guild_id", "trending_named", ["guild_id"])
    op.create_index("ix_trending_named_named_at", "trending_named", ["named_at"])
    op.create_index("ix_trending_named_paper_id", "trending_named", ["paper_id"])
