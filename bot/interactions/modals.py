"""Forms whose answer is read from the interaction itself, so that none is lost over a restart.

The custom id names what the form is about, and what was typed comes with it.
"""

import re
from typing import Any, Final

import discord

from bot.interactions.errors import Interaction
from bot.interactions.language import speak_to

FORM_TIMEOUT: Final = 15 * 60.0
"""Seconds that discord.py remembers a form; `submission` reads its answer without that."""


def submission(
    interaction: Interaction, form: re.Pattern[str]
) -> tuple[re.Match[str], dict[str, str]] | None:
    """Return what was typed into a form, by the custom ids of its fields.

    What follows is in the language of the person who sent it.

    Args:
        interaction: anything that Discord sent.
        form: the form's custom id, made with `bot.interactions.components.template`.

    Returns:
        The match of the custom id and the texts, `None` where it is not an answer to this form.
    """
    data: Any = interaction.data or {}
    match = form.fullmatch(str(data.get("custom_id", "")))
    if interaction.type is not discord.InteractionType.modal_submit or match is None:
        return None
    speak_to(interaction)
    fields = (row.get("component", {}) for row in data.get("components", ()))
    return match, {str(field.get("custom_id")): str(field.get("value") or "") for field in fields}
