"""Tables that may be read whole, and by what, each with why."""

from collections.abc import Mapping
from typing import Final

SMALL: Final[Mapping[str, str]] = {
    "source_health": "a row per source",
    "synced_commands": "a row per application",
    "watermarks": "a row per pass",
    "leases": "a row per process that runs the bot",
    "dm_breaker": "one row",
    "trending_papers": "one answer of the Hub, up to a hundred rows",
    "incidents": "a few a day at worst; pruned after three months",
    "batches": "a row per source and day; those without papers are pruned",
}
"""Tables that do not grow, or so slowly that reading them whole takes less than a millisecond."""

ALLOWED: Final[Mapping[tuple[str, str], str]] = {
    ("backups._erase_again", "erasures"): "at a restore, with the bot stopped",
    ("backups._erase_again", "users"): "at a restore, with the bot stopped",
    ("digests.claim_due", "subscribers"): "which time zones there are: the index on them alone",
    ("metrics.read", "feeds"): "a count by state for the metrics, a row per channel",
    ("metrics.read", "papers"): "a count for the metrics, along an index of numbers",
    ("discussions.unfinished", "discussions"): "an index of those alone",
    ("feed_links.keep_only", "feed_links"): "at a restore, with the bot stopped",
    ("guilds.reconcile", "guilds"): "at a start: all servers are compared with those of Discord",
    ("guilds.unwelcomed", "guilds"): "at a start, a row per server",
    ("library.emoji_in_use", "lists"): "at a start, along an index of emoji, off the loop",
    ("library.recent_cards", "cards"): "at a start: the newest first, up to a limit; 30 days kept",
    ("picks.recent", "papers"): "the newest, up to a limit, in the order of the table's own key",
    ("news.unfollowed", "saves"): "the newest, up to a limit; all of them once a day, off the loop",
    ("papers.count", "papers"): "a count along an index of numbers: 2 ms for 100,000",
    ("papers.without_categories", "papers"): "an index of those alone",
    ("restores.mark", "followed_papers"): "at a restore, with the bot stopped",
    ("personal_data.erased", "erasures"): "seven days' salts: an id is found by trying each",
    ("search.find", "papers"): "the plain search while there is no index; at most a few minutes",
    ("shelves.claim_due", "shelves"): "which hours there are: an index of those that post weekly",
    ("subscriptions.all_topics", "topics"): "all of them are matched with new papers",
    ("subscriptions.popular", "topics"): "what is typed may be anywhere in a topic",
    ("subscriptions.replace_source", "topics"): "once, when a feed moved to where another one is",
    ("subscriptions.source_groups", "topics"): "an index of those with sources of their own",
    ("trends.keywords", "papers"): "some months' keywords, at most every six hours, off the loop",
    ("web_feeds.forget", "topics"): "in the upkeep: an index of those with sources of their own",
    ("web_feeds.forget", "web_feeds"): "in the upkeep; a row per feed that servers added",
    ("web_feeds.health", "web_feeds"): "`paperboy check`; a row per feed that servers added",
    ("web_feeds.health", "server_sources"): "`paperboy check`; the feeds of all servers",
    ("vectors.newest", "papers"): "at a start, into the matrix; the newest first, up to a limit",
}
"""Why a function of `storage` has to read the whole of a table that grows."""

REPAIRS: Final[Mapping[str, str]] = {
    "moving": "by `paperboy move` alone, with the bot stopped: every table is copied and compared",
    "clock_repair": "once, after the machine's clock was far ahead: every table is looked through",
}
"""Modules of `storage` that look through whatever there is, each with when."""
