"""The button beside every one that deletes something."""

import re
from typing import Self

from discord import ui

from bot.i18n import gettext as _
from bot.interactions.components import PaperboyButton, custom_id, template
from bot.interactions.errors import Interaction
from bot.ui.notices import render_notice


class Cancel(PaperboyButton, template=template("cancel")):
    """Closes a confirmation without doing what it asks about."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label=_("Cancel"), custom_id=custom_id("cancel")))

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button."""
        return cls()

    async def pressed(self, interaction: Interaction) -> None:
        """Say that nothing happened, in the place of the question."""
        await interaction.response.edit_message(view=render_notice(_("Nothing was changed")))
