"""Channels: what they want, and what they were shown."""

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint

from storage.tables._base import table, where
from storage.types import Integer, ISODate, JSONText, LocalTime, PackedIds, Text, UTCDateTime

guilds = table(
    "guilds",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("joined_at", UTCDateTime, nullable=False),
    Column("welcomed_at", UTCDateTime),
    # When the bot was removed; rows are purged 30 days later.
    Column("left_at", UTCDateTime),
    # Whether cards have a button that opens a thread about their paper.
    Column("discusses", Integer, nullable=False, server_default="1"),
    Index("ix_guilds_left_at", "left_at", **where("left_at IS NOT NULL")),
)

feeds = table(
    "feeds",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("channel_id", Integer, nullable=False),
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
    # The code of the language that it posts in; empty: the server's own.
    Column("language", Text),
    # The keys of the sources whose papers it posts; empty: the Hub's, with arXiv's categories.
    Column("sources", JSONText, nullable=False, server_default="[]"),
    # off · mild · strong: how much its order follows what members saved from the server's threads;
    # shelf-mild · shelf-strong: and what is on the server's shelf.
    Column("taste", Text, nullable=False, server_default="off"),
    # channel (text or announcement) · thread · forum (or media): what its channel is.
    Column("kind", Text, nullable=False, server_default="channel"),
    # day · paper: what one post of a forum has.
    Column("layout", Text, nullable=False, server_default="day"),
    # off · existing · created: which of a forum's tags its posts get.
    Column("tags", Text, nullable=False, server_default="existing"),
    # Whether overviews in an announcement channel are published to the channels that follow it.
    Column("publish", Integer, nullable=False, server_default="0"),
    # day · weekdays · week · month: how often it posts (papers.cadence).
    Column("every", Text, nullable=False, server_default="day"),
    # Of a weekly roundup, 0 for Monday.
    Column("weekday", Integer, nullable=False, server_default="0"),
    # Whether overviews name what trends on the Hub.
    Column("trending", Integer, nullable=False, server_default="0"),
    # A channel has one daily thread, one weekly and one monthly roundup.
    Index(
        "uq_feeds_channel_id_daily",
        "channel_id",
        unique=True,
        **where("every IN ('day', 'weekdays')"),
    ),
    Index("uq_feeds_channel_id_every", "channel_id", "every", unique=True),
    Index("ix_feeds_state", "state", "timezone", "at"),
    reuses_ids=False,
)

posts = table(
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
    # Upvotes of the papers that the filters let through and that found no room, the highest first,
    # no more than the thread has papers; empty where that was not noted.
    Column("rest", JSONText),
    # owed · claimed (perhaps carried out) · done · failed; empty: the header is not to be published
    # to the channels that follow its own.
    Column("crosspost", Text),
    # The feed's cadence: roundups repeat papers, and none of them counts as shown by one.
    Column("every", Text, nullable=False, server_default="day"),
    UniqueConstraint("feed_id", "batch_day"),
    UniqueConstraint("feed_id", "local_date"),
    Index("ix_posts_channel_id", "channel_id"),
    Index("ix_posts_state", "state"),
    Index("ix_posts_started_at", "started_at"),
    # The figures of a day are read from it alone: a row's payload is long, and lies before these.
    Index("ix_posts_planned_at", "planned_at", "state", "reason"),
    Index("ix_posts_refreshes", "state", "refreshes", "finished_at"),
    Index("ix_posts_crosspost", "crosspost", **where("crosspost IS NOT NULL")),
    Index("ix_posts_payload", "planned_at", **where("payload IS NOT NULL")),
)

post_papers = table(
    "post_papers",
    Column("post_id", Integer, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("message_id", Integer),
    # The position of the card that this paper stands behind; empty for one with its own card.
    Column("behind", Integer),
    # When the post was planned; empty where that was not noted.
    Column("upvotes", Integer),
    # Whether its code was known then, likewise.
    Column("code", Integer),
)

# What a channel was shown in a year by posts that have been pruned, so that nothing comes twice.
shown_papers = table(
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

# What the overviews of a channel named as trending on the Hub. A paper that was named has not been
# posted: it still gets its card on its day.
trending_named = table(
    "trending_named",
    Column("channel_id", Integer, primary_key=True, autoincrement=False),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # For the first time.
    Column("named_at", UTCDateTime, nullable=False, index=True),
    Index("ix_trending_named_paper_id", "paper_id"),
)

# Which message of ours shows which paper: a card shows one, a digest several.
cards = table(
    "cards",
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), primary_key=True),
    Column("channel_id", Integer, nullable=False),
    Column("guild_id", Integer),
    Column("posted_at", UTCDateTime, nullable=False),
    Index("ix_cards_posted_at", "posted_at"),
    Index("ix_cards_guild_id", "guild_id", **where("guild_id IS NOT NULL")),
    # Conversations with one person, for that person's rights.
    Index("ix_cards_channel_id", "channel_id", **where("guild_id IS NULL")),
)

# The one thread about a paper in a server: on a card's own message, or on a message that begins it.
discussions = table(
    "discussions",
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("guild_id", Integer, ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column(
        "paper_id", Text, ForeignKey("papers.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    # The channel that the thread is in.
    Column("channel_id", Integer, nullable=False),
    # What the message that begins it says, and how the thread is called.
    Column("payload", JSONText, nullable=False),
    # The message that the thread is on.
    Column("message_id", Integer),
    Column("thread_id", Integer),
    Column("claimed_at", UTCDateTime, nullable=False),
    # The latest moment that the message which begins it was sent.
    Column("sent_at", UTCDateTime),
    UniqueConstraint("guild_id", "paper_id"),
    Index("ix_discussions_unfinished", "id", **where("thread_id IS NULL")),
    reuses_ids=False,
)
