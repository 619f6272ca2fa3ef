"""The button on a card that leads to the thread about its paper."""

import re
from typing import Protocol, Self

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import PAPER, PaperboyButton, custom_id, template
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import SaveButton
from bot.ui.parts import AnyItem


class OpensDiscussions(Protocol):
    """Opens threads; `bot.services.discussions.Discussions` is the real one."""

    async def open(
        self, paper_id: str, card: discord.Message, member: discord.Member
    ) -> ui.LayoutView:
        """Return where the paper of a card is discussed, and open the thread if there is none."""
        ...


class DiscussButton(PaperboyButton, template=template("discuss", paper_id=PAPER)):
    """Opens the thread about a paper in this server, or links to it."""

    rate_limit = SEARCHES

    def __init__(self, paper_id: str) -> None:
        super().__init__(
            ui.Button(label=_("Discuss"), emoji="💬", custom_id=custom_id("discuss", paper_id))
        )
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Say where the thread is, to the person who pressed."""
        card, member = interaction.message, interaction.user
        if card is None or not isinstance(member, discord.Member):
            raise UserError(_("Papers can only be discussed in a server."))
        await interaction.response.defer(ephemeral=True, thinking=True)
        service: OpensDiscussions = interaction.client.services.discussions
        view = await service.open(self.paper_id, card, member)
        await interaction.edit_original_response(view=view)


def card_actions(paper_id: str, *, discuss: bool) -> list[AnyItem]:
    """Return the buttons of a paper's card that everybody in a server sees."""
    return [SaveButton(paper_id), *([DiscussButton(paper_id)] if discuss else [])]
