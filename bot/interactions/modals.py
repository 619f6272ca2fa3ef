"""Forms whose answer is read from the interaction itself, so that none is lost over a restart.

The custom id names what the form is about, and what was typed comes with it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import discord

from bot.interactions.errors import Interaction
from bot.interactions.language import speak_to

FORM_TIMEOUT: Final = 15 * 60.0
"""Seconds that discord.py remembers a form; `submission` reads its answer without that."""


def filled(
    interaction: Interaction, form: re.Pattern[str]
) -> tuple[re.Match[str], dict[str, tuple[str, ...]]] | None:
    """Return what was typed and chosen in a form, by the custom ids of its fields.

    What follows is in the language of the person who sent it.

    Args:
        interaction: anything that Discord sent.
        form: the form's custom id, made with `bot.interactions.components.template`.

    Returns:
        The match of the custom id and the values of each field, one for a text; `None` where it is
        not an answer to this form.
    """
    data: Any = interaction.data or {}
    match = form.fullmatch(str(data.get("custom_id", "")))
    if interaction.type is not discord.InteractionType.modal_submit or match is None:
        return None
    speak_to(interaction)
    fields = (row.get("component", {}) for row in data.get("components", ()))
    return match, {str(field.get("custom_id")): _values(field) for field in fields}


def submission(
    interaction: Interaction, form: re.Pattern[str]
) -> tuple[re.Match[str], dict[str, str]] | None:
    """Return what `filled` does for a form of texts and single choices: one value of each field."""
    found = filled(interaction, form)
    if found is None:
        return None
    match, fields = found
    return match, {name: values[0] if values else "" for name, values in fields.items()}


def _values(field: Mapping[str, Any]) -> tuple[str, ...]:
    if "values" in field:
        return tuple(map(str, field["values"] or ()))
    return (str(field.get("value") or ""),)
