"""The button that opens the form for a new daily thread."""

import re
from typing import Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from cogs.feeds._settings_form import settings_form
from cogs.feeds._shared import require_manager


class SetUpFeed(PaperboyButton, template=template("feed-setup")):
    """Opens the form that gives a channel a daily thread."""

    def __init__(self, *, another: bool = False) -> None:
        style = discord.ButtonStyle.secondary if another else discord.ButtonStyle.primary
        label = _("Set up another channel") if another else _("Set up a daily thread")
        super().__init__(ui.Button(label=label, style=style, custom_id=custom_id("feed-setup")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        require_manager(interaction)
        await interaction.response.send_modal(await settings_form(interaction, None))
