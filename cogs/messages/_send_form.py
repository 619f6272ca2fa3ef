"""The form that asks in which channel a paper is to be posted."""

from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PAPER, custom_id, template
from bot.interactions.modals import FORM_TIMEOUT
from bot.services.container import Services
from cogs._named_papers import MAX_PAPERS, SEVERAL, paper_options

FORM: Final = template("send-form", message_id=NUMBER, named=rf"{PAPER}|{SEVERAL}")
KINDS: Final = (
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.public_thread,
)
"""What a paper can be posted in."""


async def send_form(services: Services, message_id: int, named: Sequence[str]) -> ui.Modal:
    """Return the form for the papers that a message names: a channel, and one of several papers."""
    form = ui.Modal(
        title=_("Send to another channel"),
        timeout=FORM_TIMEOUT,
        custom_id=custom_id("send-form", message_id, named[0] if len(named) == 1 else SEVERAL),
    )
    if len(named) > 1:
        offered = named[:MAX_PAPERS]
        options = paper_options(offered, await services.lookup.known(offered))
        papers: ui.Select[Any] = ui.Select(
            custom_id="paper", placeholder=_("Choose a paper…"), options=options
        )
        form.add_item(ui.Label(text=_("Paper"), component=papers))
    channels: ui.ChannelSelect[Any] = ui.ChannelSelect(
        custom_id="channel", placeholder=_("Choose a channel…"), channel_types=list(KINDS)
    )
    form.add_item(ui.Label(text=_("Channel"), component=channels))
    return form
