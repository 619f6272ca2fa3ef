"""Commands on any message about the papers it links to; its text comes with it, without any intent.

discord.py allows five of them; these are all.
"""

from bot.services.container import CogHost
from cogs.messages._cite import CiteMessage
from cogs.messages._nominate import NominateMessage
from cogs.messages._save import SaveMessage
from cogs.messages._send import SendMessage
from cogs.messages._send_form import FORM
from cogs.messages._similar import ChooseSimilar, SimilarToMessage

__all__ = ["setup"]


async def setup(bot: CogHost) -> None:
    """Add the commands and their buttons."""
    bot.add_dynamic_items(ChooseSimilar)
    bot.add_forms(FORM)
    for cog in (
        SaveMessage(bot.services),
        CiteMessage(bot.services),
        SimilarToMessage(bot.services),
        SendMessage(bot.services),
        NominateMessage(bot.services),
    ):
        await bot.add_cog(cog)
        bot.tree.add_command(cog.menu)  # a cog does not add a context menu by itself
