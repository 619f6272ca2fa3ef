"""`/paper status` and `/paper help`."""

from bot.services.container import CogHost
from cogs.status._cog import Status
from cogs.status._help import ChooseHelp
from cogs.status._report import search_line
from cogs.status._start import FORM, StartButton

__all__ = ["Status", "search_line", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog and its buttons."""
    bot.add_dynamic_items(ChooseHelp, StartButton)
    bot.add_forms(FORM)
    await bot.add_paper_cog(Status(bot.services))
