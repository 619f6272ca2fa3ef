"""Digests: each person's papers of the day, by direct message, at their own hour."""

from bot.services.digests._adding import TRENDING
from bot.services.digests._buttons import (
    ITEMS,
    EndTopic,
    render_digest,
    render_ended,
    subscriptions_of,
)
from bot.services.digests._compose import compose, wanted
from bot.services.digests._digester import Digester, due_of
from bot.services.digests._follow import Followed, Following
from bot.services.digests._learned import reordered
from bot.services.digests._learning import ADDED, TopicLearning
from bot.services.digests._payload import (
    LONGEST,
    MAX_MORE,
    DigestEntry,
    DigestPayload,
    MoreEntry,
    entry_of,
    page_of,
    render_entries,
    title_of,
    why,
)
from bot.services.digests._subscriptions import MAX_TOPICS, Subscriptions
from bot.services.digests._texts import (
    at_least,
    describe_learned,
    describe_matching,
    describe_news,
    describe_picks,
    describe_settings,
    describe_subscription,
    next_digest_at,
    often,
)
from bot.services.digests._votes import require_votes

__all__ = [
    "ADDED",
    "ITEMS",
    "LONGEST",
    "MAX_MORE",
    "MAX_TOPICS",
    "TRENDING",
    "DigestEntry",
    "DigestPayload",
    "Digester",
    "EndTopic",
    "Followed",
    "Following",
    "MoreEntry",
    "Subscriptions",
    "TopicLearning",
    "at_least",
    "compose",
    "describe_learned",
    "describe_matching",
    "describe_news",
    "describe_picks",
    "describe_settings",
    "describe_subscription",
    "due_of",
    "entry_of",
    "next_digest_at",
    "often",
    "page_of",
    "render_digest",
    "render_ended",
    "render_entries",
    "reordered",
    "require_votes",
    "subscriptions_of",
    "title_of",
    "wanted",
    "why",
]
