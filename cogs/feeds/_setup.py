"""Setting up a daily thread without a command: a button, one form, and a look at the thread."""

import re
from collections.abc import Mapping, Sequence
from typing import Self

import discord
from discord import ui

from bot.delivery.permissions import FeedChannel
from bot.i18n import gettext as _
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.feeds._actions import Action, FeedButton, send_preview
from cogs.feeds._settings_form import id_in, settings_form, settings_of
from cogs.feeds._shared import described, guild_of, require_manager


class SetUpFeed(PaperboyButton, template=template("feed-setup")):
    """Opens the form that gives a channel a daily thread."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(
                label=_("Set up a daily thread"),
                style=discord.ButtonStyle.primary,
                custom_id=custom_id("feed-setup"),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        require_manager(interaction)
        await interaction.response.send_modal(await settings_form(interaction, None))


async def set_up(interaction: Interaction, chosen: Mapping[str, Sequence[str]]) -> None:
    """Set a feed up as it was chosen in the form, and show what its first thread would be.

    Raises:
        UserError: the channel has a feed, or the bot may not post or ping there.
    """
    guild, services = guild_of(interaction), services_of(interaction)
    channel = guild.get_channel_or_thread(id_in(chosen, "channel") or 0)
    if not isinstance(channel, FeedChannel):
        raise UserError(_("I can't see that channel. Choose another."))
    fields = settings_of(chosen, None)
    role_id = fields.pop("ping_role_id")
    ping = None if role_id is None else guild.get_role(role_id)
    await interaction.response.defer(ephemeral=True, thinking=True)
    feed = await services.feeds.add(channel, **fields, ping=ping)
    text = await described(services, feed)
    actions = [FeedButton(Action.SHOW, feed.id, _("Wait until {time}", time=f"{feed.at:%H:%M}"))]
    try:
        await send_preview(interaction, feed)
    except UserError as nothing:
        text += f"\n\n{nothing}"
    else:
        first = FeedButton(Action.POST_NOW, feed.id, _("Post the first thread now"))
        actions.insert(0, first)
        text += "\n\n" + _("Above you see the thread as it would be posted now.")
    view = render_notice(_("Daily thread set up"), text, actions=actions)
    await interaction.followup.send(view=view, ephemeral=True)
