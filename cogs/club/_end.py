"""The confirmation of `/club end`."""

import re
from typing import Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import NUMBER, PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.ui.notices import render_notice
from cogs.club._shared import require_manager


class EndClub(PaperboyButton, template=template("club-end", club_id=NUMBER)):
    """Ends a club for good."""

    def __init__(self, club_id: int) -> None:
        super().__init__(
            ui.Button(
                label=_("End club"),
                style=discord.ButtonStyle.danger,
                custom_id=custom_id("club-end", club_id),
            )
        )
        self.club_id = club_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["club_id"]))

    async def pressed(self, interaction: Interaction) -> None:
        """End the club, if the person may still do that."""
        require_manager(interaction)
        clubs = services_of(interaction).clubs
        await clubs.end(await clubs.own(self.club_id, interaction.guild_id))
        text = _("Its nominations and sessions are deleted. What was posted stays.")
        await interaction.response.edit_message(view=render_notice(_("Journal club ended"), text))
