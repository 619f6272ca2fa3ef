"""The confirmation of `/feed remove`."""

import re
from typing import Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.feeds._shared import require_manager, said_of


class RemoveFeed(
    PaperboyButton, template=template("feed-remove", feed_id=NUMBER, channel_id=NUMBER)
):
    """Removes a feed for good."""

    def __init__(self, feed_id: int, channel_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("Remove"),
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
        require_manager(interaction)
        services = services_of(interaction)
        feed = await services.feeds.remove(self.feed_id, self.channel_id, interaction.guild_id)
        values = {"channel": f"<#{self.channel_id}>", "command": services.mention("feed add")}
        text = said_of(
            feed,
            _("{channel} gets no more daily threads. {command} sets one up again.", **values),
            _("{channel} gets no more of these roundups. {command} sets one up again.", **values),
        )
        title = said_of(feed, _("Daily thread removed"), _("Roundup removed"))
        await interaction.response.edit_message(view=render_notice(title, text))
