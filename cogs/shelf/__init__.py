"""`/shelf …`: the papers that a server's members add for each other."""

from bot.services.container import CogHost
from cogs.shelf import _blocked, _page, _paper
from cogs.shelf._cog import ShelfCommands

__all__ = ["setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(*_page.ITEMS, *_paper.ITEMS, *_blocked.ITEMS)
    await bot.add_cog(ShelfCommands(bot.services))
