"""Whose language an answer is in: the person's where they alone see it, else the server's."""

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
