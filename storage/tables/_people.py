"""People: topics, their matches, and the digests made of them."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, LocalTime, PackedIds, Real, Text, UTCDateTime

users = table(
    "users",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("created_at", UTCDateTime, nullable=False),
)

# Topics, what they matched, and the digests made of it.

topics = table(
    "topics",
    Column("id", Integer, primary_key=True, autoincrement=True),
    # Mode, sources and normal form: people who ask the same share one row.
    Column("key", Text, nullable=False, unique=True),
    Column("query", Text, nullable=False),
    # strict · normal · broad · trending (the day's best, whatever they are about)
    Column("mode", Text, nullable=False),
    # The keys of the sources whose papers it is matched with; empty: the default ones.
    Column("sources", JSONText, nullable=False, server_default="[]"),
    Column("created_at", UTCDateTime, nullable=False),
    Index("ix_topics_sources", "sources", **where("sources != '[]'")),
    reuses_ids=False,
)

topic_matches = table(
    "topic_matches",
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("score", Real, nullable=False),
    # Why it matched, in words ready to be escaped and shown.
    Column("reason", Text, nullable=False),
    Column("matched_at", UTCDateTime, nullable=False, index=True),
    Index("ix_topic_matches_paper_id", "paper_id"),
)

# How far a pass over all papers has come; for the matching, the papers' revision.
watermarks = table(
    "watermarks",
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

subscribers = table(
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
    # The code of the language of their digests: what their Discord was in when they subscribed,
    # until they set another.
    Column("language", Text),
    Index("ix_subscribers_timezone", "timezone", "at"),
)

subscriptions = table(
    "subscriptions",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("min_votes", Integer, nullable=False),
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("created_at", UTCDateTime, nullable=False),
    # Only what is saved or dismissed after this counts for what the topic learns; all without.
    Column("learned_since", UTCDateTime),
    # Matches from then on are brought; without, those since the subscription began.
    Column("brings_from", UTCDateTime),
    Index("ix_subscriptions_topic_id", "topic_id"),
)

# Papers that count as matched by a topic for one person: what the topic brought because it learned,
# and what it matched longer ago than matches are kept, if the person saved or dismissed it.
learned_papers = table(
    "learned_papers",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", Integer, ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    # By the topic's text.
    Column("score", Real, nullable=False),
    Index("ix_learned_papers_topic_id", "topic_id"),
    Index("ix_learned_papers_paper_id", "paper_id"),
)

digests = table(
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

digest_papers = table(
    "digest_papers",
    Column("digest_id", Integer, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False),
    Index("ix_digest_papers_paper_id", "paper_id"),
)

# What pruned digests brought a person in a year, and what previews of topics showed before they
# subscribed, so that no paper comes twice.
brought_papers = table(
    "brought_papers",
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("papers", PackedIds, nullable=False),
)

# Direct messages sent and opened lately, for the budgets; it holds no user.
dm_log = table(
    "dm_log",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UTCDateTime, nullable=False, index=True),
    # open · send
    Column("kind", Text, nullable=False),
)

# Discord asked us to stop writing to people: nothing is sent until then.
dm_breaker = table(
    "dm_breaker",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("until", UTCDateTime, nullable=False),
    Column("reason", Text, nullable=False),
)

# A topic that a user is looking at before subscribing: what its buttons act on. Forgotten soon.
topic_drafts = table(
    "topic_drafts",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("query", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("every", Text),
    Column("min_votes", Integer, nullable=False),
    Column("sources", JSONText, nullable=False, server_default="[]"),
    Column("created_at", UTCDateTime, nullable=False, index=True),
    # The ids of the papers that the preview showed, and from when on its topic's digests bring what
    # it did not show.
    Column("shown", JSONText),
    Column("brings_from", UTCDateTime),
    reuses_ids=False,
)
