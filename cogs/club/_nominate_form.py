"""The form that asks which of a message's papers to nominate, and for which club."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import custom_id
from bot.interactions.errors import Interaction
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.clubs import SEVERAL, SOME_CLUB
from bot.services.container import services_of
from bot.ui.text import plain
from cogs._named_papers import MAX_PAPERS, paper_options
from cogs.club._shared import guild_of
from storage.clubs import MAX_OF_ONE, Club


async def choosing_form(
    interaction: Interaction, clubs: Sequence[Club], named: Sequence[str]
) -> ui.Modal:
    """Return the form for what is not clear: the paper, the club, or both."""
    several = len(named) > 1
    club_id = clubs[0].id if len(clubs) == 1 else SOME_CLUB
    form = ui.Modal(
        title=_("Nominate a paper"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("club-form", club_id, SEVERAL if several else named[0]),
    )
    if several:
        offered = named[:MAX_PAPERS]
        options = paper_options(offered, await services_of(interaction).lookup.known(offered))
        papers: ui.Select[Any] = ui.Select(
            custom_id="paper", options=options, max_values=min(len(options), MAX_OF_ONE)
        )
        form.add_item(ui.Label(text=_("Papers"), component=papers))
    if club_id == SOME_CLUB:
        guild = guild_of(interaction)
        choices = [
            discord.SelectOption(label=_channel_name(guild, club), value=str(club.id))
            for club in clubs[: limits.SELECT_OPTIONS]
        ]
        form.add_item(
            ui.Label(
                text=_("Journal club"), component=ui.Select[Any](custom_id="club", options=choices)
            )
        )
    return form


def _channel_name(guild: discord.Guild, club: Club) -> str:
    channel = guild.get_channel(club.channel_id)
    return plain(
        str(club.channel_id) if channel is None else f"#{channel.name}", limits.OPTION_LABEL
    )
