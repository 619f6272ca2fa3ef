"""Secret addresses at which feed readers get papers."""

from sqlalchemy import Column, ForeignKey, LargeBinary

from storage.tables._base import table
from storage.types import Integer, Text, UTCDateTime

# Of a channel's feed, of a server's shelf, or of a person's topic or list; each link dies with what
# it shows.
feed_links = table(
    "feed_links",
    Column("id", Integer, primary_key=True, autoincrement=True),
    # SHA-256 of the token in the address: the token itself is stored nowhere.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), index=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), index=True),
    Column("list_id", Integer, ForeignKey("lists.id", ondelete="CASCADE"), index=True),
    # The host of its address when it was made: a part of the ids that readers know entries by.
    Column("host", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    # Whose shelf it shows. No key of another table: all links of a server are revoked when the bot
    # leaves it, and SQLite can add a column to a table, but no constraint.
    Column("guild_id", Integer, index=True),
    reuses_ids=False,
)
