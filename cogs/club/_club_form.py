"""The form that starts a journal club by choosing, without anything to type."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import custom_id, template
from bot.interactions.errors import Interaction
from bot.interactions.inputs import timezone_choices
from bot.interactions.modals import FORM_TIMEOUT
from bot.interactions.time_form import hour_field, weekday_field, zone_field
from bot.services.clubs import MAX_MEMBERS
from bot.services.container import services_of
from bot.ui.clubs import WEEKDAYS
from cogs.club._shared import guild_of, usual_zone

FORM: Final = template("club-set")
HOURS: Final = (9, 12, 15, 16, 17, 18, 20)
"""Hours to choose from."""
_USUAL: Final = time(17)
_KINDS: Final = (discord.ChannelType.text, discord.ChannelType.news)


async def club_form(interaction: Interaction) -> ui.Modal:
    """Return the form, with the server's usual zone."""
    services = services_of(interaction)
    now, locale = services.clock.now(), interaction.locale.value
    found = await asyncio.to_thread(timezone_choices, "", now, locale)
    labels = {zone: label for label, zone in found}
    zone = await usual_zone(services, guild_of(interaction).id) or next(iter(labels))
    form = ui.Modal(
        title=_("Start a journal club"), timeout=FORM_TIMEOUT, custom_id=custom_id("club-set")
    )
    channel: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id="channel", placeholder=_("Choose a channel…"), channel_types=list(_KINDS)
    )
    presenters: ui.UserSelect[Any] = ui.UserSelect(
        custom_id="presenters", required=False, min_values=0, max_values=MAX_MEMBERS
    )
    form.add_item(
        ui.Label(
            text=_("Channel"),
            description=_("Members nominate, vote and discuss there."),
            component=channel,
        )
    )
    form.add_item(
        ui.Label(
            text=_("Day of the week"),
            description=_("The first session is at least three days from now."),
            component=weekday_field(WEEKDAYS, None),
        )
    )
    form.add_item(ui.Label(text=_("Time"), component=hour_field(_USUAL, HOURS)))
    form.add_item(
        ui.Label(
            text=_("Time zone"),
            description=_("Not listed? Choose it later with /club edit."),
            component=zone_field(labels, zone),
        )
    )
    form.add_item(
        ui.Label(
            text=_("Presenters"),
            description=_("Optional: who takes turns. Without any, volunteers are asked."),
            component=presenters,
        )
    )
    return form


def only(chosen: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the only value of a field, empty for none."""
    values = chosen.get(name, ())
    return values[0] if len(values) == 1 else ""
