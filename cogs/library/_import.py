"""Papers brought into a library: those that a file names, or a public Zotero library."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.i18n import gettext as _
from bot.i18n import listing, ngettext, sentences
from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import SaveButton, UndoSave
from bot.services.container import Services
from bot.services.paper_lookup import Found
from bot.services.zotero import LibraryReport
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import ACCENT, AnyItem
from bot.ui.text import escape, people
from cogs.library._filing import Filing
from papers.importing import Imported, ImportReport, Unreadable, read_ids
from papers.model import Paper
from papers.text import readable
from storage.library import MAX_LISTS
from storage.papers import StoredPaper

MAX_BYTES: Final = 2_000_000
MAX_PAPERS: Final = 5_000
"""Papers of one file."""

IMPORT_PATIENCE: Final = 600.0
"""Seconds that looking up a file's papers may take: Discord takes the answer for 15 minutes."""

_SHOWN: Final = 10
_UNREAD_SHOWN: Final = 5
_OFFERED: Final = 8
"""Papers with a button each: a message takes 40 components."""
_TITLE: Final = 120


async def import_file(
    services: Services, interaction: Interaction, file: discord.Attachment, name: str | None
) -> None:
    """Save the papers that a file names, and report what could not be found."""
    if file.size > MAX_BYTES:
        raise UserError(
            _(
                "This file is larger than {size} MB. Split it, or export only titles and"
                " identifiers.",
                size=MAX_BYTES // 1_000_000,
            )
        )
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        data = await file.read()
    except discord.HTTPException as error:
        raise UserError(_("I couldn't download the file from Discord. Send it again.")) from error
    report = await asyncio.to_thread(read_ids, data, file.filename)
    if not await _take(services, interaction, report, name):
        raise UserError(
            _(
                "No papers found in this file that I can look up. Send a file with arXiv ids,"
                " DOIs or links: BibTeX, RIS, JSON, CSV or plain text."
            )
        )


async def import_zotero(
    services: Services, interaction: Interaction, named: str, name: str | None
) -> None:
    """Save the papers of a public Zotero library, and report what could not be found."""
    await interaction.response.defer(ephemeral=True, thinking=True)

    async def progress(read: int, total: int) -> None:
        text = _("{done} of {total} entries read from Zotero.", done=read, total=total)
        await interaction.edit_original_response(view=render_notice(_("Importing…"), text))

    library = await services.zotero.read(named, progress)
    notes = _not_read(library)
    if await _take(services, interaction, library.found, name, numbered=False, notes=notes):
        return
    nothing = _(
        "None of the entries of this Zotero library has an arXiv id, or the DOI of a paper I know."
    )
    view = render_notice(_("Nothing to import"), "\n".join((nothing, *notes)))
    await interaction.edit_original_response(view=view)


async def _take(
    services: Services,
    interaction: Interaction,
    report: ImportReport,
    name: str | None,
    *,
    numbered: bool = True,
    notes: Sequence[str] = (),
) -> bool:
    """Save the papers of a report and say what could not be found; return whether it has any.

    Entries without a paper are shown with their lines where these are `numbered`.
    """
    report = _with_published(report, await services.lookup.by_keys(report.unreadable))
    offers = await services.lookup.by_title(report.unreadable)
    named = report.papers[:MAX_PAPERS]
    if not named and not offers:
        return False
    now = services.clock.now()
    filing = Filing(services, interaction, named, name, now)
    found = await services.lookup.find(
        [each.id for each in named],
        patience=IMPORT_PATIENCE,
        progress=filing.progress,
    )
    await filing.file(found.papers)
    view = _report(report, found, filing, numbered=numbered, notes=notes)
    if offers:
        view.add_item(_offered(offers))
    await interaction.edit_original_response(view=view)
    return True


def _not_read(library: LibraryReport) -> list[str]:
    """Return what of a library was not read, and why."""
    if library.read >= library.total:
        return []
    part = _(
        "⚠️ Only the first {read} of {total} entries were read, the latest added first.",
        read=library.read,
        total=library.total,
    )
    return [sentences(part, library.failure)]


def _with_published(report: ImportReport, known: Mapping[Unreadable, str]) -> ImportReport:
    """Return a report in which records with an id of a known paper are that paper."""
    there = set(report.ids)
    added = {paper_id for paper_id in known.values() if paper_id not in there}
    return ImportReport(
        (*report.papers, *map(Imported, sorted(added))),
        tuple(each for each in report.unreadable if each not in known),
    )


def _offered(papers: Sequence[StoredPaper]) -> ui.Container[ui.LayoutView]:
    """Return papers that records without an id may be, each with its button."""
    container = ui.Container[ui.LayoutView](accent_colour=ACCENT)
    lines = [
        ngettext(
            "{count} paper has the title and first author of an entry without an id. Save it if"
            " it's the one you meant.",
            "{count} papers have the title and first author of an entry without an id. Save the"
            " ones you meant.",
            len(papers),
        )
    ]
    if len(papers) > _OFFERED:
        lines.append(_("These are the first {count}:", count=_OFFERED))
    container.add_item(ui.TextDisplay(sentences(*lines)))
    for each in papers[:_OFFERED]:
        paper = each.paper
        shown = f"{titled(paper.id, paper.title, _TITLE)}\n-# {escape(people(_names(paper)), 80)}"
        save: Any = SaveButton(paper.id)
        container.add_item(ui.Section[ui.LayoutView](ui.TextDisplay(shown), accessory=save))
    return container


def _names(paper: Paper) -> list[str]:
    return [readable(author.name) for author in paper.authors]


def _report(
    report: ImportReport, found: Found, filing: Filing, *, numbered: bool, notes: Sequence[str]
) -> ui.LayoutView:
    new, there, target = filing.new, filing.there, filing.target
    lines = [
        ngettext(
            "{count} paper saved to {list}.",
            "{count} papers saved to {list}.",
            new,
            list=list_name(target),
        )
        if target
        else ngettext("{count} paper saved.", "{count} papers saved.", new)
    ]
    if there:
        lines.append(
            ngettext(
                "{count} paper was already in your library.",
                "{count} papers were already in your library.",
                there,
            )
        )
    if found.unknown:
        lines.append(
            ngettext(
                "⚠️ {count} paper wasn't found: {papers}",
                "⚠️ {count} papers weren't found: {papers}",
                len(found.unknown),
                papers=_some([f"`{paper_id}`" for paper_id in found.unknown]),
            )
        )
    if found.unasked:
        lines.append(
            ngettext(
                "⚠️ {count} paper couldn't be looked up yet. Import again later to"
                " continue. Saved papers stay as they are.",
                "⚠️ {count} papers couldn't be looked up yet. Import again later to"
                " continue. Saved papers stay as they are.",
                len(found.unasked),
            )
        )
        if found.failed:
            lines.append(f"-# {escape(' '.join(found.failed))}")
    if filing.crowded:
        lines.append(
            _(
                "⚠️ You already have {most} lists, the most there can be. Papers from these lists"
                " are on your default list: {lists}",
                most=MAX_LISTS,
                lists=_some([f"**{escape(name, 60)}**" for name in filing.crowded]),
            )
        )
    if unread := report.unreadable:
        lines.append(
            ngettext(
                "⚠️ {count} entry without a paper that I can look up:",
                "⚠️ {count} entries without a paper that I can look up:",
                len(unread),
            )
            if any(each.title for each in unread)
            else ngettext(
                "⚠️ {count} line without a paper that I can look up:",
                "⚠️ {count} lines without a paper that I can look up:",
                len(unread),
            )
        )
        for each in unread[:_UNREAD_SHOWN]:
            text = escape(each.text, 100)
            lines.append(f"> {each.line}: {text}" if numbered else f"> {text}")
        more = len(unread) - _UNREAD_SHOWN
        if more > 0:
            lines.append("> " + _("and {count} more", count=more))
    if len(report.papers) > MAX_PAPERS:
        lines.append(
            _(
                "⚠️ Only the first {most} of {total} papers were imported.",
                most=MAX_PAPERS,
                total=len(report.papers),
            )
        )
    lines += notes
    dated = any(each.saved_at for each in report.papers)
    actions: list[AnyItem] = [UndoSave(filing.now)] if new and not dated else []
    return render_notice(_("Import finished"), "\n".join(lines), actions=actions)


def _some(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - _SHOWN
    shown = listing(names[:_SHOWN])
    return _("{names} and {count} more", names=shown, count=more) if more > 0 else shown
