"""The papers that are blocked from a shelf, and letting members add one again."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.components import (
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    template,
)
from bot.interactions.errors import Interaction
from bot.interactions.short_keys import short_key
from bot.services.container import services_of
from bot.ui.notices import render_notice
from bot.ui.text import plain
from cogs.shelf._paper import require_manager, server_of, shelved_view
from papers.text import readable


class ShowBlocked(PaperboyButton, template=template("shelf-blocked")):
    """Lists what is blocked, for those who manage the server."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label=_("Blocked papers"), custom_id=custom_id("shelf-blocked")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """List them."""
        require_manager(interaction)
        found = await services_of(interaction).shelves.blocked(server_of(interaction))
        view = render_notice(
            _("Blocked papers"),
            _("No one can add these papers to the shelf. Choose one to unblock it.")
            if found
            else _("No paper is blocked. You can block one where **Open** shows it."),
            actions=[OpenBlocked(found)] if found else [],
        )
        await interaction.response.send_message(view=view, ephemeral=True)


class OpenBlocked(PaperboySelect, template=template("shelf-blocked-open")):
    """Opens a blocked paper, with the button that unblocks it."""

    accepts = PAPER

    def __init__(self, found: Sequence[tuple[str, str]] = ()) -> None:
        options = [
            discord.SelectOption(
                label=plain(readable(title), limits.OPTION_LABEL) or paper_id,
                value=short_key(paper_id),
            )
            for paper_id, title in found
        ] or [discord.SelectOption(label="…", value="0")]
        super().__init__(
            ui.Select(
                custom_id=custom_id("shelf-blocked-open"),
                placeholder=_("Open a paper…"),
                options=options,
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select; its options are those of the message."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show it in the place of the list."""
        require_manager(interaction)
        await interaction.response.edit_message(view=await shelved_view(interaction, values[0]))


ITEMS: Final = (ShowBlocked, OpenBlocked)
"""What a bot registers so that these controls work."""
