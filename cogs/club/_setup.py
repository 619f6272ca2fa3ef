"""Starting a journal club without a command: a button and one form."""

import re
from typing import Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.interactions.inputs import parse_time
from bot.interactions.modals import filled
from bot.services.container import services_of
from cogs.club._club_form import FORM, club_form, only
from cogs.club._shared import guild_of, require_manager
from cogs.club._status import render_standing
from papers import zones
from papers.club_schedule import Every


class SetUpClub(PaperboyButton, template=template("club-setup")):
    """Opens the form that starts a journal club."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label=_("Start a journal club"), custom_id=custom_id("club-setup"))
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        require_manager(interaction)
        await interaction.response.send_modal(await club_form(interaction))


async def take_club_form(interaction: Interaction) -> None:
    """Start a club as it was chosen in the form; nothing for any other interaction.

    Raises:
        UserError: something was not chosen, or the club cannot be in that channel.
    """
    form = filled(interaction, FORM)
    if form is None:
        return
    _match, chosen = form
    require_manager(interaction)
    guild, services = guild_of(interaction), services_of(interaction)
    place, day, zone = (only(chosen, name) for name in ("channel", "weekday", "timezone"))
    channel = guild.get_channel(int(place)) if re.fullmatch(NUMBER, place) else None
    if not isinstance(channel, discord.TextChannel):
        raise UserError(_("I can't see that channel. Choose another."))
    if zone not in zones.names() or day not in set("0123456"):
        raise UserError(_("Choose a day, a time and a time zone."))
    people = [int(each) for each in chosen.get("presenters", ()) if re.fullmatch(NUMBER, each)]
    members = [guild.get_member(each) for each in people]
    if any(each is not None and each.bot for each in members):
        raise UserError(_("A bot can't present. Choose a person."))
    standing = await services.clubs.create(
        channel,
        weekday=int(day),
        at=parse_time(only(chosen, "hour")),
        timezone=zone,
        every=Every.WEEK,
        members=tuple(dict.fromkeys(people)),
    )
    view = await render_standing(services, standing, channel, _("Journal club started"))
    await interaction.response.send_message(view=view, ephemeral=True)
