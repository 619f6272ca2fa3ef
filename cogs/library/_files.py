"""A library taken along as a file."""

import asyncio
import io
import zipfile
from typing import Final

import discord

from bot.i18n import gettext as _
from bot.i18n import ngettext, sentences
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services
from bot.services.library import Exported, nothing_saved
from bot.ui.lists import shown_name
from bot.ui.text import escape
from papers.export import ExportItem, Format, filename
from papers.export import export as write_file
from storage.library import ReadingList

MAX_SENT: Final = 8_000_000
"""Bytes that Discord takes from a bot anywhere; a larger file is packed."""


async def export(
    services: Services, interaction: Interaction, wanted: Format, name: str | None
) -> None:
    """Answer with a person's library, or one list, as a file."""
    user_id = interaction.user.id
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await services.library.files.exported(user_id, name)
    only, entries = found.only, found.entries
    if not entries:
        raise UserError(
            nothing_saved()
            if only is None
            else _(
                "**{list}** is empty. There is nothing to export.", list=escape(shown_name(only))
            )
        )
    called = filename(only.name if only else "library", wanted)
    called, data = await asyncio.to_thread(_file, found, wanted, called)
    again = services.mention("library import")
    back = (
        _("You can import it again with {command}, without lists and notes.", command=again)
        if wanted in (Format.MARKDOWN, Format.APA)
        else _("You can import it again with {command}.", command=again)
    )
    what = (
        ngettext(
            "{count} paper from **{list}**.",
            "{count} papers from **{list}**.",
            len(entries),
            list=_shown(only),
        )
        if only
        else ngettext(
            "{count} paper from your library.",
            "{count} papers from your library.",
            len(entries),
        )
    )
    await interaction.followup.send(
        sentences(what, back),
        file=discord.File(io.BytesIO(data), called),
        ephemeral=True,
    )


def _file(found: Exported, wanted: Format, called: str) -> tuple[str, bytes]:
    items = [
        ExportItem(
            paper=each.paper,
            note=entry.note,
            lists=tuple(found.lists[list_id] for list_id in entry.lists),
            saved_at=entry.saved_at,
        )
        for entry, each in zip(found.entries, found.stored, strict=True)
    ]
    return packed(called, write_file(items, wanted))


def packed(called: str, data: bytes) -> tuple[str, bytes]:
    """Return a file as Discord takes it: as it is, or in an archive where it is too large."""
    if len(data) <= MAX_SENT:
        return called, data
    archived = io.BytesIO()
    with zipfile.ZipFile(archived, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(called, data)
    return f"{called}.zip", archived.getvalue()


def _shown(found: ReadingList) -> str:
    return escape(shown_name(found))
