"""Naming papers and lists in commands: autocomplete, and reading what was typed instead."""

from typing import Any, Final

import discord
from discord import app_commands
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import limits
from bot.interactions.errors import UserError
from bot.services.container import services_of
from bot.ui.lists import list_name
from bot.ui.text import escape, plain
from papers import arxiv_id
from papers.text import readable
from storage import library
from storage.library import ReadingList

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]

NAME_LENGTH: Final = 40
"""Characters of a list's name."""

NOTHING_SAVED: Final = (
    "You have not saved anything yet. React to a paper with 🔖, or press its **Save** button."
)


async def paper_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the person's papers whose titles hold what was typed, the latest saved first.

    Papers on no list that still have a note come last.
    """
    async with services_of(interaction).database.read() as conn:
        found = await library.titles(conn, interaction.user.id, typed, limits.CHOICES)
    return [
        app_commands.Choice(name=plain(readable(title), limits.CHOICE_NAME), value=paper_id)
        for paper_id, title in found
    ]


async def list_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the person's lists whose names hold what was typed."""
    async with services_of(interaction).database.read() as conn:
        mine = await library.of_user(conn, interaction.user.id)
    names = [
        (list_name(each), each.name)
        for each in mine
        if typed.casefold() in list_name(each).casefold()
    ] or ([] if mine else [(f"{e.emoji} {e.name}", e.name) for e in library.DEFAULT_LISTS])
    return [
        app_commands.Choice(name=plain(shown, limits.CHOICE_NAME), value=name)
        for shown, name in names[: limits.CHOICES]
    ]


async def find_paper(conn: AsyncConnection, user_id: int, typed: str) -> str:
    """Return the paper that somebody chose, or named by id, link or words of its title.

    It is saved, or was saved once and still has a note.

    Raises:
        UserError: it is none of theirs, or one of several.
    """
    if named := arxiv_id.find_all(typed):
        if await library.holds(conn, user_id, named[0]):
            return named[0]
        raise UserError(f"`{named[0]}` is not in your library.")
    found = await library.titles(conn, user_id, typed, 2)
    if len(found) == 1:
        return found[0][0]
    if not await library.titles(conn, user_id, "", 1):
        raise UserError(NOTHING_SAVED)
    what = "Several of your papers have" if found else "None of your papers has"
    raise UserError(
        f"{what} “{escape(typed, 80)}” in the title. Pick one from the list that opens while you"
        " type."
    )


async def find_list(conn: AsyncConnection, user_id: int, typed: str) -> ReadingList:
    """Return the person's list with that name or emoji.

    Raises:
        UserError: there is none; names those that there are.
    """
    wanted = typed.strip().casefold()
    mine = await library.of_user(conn, user_id)
    for each in mine:
        if wanted in (each.name.casefold(), list_name(each).casefold()):
            return each
        if each.emoji and library.emoji_key(each.emoji) == library.emoji_key(typed.strip()):
            return each
    if not mine:
        raise UserError(NOTHING_SAVED)
    names = ", ".join(f"**{escape(each.name)}**" for each in mine)
    raise UserError(f"You have no list “{escape(typed, 60)}”. Yours are {names}.")
