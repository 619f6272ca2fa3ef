"""Feeds of the web that servers add as sources: asked for, stored, and offered to servers."""

from bot.services.web_feeds._reading import WebFeeds
from bot.services.web_feeds._servers import LONGEST_NAME, ServerSources, problem_of

__all__ = ["LONGEST_NAME", "ServerSources", "WebFeeds", "problem_of"]
