"""`/club …`: journal clubs, and nominating papers for them."""

from bot.services.clubs import FORM, Decline, Nominate, Present
from bot.services.container import CogHost
from cogs.club._cog import ClubCommands
from cogs.club._end import EndClub
from cogs.club._nominate import nominate_from

__all__ = ["nominate_from", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the commands, the buttons and the form."""
    bot.add_dynamic_items(Nominate, Present, Decline, EndClub)
    bot.add_forms(FORM)
    await bot.add_cog(ClubCommands(bot.services))
