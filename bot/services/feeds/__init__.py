"""Feeds: which channel gets a daily thread, when, and with what in it."""

from bot.services.feeds._feeds import DEFAULT_PAPERS, MIN_PAPERS, Edit, Feeds
from bot.services.feeds._known import FeedStatus

__all__ = ["DEFAULT_PAPERS", "MIN_PAPERS", "Edit", "FeedStatus", "Feeds"]
