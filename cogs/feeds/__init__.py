"""`/feed …`: which channel gets the day's thread, when, and with what in it."""

from bot.client import PaperBot
from cogs.feeds._buttons import RemoveFeed
from cogs.feeds._cog import Feeds
from cogs.feeds._preview import TurnPreview

__all__ = ["Feeds", "RemoveFeed", "TurnPreview", "setup"]


async def setup(bot: PaperBot) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(RemoveFeed, TurnPreview)
    await bot.add_cog(Feeds(bot))
