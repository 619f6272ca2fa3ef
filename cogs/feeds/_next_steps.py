"""What else a server can have once its first thread is there."""

from typing import Any

from bot.interactions.components import PaperboyButton
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from cogs.club import SetUpClub
from cogs.feeds._setup_button import SetUpFeed
from cogs.feeds._shared import guild_of


async def next_steps(interaction: Interaction) -> list[PaperboyButton | Any]:
    """Return the buttons for another channel, and for a journal club where there is none."""
    clubs = await services_of(interaction).clubs.of_guild(guild_of(interaction).id)
    return [SetUpFeed(another=True), *([] if clubs else [SetUpClub()])]
