"""Whose language an answer is in: the person's where they alone see it, else the server's."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from bot.i18n import ENGLISH, LANGUAGES, Language, language_for, speak
from bot.interactions.errors import Interaction

_DESCRIPTIONS = frozenset((
    TranslationContextLocation.command_description,
    TranslationContextLocation.group_description,
    TranslationContextLocation.parameter_description,
    TranslationContextLocation.choice_name,
))  # fmt: skip


LANGUAGE_CHOICES = [app_commands.Choice(name=name, value=code) for code, name in LANGUAGES.items()]
"""The languages that an option offers, each in its own words."""


def speak_to(interaction: Interaction) -> None:
    """Make what follows in this task in the language of the person who acted."""
    speak(language_for(interaction.locale.value))


def public_language(interaction: Interaction) -> Language:
    """Return the language for a message that others see too: the server's, never the person's."""
    locale = interaction.guild_locale
    return ENGLISH if locale is None else language_for(locale.value)


def server_language(guild: discord.Guild | None) -> Language:
    """Return the language that a server has chosen in its settings."""
    return ENGLISH if guild is None else language_for(guild.preferred_locale.value)


class CommandTranslator(app_commands.Translator):
    """Translates what Discord shows of commands: descriptions and choices, never names.

    Names stay English so that what one person types or reads in a guide works for every other.
    """

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return a description in the language of a locale, `None` where English is shown."""
        chosen = language_for(locale.value)
        if context.location not in _DESCRIPTIONS or chosen is ENGLISH:
            return None
        text = chosen.catalogue.gettext(string.message)
        return None if text == string.message else text


def with_translations(command: Mapping[str, Any]) -> dict[str, Any]:
    """Return a command or context menu as it is registered, with its texts in every language.

    It is what discord.py makes with `CommandTranslator`, which it asks 33 times for each name and
    text. With some hundred options, that is most of the processor time of a start.

    Args:
        command: what its `to_dict` returns.
    """
    languages = {locale.value: language_for(locale.value) for locale in Locale}
    return _translated(
        command, {code: chosen for code, chosen in languages.items() if chosen is not ENGLISH}
    )


def _translated(part: Mapping[str, Any], languages: Mapping[str, Language]) -> dict[str, Any]:
    """Return a command, a group, a context menu, an option or a choice with its translations."""

    def localizations(text: str) -> dict[str, str]:
        texts = {code: chosen.catalogue.gettext(text) for code, chosen in languages.items()}
        return {code: other for code, other in texts.items() if other != text}

    result = dict(part)
    for inside in ("options", "choices"):
        if inside in part:
            result[inside] = [_translated(each, languages) for each in part[inside]]
    if "options" in part:
        result["name_localizations"] = {}
        result["description_localizations"] = localizations(part["description"])
    elif "description" in part:
        if found := localizations(part["description"]):
            result["description_localizations"] = found
    elif "value" in part:
        if found := localizations(part["name"]):
            result["name_localizations"] = found
    else:
        result["name_localizations"] = {}
    return result
