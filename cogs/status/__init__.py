"""`/paper status` and `/paper help`."""

from bot.services.container import CogHost
from cogs.status._cog import Status

__all__ = ["Status", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog."""
    await bot.add_paper_cog(Status(bot))
