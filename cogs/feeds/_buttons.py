"""The buttons of `/feed …`."""

import re
from typing import Self

import discord
from discord import ui

from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction, UserError
from bot.services.container import services_of
from bot.ui.notices import render_notice


class RemoveFeed(
    PaperboyButton, template=template("feed-remove", feed_id=NUMBER, channel_id=NUMBER)
):
    """The confirmation of `/feed remove`."""

    def __init__(self, feed_id: int, channel_id: int) -> None:
        super().__init__(
            ui.Button(
                label="Remove it",
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("feed-remove", feed_id, channel_id),
            )
        )
        self.feed_id = feed_id
        self.channel_id = channel_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["feed_id"]), int(match["channel_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Remove the feed, if the user may still do that."""
        services = services_of(interaction)
        if not interaction.permissions.manage_guild:
            raise UserError("You need **Manage Server** here for that.")
        await services.feeds.remove(self.feed_id, self.channel_id, interaction.guild_id)
        await interaction.response.edit_message(
            view=render_notice(
                "Removed",
                f"<#{self.channel_id}> gets no more daily threads."
                f" {services.mention('feed add')} sets one up again.",
            )
        )
