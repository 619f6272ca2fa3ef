"""RSS and Atom feeds that servers added as sources."""

from sqlalchemy import Column, ForeignKey, Index, text

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, Text, UTCDateTime

# Each is asked for once for all servers. Its batches are those of the source `web<id>`.
web_feeds = table(
    "web_feeds",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False, unique=True),
    # As the feed calls itself.
    Column("title", Text, nullable=False, server_default=text("''")),
    # What the last answer said of itself, for the next request.
    Column("etag", Text),
    Column("last_modified", Text),
    # How often it asked to be asked, for the answers that say only that it has not changed.
    Column("ttl", Integer),
    Column("skipped", JSONText, nullable=False, server_default="[]"),
    # Set before each request to the moment of the next one.
    Column("next_at", UTCDateTime, nullable=False),
    # In a row; empty kind and detail while there are none.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("kind", Text),
    Column("detail", Text),
    # Whether it was said to be gone for good: then it is not asked for any more.
    Column("gone", Integer, nullable=False, server_default="0"),
    # When it was last read, whether it had changed or not.
    Column("read_at", UTCDateTime),
    # How many entries it had then, and the titles of the first ones.
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("newest", JSONText, nullable=False, server_default="[]"),
    Column("created_at", UTCDateTime, nullable=False),
    Index("ix_web_feeds_next_at", "next_at", **where("gone = 0")),
    reuses_ids=False,
)

# Which entries a feed has had, so that none is new twice.
web_feed_entries = table(
    "web_feed_entries",
    Column(
        "web_feed_id", Integer, ForeignKey("web_feeds.id", ondelete="CASCADE"), primary_key=True
    ),
    # A digest of the paper's key, or of the feed's own id of the entry.
    Column("entry", Text, primary_key=True),
    # The latest day that it was seen on, to within a month.
    Column("listed_on", ISODate, nullable=False, index=True),
)

# Which servers have a feed as a source, and under which name. Who added it is kept nowhere.
server_sources = table(
    "server_sources",
    Column("guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "web_feed_id",
        Integer,
        ForeignKey("web_feeds.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("name", Text, nullable=False),
    # When an admin was shown the feed, to decide whether to add it.
    Column("offered_at", UTCDateTime, nullable=False),
    # Empty until then.
    Column("added_at", UTCDateTime),
    Index("ix_server_sources_offered_at", "offered_at", **where("added_at IS NULL")),
)
