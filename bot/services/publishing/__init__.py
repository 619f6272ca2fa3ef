"""Posts, exactly once: frozen first, then sent step by step, each step remembered before the
next."""

from bot.services.publishing._draft import PostPayload, compose
from bot.services.publishing._order import filters_of
from bot.services.publishing._picture import picture_of
from bot.services.publishing._publisher import Publisher
from bot.services.publishing._roundup import MOST_PAPERS

__all__ = ["MOST_PAPERS", "PostPayload", "Publisher", "compose", "filters_of", "picture_of"]
