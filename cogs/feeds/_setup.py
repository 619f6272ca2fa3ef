"""Setting up a daily thread without a command: a button, then the choice of a channel."""

import re
from typing import Any, Self, cast

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, PaperboySelect, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.feeds._actions import show
from cogs.feeds._shared import answer, guild_of, require_manager


class SetUpFeed(PaperboyButton, template=template("feed-setup")):
    """Asks for the channel that gets a daily thread."""

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
        """Ask for the channel."""
        require_manager(interaction)
        text = _("Choose the channel for it. You can change everything else later.")
        view = render_notice(_("Set up a daily thread"), text, actions=[ChooseChannel()])
        await answer(interaction, view)


class ChooseChannel(PaperboySelect, template=template("feed-channel")):
    """Gives the chosen channel a daily thread with the default settings."""

    accepts = NUMBER

    def __init__(self) -> None:
        super().__init__(
            cast(
                "Any",
                ui.ChannelSelect(
                    custom_id=custom_id("feed-channel"),
                    placeholder=_("Choose a channel…"),
                    channel_types=[discord.ChannelType.text],
                ),
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Set the feed up, as `/feed add` does without options."""
        require_manager(interaction)
        channel = guild_of(interaction).get_channel(int(values[0]))
        if not isinstance(channel, discord.TextChannel):
            raise UserError(_("I can't see that channel. Choose another text channel."))
        feed = await services_of(interaction).feeds.add(channel)
        await show(interaction, feed, _("Daily thread set up"))
