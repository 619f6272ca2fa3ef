"""Feeds: which channel gets a daily thread, when, and with what in it."""

from bot.services.feeds._checks import DEFAULT_PAPERS
from bot.services.feeds._feeds import MIN_PAPERS, Edit, Feeds
from bot.services.feeds._known import FeedStatus
from bot.services.feeds._sources import require_trending, sources_for

__all__ = [
    "DEFAULT_PAPERS",
    "MIN_PAPERS",
    "Edit",
    "FeedStatus",
    "Feeds",
    "require_trending",
    "sources_for",
]
