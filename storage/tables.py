"""Every table. All are STRICT; personal rows hang on `users` and go with it."""

from typing import Any

from sqlalchemy import (
    REAL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from storage.types import ISODate, JSONText, LocalTime, PackedIds, UTCDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Column[Any] | SchemaItem, reuses_ids: bool = True) -> Table:
    # SQLite gives the highest deleted id out again unless told otherwise. Where buttons hold the
    # id, an old message would then act on somebody else's row.
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_autoincrement=not reuses_ids)


# Papers, and the days they appeared on.

papers = _table(
    "papers",
    # The integer key is the row's place in the derived index and in the vector matrix.
    Column("row", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", JSONText, nullable=False),
    Column("published_at", UTCDateTime),
    Column("categories", JSONText, nullable=False),
    Column("summary", Text),
    Column("keywords", JSONText, nullable=False),
    Column("organization", Text),
    Column("repository", Text),
    Column("project_page", Text),
    Column("thumbnail", Text),
    Column("media", JSONText, nullable=False),
    Column("submitter", Text),
    Column("comment", Text),
    Column("doi", Text),
    Column("journal_ref", Text),
    Column("version", Integer),
    Column("updated_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    Column("linked_models", Integer),
    Column("linked_datasets", Integer),
    Column("linked_spaces", Integer),
    # The newest numbers, so that ranking and cards need no join; history is in `snapshots`.
    Column("upvotes", Integer),
    Column("stars", Integer),
    Column("comments", Integer),
    Column("first_seen_at", UTCDateTime, nullable=False),
    # Rises with every change of text, so that derived indexes can follow it as a watermark.
    Column("revision", Integer, nullable=False, index=True),
    # Without regard to case, as DOIs are compared: the migration says COLLATE NOCASE, which alembic
    # cannot compare with what is said here.
    Index("ix_papers_doi", "doi", "id"),
    Index("ix_papers_uncategorised", "row", sqlite_where=text("categories = '[]'")),
)

snapshots = _table(
    "snapshots",
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UTCDateTime, primary_key=True),
    Column("upvotes", Integer),
    Column("stars", Integer),
    Column("comments", Integer),
    Index("ix_snapshots_at", "at"),
)

batches = _table(
    "batches",
    Column("day", ISODate, primary_key=True),
    Column("source", Text, primary_key=True),
    # complete: read whole · empty: the source confirmed that there is none
    Column("state", Text, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("fetched_at", UTCDateTime, nullable=False),
)

batch_papers = _table(
    "batch_papers",
    Column("day", ISODate, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("announcement", Text),
    Index("ix_batch_papers_paper_id", "paper_id"),
)

source_health = _table(
    "source_health",
    Column("source", Text, primary_key=True),
    Column("succeeded_at", UTCDateTime),
    # The first failure of the present series; empty while the source is well.
    Column("failing_since", UTCDateTime),
    Column("failed_at", UTCDateTime),
    Column("kind", Text),
    Column("detail", Text),
    Column("retry_at", UTCDateTime),
)

# Channels: what they want, and what they got.

guilds = _table(
    "guilds",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("joined_at", UTCDateTime, nullable=False),
    Column("welcomed_at", UTCDateTime),
    # When the bot was removed; rows are purged 30 days later.
    Column("left_at", UTCDateTime),
    Index("ix_guilds_left_at", "left_at", sqlite_where=text("left_at IS NOT NULL")),
)

feeds = _table(
    "feeds",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("channel_id", Integer, nullable=False, unique=True),
    Column("at", LocalTime, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("min_votes", Integer, nullable=False),
    Column("include", JSONText, nullable=False),
    Column("exclude", JSONText, nullable=False),
    Column("categories", JSONText, nullable=False),
    # Topics as their writers put them; a paper about one of them is enough.
    Column("topics", JSONText, nullable=False, server_default="[]"),
    Column("ping_role_id", Integer),
    # active · paused (by an admin) · disabled (by us, see the reason)
    Column("state", Text, nullable=False),
    Column("disabled_reason", Text),
    Column("told_at", UTCDateTime),
    Column("created_at", UTCDateTime, nullable=False),
    # When an admin last set the hour or the zone, or resumed it; empty: when it was created.
    Column("set_at", UTCDateTime),
    Index("ix_feeds_state", "state", "timezone", "at"),
    reuses_ids=False,
)

posts = _table(
    "posts",
    Column("id", Integer, primary_key=True, autoincrement=True),
    # A removed feed leaves its posts: the channel has still seen those papers.
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="SET NULL")),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("channel_id", Integer, nullable=False),
    Column("batch_day", ISODate, nullable=False),
    # The feed's own calendar day that this post used up; empty for batches recorded as skipped.
    Column("local_date", ISODate),
    # planned · sending · done · empty (nothing to post) · skipped (missed while away) · failed
    Column("state", Text, nullable=False),
    Column("late", Integer, nullable=False, server_default="0"),
    Column("payload", JSONText),
    Column("header_message_id", Integer),
    Column("thread_id", Integer),
    Column("planned_at", UTCDateTime, nullable=False),
    # The first and the latest moment something was sent.
    Column("started_at", UTCDateTime),
    Column("sent_at", UTCDateTime),
    Column("finished_at", UTCDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UTCDateTime),
    # The number of header refreshes done (at +6 h and +24 h).
    Column("refreshes", Integer, nullable=False, server_default="0"),
    Column("reason", Text),
    UniqueConstraint("feed_id", "batch_day"),
    UniqueConstraint("feed_id", "local_date"),
    Index("ix_posts_channel_id", "channel_id"),
    Index("ix_posts_state", "state"),
    Index("ix_posts_started_at", "started_at"),
    # The figures of a day are read from it alone: a row's payload is long, and lies before these.
    Index("ix_posts_planned_at", "planned_at", "state", "reason"),
    Index("ix_posts_refreshes", "state", "refreshes", "finished_at"),
    Index("ix_posts_payload", "planned_at", sqlite_where=text("payload IS NOT NULL")),
)

post_papers = _table(
    "post_papers",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("message_id", Integer),
)

# What a channel was shown in a year by posts that have been pruned, so that nothing comes twice.
shown_papers = _table(
    "shown_papers",
    Column("channel_id", Integer, primary_key=True, autoincrement=False),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # The oldest batch among them.
    Column("since", ISODate, nullable=False),
    Column("papers", PackedIds, nullable=False),
)

# Which message of ours shows which paper: a card shows one, a digest several.
cards = _table(
    "cards",
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", Integer, nullable=False),
    Column("guild_id", Integer),
    Column("posted_at", UTCDateTime, nullable=False),
    Index("ix_cards_posted_at", "posted_at"),
    Index("ix_cards_guild_id", "guild_id", sqlite_where=text("guild_id IS NOT NULL")),
    # Conversations with one person, for that person's rights.
    Index("ix_cards_channel_id", "channel_id", sqlite_where=text("guild_id IS NULL")),
)

# The process.

synced_commands = _table(
    "synced_commands",
    Column("application_id", Integer, primary_key=True, autoincrement=False),
    Column("payload_hash", Text, nullable=False),
    # Names to ids, for clickable command mentions.
    Column("command_ids", JSONText, nullable=False),
    Column("synced_at", UTCDateTime, nullable=False),
)

# What went wrong, from when to when; told to the bot's owner once, and once when it is over.
incidents = _table(
    "incidents",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    # Which source, for example; empty where there is only one of the kind.
    Column("subject", Text, nullable=False),
    # In plain words, as they were when it began.
    Column("text", Text, nullable=False),
    Column("began_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("told_at", UTCDateTime),
    Index("ix_incidents_ended_at", "ended_at"),
    Index(
        "uq_incidents_open", "kind", "subject", unique=True, sqlite_where=text("ended_at IS NULL")
    ),
)

# Search.

vectors = _table(
    "vectors",
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    # Counted and forgotten by model, without reading the vectors.
    Index("ix_vectors_model", "model"),
)

# One answered search: what its pages are turned by. It holds no user, whoever asked.
search_sessions = _table(
    "search_sessions",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("query", Text, nullable=False),
    Column("since", ISODate),
    Column("categories", JSONText, nullable=False),
    Column("sort", Text, nullable=False),
    # Whether only what the sources brought is listed.
    Column("fresh", Integer, nullable=False),
    # Ids of papers, best first; empty once they are forgotten, when only the question is left.
    Column("hits", JSONText),
    # How the question was read, and what the answer lacks.
    Column("remarks", JSONText, nullable=False),
    # Somebody has used the message: it must not change by itself any more.
    Column("used", Integer, nullable=False),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    Index("ix_search_sessions_hits", "created_at", sqlite_where=text("hits IS NOT NULL")),
    reuses_ids=False,
)

# What the sources were asked, so that nobody's question is asked there twice a day.
source_searches = _table(
    "source_searches",
    Column("question", Text, primary_key=True),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    # Empty while they are being asked.
    Column("answered_at", UTCDateTime),
    # A list of [source, papers found, or why it did not answer].
    Column("answers", JSONText, nullable=False),
    # Ids of what they found, in their order.
    Column("papers", JSONText, nullable=False),
)

# People. Everything personal hangs on this row and goes with it.

users = _table(
    "users",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("created_at", UTCDateTime, nullable=False),
)

# Topics, what they matched, and the digests made of it.

topics = _table(
    "topics",
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Mode and normal form: people who ask the same share one row.
    Column("key", Text, nullable=False, unique=True),
    Column("query", Text, nullable=False),
    # strict · broad · trending (the day's best, whatever they are about)
    Column("mode", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    reuses_ids=False,
)

topic_matches = _table(
    "topic_matches",
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("score", REAL, nullable=False),
    # Why it matched, in words ready to be escaped and shown.
    Column("reason", Text, nullable=False),
    Column("matched_at", UTCDateTime, nullable=False, index=True),
    Index("ix_topic_matches_paper_id", "paper_id"),
)

# How far a pass over all papers has come; for the matching, the papers' revision.
watermarks = _table(
    "watermarks",
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

subscribers = _table(
    "subscribers",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("at", LocalTime, nullable=False),
    Column("timezone", Text, nullable=False),
    # day · weekdays · week
    Column("every", Text, nullable=False),
    Column("quiet_until", ISODate),
    Column("dm_channel_id", Integer),
    # Refusals in a row; three of them close the direct messages until the person comes by.
    Column("strikes", Integer, nullable=False, server_default="0"),
    Column("closed_at", UTCDateTime),
    Column("closed_reason", Text),
    Column("created_at", UTCDateTime, nullable=False),
    Index("ix_subscribers_timezone", "timezone", "at"),
)

subscriptions = _table(
    "subscriptions",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("min_votes", Integer, nullable=False),
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("created_at", UTCDateTime, nullable=False),
    Index("ix_subscriptions_topic_id", "topic_id"),
)

digests = _table(
    "digests",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("local_date", ISODate, nullable=False),
    # planned · sending · sent · shown (asked for by command) · inbox · empty
    Column("state", Text, nullable=False),
    Column("payload", JSONText),
    Column("message_id", Integer),
    Column("planned_at", UTCDateTime, nullable=False),
    Column("sent_at", UTCDateTime),
    Column("finished_at", UTCDateTime),
    # Until when it may be sent: the end of its day where the person lives.
    Column("expires_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UTCDateTime),
    Column("reason", Text),
    # The newest batch whose best papers it considered, for readers of `trending`.
    Column("batch_day", ISODate),
    UniqueConstraint("user_id", "local_date"),
    Index("ix_digests_state", "state"),
    Index("ix_digests_planned_at", "planned_at", "state", "reason"),
    reuses_ids=False,
)

digest_papers = _table(
    "digest_papers",
    Column("digest_id", Integer, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Index("ix_digest_papers_paper_id", "paper_id"),
)

# What pruned digests brought a person in a year, so that no paper comes twice.
brought_papers = _table(
    "brought_papers",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("papers", PackedIds, nullable=False),
)

# Direct messages sent and opened lately, for the budgets; nobody's name is in it.
dm_log = _table(
    "dm_log",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UTCDateTime, nullable=False, index=True),
    # open · send
    Column("kind", Text, nullable=False),
)

# Discord told us to stop writing to people: nothing is sent until then.
dm_breaker = _table(
    "dm_breaker",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("until", UTCDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

# A topic that somebody is looking at before subscribing: what its buttons act on. Forgotten soon.
topic_drafts = _table(
    "topic_drafts",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("query", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("every", Text),
    Column("min_votes", Integer, nullable=False),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    reuses_ids=False,
)

# Libraries. A save has an origin, and a paper is on a list as long as one of them keeps it there.

lists = _table(
    "lists",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    # The name as it is compared: folded.
    Column("key", Text, nullable=False),
    # The reaction that saves to it, as Discord shows it and as it is compared; empty for none.
    Column("emoji", Text),
    Column("emoji_key", Text),
    Column("is_default", Integer, nullable=False, server_default="0"),
    # What is on it counts as read.
    Column("is_read", Integer, nullable=False, server_default="0"),
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("user_id", "key"),
    UniqueConstraint("user_id", "emoji_key"),
    reuses_ids=False,
)

saves = _table(
    "saves",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "list_id", Integer, ForeignKey("lists.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # reaction · button · message (its command) · command · import
    Column("via", Text, nullable=False),
    # The reaction that saved it: this row lives and goes with that reaction on that message.
    Column("emoji_key", Text),
    # 0 once the person took the paper out by other means while the reaction stands: reading
    # reactions back must not save it again.
    Column("kept", Integer, nullable=False, server_default="1"),
    # Where it was saved; the server is empty in direct messages and for imports.
    Column("message_id", Integer),
    Column("channel_id", Integer),
    Column("guild_id", Integer),
    Column("saved_at", UTCDateTime, nullable=False),
    Index(
        "uq_saves_reaction",
        "message_id",
        "user_id",
        "emoji_key",
        "paper_id",
        unique=True,
        sqlite_where=text("emoji_key IS NOT NULL"),
    ),
    Index(
        "uq_saves_deliberate",
        "list_id",
        "paper_id",
        unique=True,
        sqlite_where=text("emoji_key IS NULL"),
    ),
    Index("ix_saves_guild_id_saved_at", "guild_id", "saved_at"),
)

notes = _table(
    "notes",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Index("ix_notes_paper_id", "paper_id"),
)

# What a person took out of their library lately: the saves and the note, so that it can be undone.
removals = _table(
    "removals",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # The saves that were taken away, and the deliberate ones that were made in their place.
    Column("saves", JSONText, nullable=False),
    Column("replaced_by", JSONText, nullable=False),
    # The note that went with them, and when it was written.
    Column("note", Text),
    Column("noted_at", UTCDateTime),
    Column("removed_at", UTCDateTime, nullable=False, index=True),
    Index("ix_removals_user_id_paper_id", "user_id", "paper_id"),
    reuses_ids=False,
)

preferences = _table(
    "preferences",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    # Whether this person's saves count, namelessly, in a server's `/paper top`.
    Column("counted", Integer, nullable=False, server_default="1"),
    Column("updated_at", UTCDateTime, nullable=False),
)

# Whose reactions must not bring an erased library back where they still stand. No ids: a hash with
# its own salt, gone as soon as reactions of that time are no longer read.
erasures = _table(
    "erasures",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("erased_at", UTCDateTime, nullable=False, index=True),
)
