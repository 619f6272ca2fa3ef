"""`/paper status` and `/paper help`."""

from bot.services.container import CogHost
from cogs.status._cog import Status
from cogs.status._report import search_line

__all__ = ["Status", "search_line", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog."""
    await bot.add_paper_cog(Status(bot))
