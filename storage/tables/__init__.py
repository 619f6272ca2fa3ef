"""Every table. All are STRICT; personal rows hang on `users` and go with it."""

from storage.tables._base import metadata
from storage.tables._channels import (
    cards,
    feeds,
    guilds,
    post_papers,
    posts,
    shown_papers,
)
from storage.tables._feed_links import feed_links
from storage.tables._libraries import (
    dismissals,
    erasures,
    lists,
    mutes,
    notes,
    opened_papers,
    preferences,
    removals,
    saves,
)
from storage.tables._news import (
    followed_papers,
    news,
    person_news,
)
from storage.tables._papers import (
    batch_papers,
    batches,
    paper_aliases,
    papers,
    snapshots,
    source_health,
)
from storage.tables._people import (
    brought_papers,
    digest_papers,
    digests,
    dm_breaker,
    dm_log,
    learned_papers,
    subscribers,
    subscriptions,
    topic_drafts,
    topic_matches,
    topics,
    users,
    watermarks,
)
from storage.tables._process import (
    incidents,
    leases,
    synced_commands,
)
from storage.tables._search import (
    search_sessions,
    source_searches,
    vectors,
)
from storage.tables._shelves import (
    shelf_additions,
    shelf_papers,
    shelf_posts,
    shelves,
)

__all__ = [
    "batch_papers",
    "batches",
    "brought_papers",
    "cards",
    "digest_papers",
    "digests",
    "dismissals",
    "dm_breaker",
    "dm_log",
    "erasures",
    "feed_links",
    "feeds",
    "followed_papers",
    "guilds",
    "incidents",
    "learned_papers",
    "leases",
    "lists",
    "metadata",
    "mutes",
    "news",
    "notes",
    "opened_papers",
    "paper_aliases",
    "papers",
    "person_news",
    "post_papers",
    "posts",
    "preferences",
    "removals",
    "saves",
    "search_sessions",
    "shelf_additions",
    "shelf_papers",
    "shelf_posts",
    "shelves",
    "shown_papers",
    "snapshots",
    "source_health",
    "source_searches",
    "subscribers",
    "subscriptions",
    "synced_commands",
    "topic_drafts",
    "topic_matches",
    "topics",
    "users",
    "vectors",
    "watermarks",
]
