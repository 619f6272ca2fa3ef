"""Citing papers: from a button, or from any message that names them (`cogs.messages`)."""

from bot.services.container import CogHost
from cogs.cite._cog import SHOWN, Citations, CiteButton
from cogs.cite._form import FORM, open_form

__all__ = ["SHOWN", "CiteButton", "open_form", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the cog, its button and its form."""
    bot.add_dynamic_items(CiteButton)
    bot.add_forms(FORM)
    await bot.add_cog(Citations())
