"""`/club …`: journal clubs, and nominating papers for them."""

from bot.services.clubs import FORM, Decline, Nominate, Present
from bot.services.container import CogHost
from cogs.club._club_form import FORM as CLUB_FORM
from cogs.club._cog import ClubCommands
from cogs.club._end import EndClub
from cogs.club._nominate import nominate_from
from cogs.club._setup import SetUpClub

__all__ = ["SetUpClub", "nominate_from", "setup"]


async def setup(bot: CogHost) -> None:
    """Add the commands, the buttons and the form."""
    bot.add_dynamic_items(Nominate, Present, Decline, EndClub, SetUpClub)
    bot.add_forms(FORM, CLUB_FORM)
    await bot.add_cog(ClubCommands(bot.services))
