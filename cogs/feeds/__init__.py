"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

from bot.services.container import CogHost
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._cog import Feeds
from cogs.feeds._preview import PagePreview

__all__ = ["Feeds", "PagePreview", "RemoveFeed", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(RemoveFeed, PagePreview)
    await bot.add_cog(Feeds(bot.services))
