"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

from bot.client import PaperBot
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._cog import Feeds

__all__ = ["Feeds", "RemoveFeed", "setup"]


async def setup(bot: PaperBot) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(RemoveFeed)
    await bot.add_cog(Feeds(bot))
