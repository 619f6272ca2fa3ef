"""Buttons, menus and forms that nothing of ours answers to: an older version's, or made up.

Without this, Discord shows "interaction failed", and nobody knows why.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import discord

from bot.ui.errors import Interaction, UserError, answer_error

_OLD: Final = "That is from another version of me, and I cannot tell any more what it meant."
_KINDS: Final = (discord.InteractionType.component, discord.InteractionType.modal_submit)


def is_stray(interaction: Interaction, known: Iterable[re.Pattern[str]]) -> bool:
    """Tell whether an interaction is with something whose custom id has no form that we know."""
    data: Any = interaction.data or {}
    pressed = str(data.get("custom_id", ""))
    return interaction.type in _KINDS and not any(form.fullmatch(pressed) for form in known)


async def answer_stray(interaction: Interaction, instead: str) -> None:
    """Say that a button has outlived its meaning, and what works."""
    await answer_error(interaction, UserError(f"{_OLD} {instead} lists what I can do now."))
