"""Libraries: saving by reaction, and everything that people do with what they saved."""

from bot.client import PaperBot
from bot.ui import save
from cogs.library._reactions import Reactions


async def setup(bot: PaperBot) -> None:
    """Add the cogs and their buttons."""
    bot.add_dynamic_items(*save.ITEMS)
    await bot.add_cog(Reactions(bot))
