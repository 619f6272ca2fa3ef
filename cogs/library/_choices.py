"""Naming papers and lists in commands: autocomplete, and reading what was typed instead."""

from discord import app_commands

from bot import limits
from bot.interactions.errors import Interaction
from bot.interactions.short_keys import short_key
from bot.services.container import services_of
from bot.ui.lists import list_name
from bot.ui.text import plain
from papers.text import readable

Choices = list[app_commands.Choice[str]]


async def paper_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the person's papers whose titles hold what was typed, the latest saved first.

    Papers on no list that still have a note come last.
    """
    details = services_of(interaction).library.details
    found = await details.titles(interaction.user.id, typed, limits.CHOICES)
    return [
        app_commands.Choice(
            name=plain(readable(title), limits.CHOICE_NAME), value=short_key(paper_id)
        )
        for paper_id, title in found
    ]


async def list_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the person's lists whose names hold what was typed."""
    mine = await services_of(interaction).library.lists.of_user(interaction.user.id)
    names = [
        (list_name(each), each.name)
        for each in mine
        if typed.casefold() in list_name(each).casefold() or not each.id
    ]
    return [
        app_commands.Choice(name=plain(shown, limits.CHOICE_NAME), value=name)
        for shown, name in names[: limits.CHOICES]
    ]
