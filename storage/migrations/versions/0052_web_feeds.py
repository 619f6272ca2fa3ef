"""Let servers add RSS and Atom feeds as sources.

Revision ID: 0052
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Integer, Text

revision = "0052"
down_revision = "0051"


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Apply this migration."""
    op.create_table(
        "web_feeds",
        sa.Column("id", Integer, autoincrement=True, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("title", Text, server_default="", nullable=False),
        sa.Column("etag", Text),
        sa.Column("last_modified", Text),
        sa.Column("next_at", Integer, nullable=False),
        sa.Column("failures", Integer, server_default="0", nullable=False),
        sa.Column("kind", Text),
        sa.Column("detail", Text),
        sa.Column("gone", Integer, server_default="0", nullable=False),
        sa.Column("read_at", Integer),
        sa.Column("entries", Integer, server_default="0", nullable=False),
        sa.Column("newest", Text, server_default="[]", nullable=False),
        sa.Column("created_at", Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_feeds"),
        sa.UniqueConstraint("url", name="uq_web_feeds_url"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_feeds_next_at", "web_feeds", ["next_at"], **_where("gone = 0"))
    op.create_table(
        "web_feed_entries",
        sa.Column("web_feed_id", Integer, nullable=False),
        sa.Column("entry", Text, nullable=False),
        sa.Column("listed_on", Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["web_feed_id"],
            ["web_feeds.id"],
            name="fk_web_feed_entries_web_feed_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("web_feed_id", "entry", name="pk_web_feed_entries"),
        sqlite_strict=True,
    )
    op.create_index("ix_web_feed_entries_listed_on", "web_feed_entries", ["listed_on"])
    op.create_table(
        "server_sources",
        sa.Column("guild_id", Integer, nullable=False),
        sa.Column("web_feed_id", Integer, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("offered_at", Integer, nullable=False),
        sa.Column("added_at", Integer),
        sa.ForeignKeyConstraint(
            ["guild_id"],
            ["guilds.id"],
            name="fk_server_sources_guild_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["web_feed_id"],
            ["web_feeds.id"],
            name="fk_server_sources_web_feed_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("guild_id", "web_feed_id", name="pk_server_sources"),
        sqlite_strict=True,
    )
    op.create_index("ix_server_sources_web_feed_id", "server_sources", ["web_feed_id"])
    op.create_index(
        "ix_server_sources_offered_at",
        "server_sources",
        ["offered_at"],
        **_where("added_at IS NULL"),
    )
