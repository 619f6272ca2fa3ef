"""`/source …`: feeds of the web that a server adds as sources."""

from bot.services.container import CogHost
from cogs.sources._buttons import AddSource, RemoveSource
from cogs.sources._cog import Sources


async def setup(bot: CogHost) -> None:
    """Add the commands and their buttons."""
    bot.add_dynamic_items(AddSource, RemoveSource)
    await bot.add_cog(Sources(bot.services))
