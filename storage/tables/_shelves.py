"""Servers' shelves: settings, papers, who added each, and the weekly posts."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, LocalTime, Text, UTCDateTime

# A server that has changed nothing and has nothing on its shelf has no row.
shelves = table(
    "shelves",
    Column("guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True),
    # The reaction that adds, as Discord shows it and as it is compared.
    Column("emoji", Text, nullable=False),
    Column("emoji_key", Text, nullable=False),
    # everyone · role · managers (those who may manage the server)
    Column("adding", Text, nullable=False),
    Column("role_id", Integer),
    # Whether cards say how many members saved their paper.
    Column("shows_saves", Integer, nullable=False, server_default="0"),
    # Where, on which day of the week (Monday is 0) and at which local time the week's additions
    # are posted; no channel: nowhere.
    Column("channel_id", Integer),
    Column("weekday", Integer, nullable=False, server_default="0"),
    Column("at", LocalTime, nullable=False),
    Column("timezone", Text, nullable=False),
    # When the weekly post was last turned on or moved: it owes nothing from before.
    Column("weekly_since", UTCDateTime),
    # Why it was stopped by us.
    Column("stopped_reason", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Index(
        "ix_shelves_weekly",
        "timezone",
        "weekday",
        "at",
        **where("channel_id IS NOT NULL AND stopped_reason IS NULL"),
    ),
)

# What a server itself says of a paper; it names no person.
shelf_papers = table(
    "shelf_papers",
    Column(
        "guild_id", Integer, ForeignKey("shelves.guild_id", ondelete="CASCADE"), primary_key=True
    ),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    # An admin keeps it on the shelf.
    Column("pinned_at", UTCDateTime),
    # An admin does not want it there.
    Column("blocked_at", UTCDateTime),
    # A weekly post has brought it.
    Column("posted_at", UTCDateTime),
    Index("ix_shelf_papers_paper_id", "paper_id"),
)

shelf_additions = table(
    "shelf_additions",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("guild_id", Integer, ForeignKey("shelves.guild_id", ondelete="CASCADE"), nullable=False),
    Column(
        "user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # reaction · button · command
    Column("via", Text, nullable=False),
    # The reaction that added it: this row lives and goes with that reaction on that message.
    Column("emoji_key", Text),
    # 0 once it was taken back or removed by other means while the reaction stands.
    Column("kept", Integer, nullable=False, server_default="1"),
    Column("message_id", Integer),
    Column("channel_id", Integer),
    Column("added_at", UTCDateTime, nullable=False),
    Index(
        "uq_shelf_additions_reaction",
        "message_id",
        "user_id",
        "emoji_key",
        "paper_id",
        unique=True,
        **where("emoji_key IS NOT NULL"),
    ),
    Index(
        "uq_shelf_additions_deliberate",
        "guild_id",
        "user_id",
        "paper_id",
        unique=True,
        **where("emoji_key IS NULL"),
    ),
    Index("ix_shelf_additions_guild_id_paper_id", "guild_id", "paper_id"),
)

# A server's weekly post of what was added, one for each local date; also dates without any.
shelf_posts = table(
    "shelf_posts",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("guild_id", Integer, ForeignKey("shelves.guild_id", ondelete="CASCADE"), nullable=False),
    Column("local_date", ISODate, nullable=False),
    Column("channel_id", Integer, nullable=False),
    # planned · sending · done · empty · failed
    Column("state", Text, nullable=False),
    Column("payload", JSONText),
    Column("message_id", Integer),
    Column("planned_at", UTCDateTime, nullable=False, index=True),
    Column("sent_at", UTCDateTime),
    Column("finished_at", UTCDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UTCDateTime),
    Column("reason", Text),
    UniqueConstraint("guild_id", "local_date"),
    Index("ix_shelf_posts_state", "state"),
    reuses_ids=False,
)
