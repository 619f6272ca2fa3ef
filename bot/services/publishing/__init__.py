"""Posts, exactly once: frozen first, then sent step by step, each step remembered before the
next."""

from bot.services.publishing._draft import PostPayload, compose, filters_of
from bot.services.publishing._publisher import Publisher

__all__ = ["PostPayload", "Publisher", "compose", "filters_of"]
