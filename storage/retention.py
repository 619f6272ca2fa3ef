"""How long every table keeps its rows, and who prunes it.

What is pruned goes in small steps, each its own short transaction, so that the only writer is never
held: `STEPS` are called by the upkeep (`bot.services.maintenance`) until they return 0.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import (
    batches,
    cards,
    clubs,
    digests,
    guilds,
    hidden,
    incidents,
    library,
    news,
    papers,
    personal_data,
    posts,
    search_sessions,
    server_sources,
    shelves,
    source_memory,
    source_searches,
    subscriptions,
    topic_matches,
    trending,
    vectors,
    web_feeds,
)

Step: TypeAlias = Callable[[AsyncConnection, datetime], Awaitable[int]]
"""Prunes a little and returns how much, 0 when nothing is left to prune at that moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A table that nothing is pruned from."""

    reason: str


@dataclass(frozen=True, slots=True)
class Pruned:
    """A table whose old rows go."""

    age: timedelta
    by: Step
    but: str = ""
    """What stays of them, or for how much longer."""


_WITH_PERSON: Final = "goes with the person's row, when they erase everything"

RETENTION: Final[Mapping[str, Kept | Pruned]] = {
    "papers": Kept("what search, libraries and pages show; 2 to 3 KB each"),
    "paper_aliases": Kept("which ids are of one work, so that none is posted twice"),
    "snapshots": Pruned(
        timedelta(days=7),
        papers.thin_snapshots,
        "one an hour for a week, one a day for a quarter, then one a week",
    ),
    "batches": Pruned(
        batches.EMPTY_KEPT,
        batches.forget_empty,
        "days with papers, for `/paper trending` of any day",
    ),
    "batch_papers": Kept("`/paper trending` of any day, and what authors' votes are learnt from"),
    "editions": Kept("a row per conference and year"),
    "source_health": Kept("a row per source"),
    "server_sources": Pruned(
        server_sources.OFFERS_KEPT,
        server_sources.forget_offers,
        "those that were added go with their server",
    ),
    "web_feed_entries": Pruned(
        web_feeds.ENTRIES_KEPT, web_feeds.forget_entries, "and with the feed"
    ),
    "web_feeds": Pruned(
        web_feeds.UNUSED_KEPT, web_feeds.forget, "those that a server or a topic has"
    ),
    "source_requests": Kept("a row per source"),
    "source_memory": Pruned(source_memory.UNUSED_KEPT, source_memory.forget),
    "guilds": Pruned(guilds.LEFT_KEPT, guilds.forget_left, "counted from when the bot was removed"),
    "feeds": Kept("up to three rows per channel; they go with their server"),
    "discussions": Kept("a row per paper that a server discusses; goes with either"),
    "feed_links": Kept("a row per link that is not revoked; goes with what it shows"),
    "clubs": Kept("a row per channel; goes with its server"),
    "club_members": Kept("goes with the club, or with the person's row"),
    "club_sessions": Pruned(clubs.SESSIONS_KEPT, clubs.forget_sessions, "counted from its end"),
    "club_steps": Pruned(
        clubs.SESSIONS_KEPT, clubs.forget_sessions, "as `club_sessions`, which it goes with"
    ),
    "club_turns": Pruned(
        clubs.SESSIONS_KEPT, clubs.forget_sessions, "as `club_sessions`, which it goes with"
    ),
    "club_nominations": Kept("until the paper was read or no one voted for it; 50 a club"),
    "posts": Pruned(
        posts.POSTS_KEPT,
        posts.fold,
        "what threads showed, in `shown_papers`; wording 7 days only, roundups 70 days",
    ),
    "post_papers": Pruned(posts.POSTS_KEPT, posts.fold, "as `posts`, which it goes with"),
    "shown_papers": Kept("no channel gets a paper twice; 3 bytes for each paper shown"),
    "cards": Pruned(cards.CARDS_KEPT, cards.prune, "an older message says itself what it shows"),
    "trending_papers": Kept("one answer of the Hub, up to a hundred rows"),
    "trending_named": Pruned(trending.NAMED_KEPT, trending.forget),
    "shelves": Kept("a row per server that uses its shelf; goes with its server"),
    "shelf_papers": Kept("what was pinned, blocked or posted; goes with its server"),
    "shelf_additions": Kept(f"{_WITH_PERSON}, or with the server"),
    "shelf_posts": Pruned(shelves.POSTS_KEPT, shelves.prune),
    "synced_commands": Kept("a row per application"),
    "leases": Kept("one row"),
    "incidents": Pruned(incidents.KEPT, incidents.forget, "counted from its end"),
    "vectors": Pruned(
        vectors.BEGINNINGS_KEPT, vectors.forget_beginnings, "those of search, one for each paper"
    ),
    "search_sessions": Pruned(
        search_sessions.QUESTIONS_KEPT,
        search_sessions.forget,
        "results 30 days only, as long as buttons work",
    ),
    "source_searches": Pruned(source_searches.ANSWER_KEPT, source_searches.forget),
    "users": Kept("a row per person; erased by `/privacy delete`"),
    "topics": Kept("a row per topic; goes with its last follower"),
    "topic_matches": Pruned(topic_matches.MATCHES_KEPT, topic_matches.prune),
    "watermarks": Kept("a row per pass"),
    "subscribers": Kept(_WITH_PERSON),
    "subscriptions": Kept(_WITH_PERSON),
    "learned_papers": Kept(
        "goes with the subscription; what a topic learns from, if all else goes"
    ),
    "digests": Pruned(
        digests.DIGESTS_KEPT,
        digests.fold,
        "what each brought, in `brought_papers`",
    ),
    "digest_papers": Pruned(digests.DIGESTS_KEPT, digests.fold, "as `digests`, which it goes with"),
    "brought_papers": Kept("no person gets a paper twice; 3 bytes for each paper brought"),
    "dm_log": Pruned(digests.DM_LOG_KEPT, digests.forget_sending),
    "dm_breaker": Kept("one row"),
    "topic_drafts": Pruned(subscriptions.DRAFTS_KEPT, subscriptions.forget_drafts),
    "lists": Kept(_WITH_PERSON),
    "saves": Kept(_WITH_PERSON),
    "notes": Kept(_WITH_PERSON),
    "removals": Pruned(library.REMOVALS_KEPT, library.forget_removals),
    "followed_papers": Pruned(
        news.BETWEEN_ANSWERS, news.forget_unsaved, "counted from when a paper is on no list"
    ),
    "news": Pruned(news.NEWS_KEPT, news.forget_old),
    "person_news": Pruned(news.NEWS_KEPT, news.forget_old, "as `news`, which it goes with"),
    "dismissals": Kept(_WITH_PERSON),
    "opened_papers": Pruned(hidden.OPENED_KEPT, hidden.forget_opened),
    "mutes": Kept(_WITH_PERSON),
    "preferences": Kept(_WITH_PERSON),
    "erasures": Pruned(personal_data.REACTIONS_READ, personal_data.forget_erasures),
}
"""Every table of `storage.tables`, and what becomes of its rows."""

STEPS: Final[Mapping[str, Step]] = {
    "texts of posts": posts.forget_payloads,
    **{
        name: step
        for step, name in {
            each.by: name for name, each in RETENTION.items() if isinstance(each, Pruned)
        }.items()
    },
}
"""Everything that prunes, by what it prunes, in the order in which the upkeep does it."""
