"""Buttons, menus and forms that nothing of ours answers to: an older version's, or made up.

Without this, Discord shows "interaction failed", and the user does not learn why.
"""

import re
from typing import Any

import discord

from bot.i18n import gettext as _
from bot.i18n import sentences
from bot.interactions.errors import Interaction, UserError, answer_error, control_outdated
from bot.interactions.language import speak_to


class CustomIdRegistry:
    """The custom ids that something answers to."""

    def __init__(self) -> None:
        self.items: list[re.Pattern[str]] = []
        """Of buttons and menus."""
        self.forms: list[re.Pattern[str]] = []
        """Of forms that are sent in."""

    def answers(self, interaction: Interaction) -> bool:
        """Tell whether an interaction is none of these kinds, or something answers to it."""
        data: Any = interaction.data or {}
        sent = str(data.get("custom_id", ""))
        match interaction.type:
            case discord.InteractionType.component:
                return any(known.fullmatch(sent) for known in self.items)
            case discord.InteractionType.modal_submit:
                return any(known.fullmatch(sent) for known in self.forms)
            case _:
                return True


async def answer_unknown(interaction: Interaction, instead: str) -> None:
    """Say that a button has outlived its meaning, and what works."""
    speak_to(interaction)
    remedy = _("{help} lists what I can do now.", help=instead)
    await answer_error(interaction, UserError(sentences(control_outdated(), remedy)))
