"""A library as a file: taken along, and brought in."""

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

import discord
from discord import ui

from bot.interactions.errors import Interaction, UserError
from bot.interactions.save_buttons import SaveButton, UndoSave
from bot.services.container import Services
from bot.services.library import NOTHING_SAVED, Exported
from bot.services.paper_lookup import Found
from bot.ui.lists import list_name, titled
from bot.ui.notices import render_notice
from bot.ui.parts import ACCENT, AnyItem
from bot.ui.text import escape, people, plural
from cogs.library._filing import Filing
from papers.export import ExportItem, Format, filename
from papers.export import export as write_file
from papers.importing import Imported, ImportReport, Unreadable, read_ids
from papers.model import Paper
from papers.text import readable
from storage.library import MAX_LISTS
from storage.papers import StoredPaper

MAX_BYTES: Final = 2_000_000
MAX_PAPERS: Final = 5_000
"""Papers of one file."""
MAX_SENT: Final = 8_000_000
"""Bytes that Discord takes from a bot anywhere; a larger file is packed."""

IMPORT_PATIENCE: Final = 600.0
"""Seconds that looking up a file's papers may take: Discord takes the answer for 15 minutes."""

_SHOWN: Final = 10
_UNREAD_SHOWN: Final = 5
_OFFERED: Final = 8
"""Papers with a button each: a message takes 40 components."""
_TITLE: Final = 120


async def export(
    services: Services, interaction: Interaction, wanted: Format, name: str | None
) -> None:
    """Answer with a person's library, or one list, as a file."""
    user_id = interaction.user.id
    await interaction.response.defer(ephemeral=True, thinking=True)
    found = await services.library.files.exported(user_id, name)
    only, entries = found.only, found.entries
    if not entries:
        raise UserError(NOTHING_SAVED if only is None else f"**{escape(only.name)}** is empty.")
    called = filename(only.name if only else "library", wanted)
    called, data = await asyncio.to_thread(_file, found, wanted, called)
    back = (
        f"{services.mention('library import')} reads the file back, here or with another Paperboy"
    )
    lost = ", though without lists and notes" if wanted is Format.MARKDOWN else ""
    what = f"Your list **{escape(only.name)}**" if only else "Your library"
    await interaction.followup.send(
        f"{what}, {plural(len(entries), 'paper')}. {back}{lost}.",
        file=discord.File(io.BytesIO(data), called),
        ephemeral=True,
    )


async def import_(
    services: Services, interaction: Interaction, file: discord.Attachment, name: str | None
) -> None:
    """Save the papers that a file names, and report what could not be found."""
    if file.size > MAX_BYTES:
        raise UserError(
            f"That file is larger than {MAX_BYTES // 1_000_000} MB. Split it, or export only"
            " titles and identifiers."
        )
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        data = await file.read()
    except discord.HTTPException as error:
        raise UserError("Discord did not hand over the file. Please send it again.") from error
    report = await asyncio.to_thread(read_ids, data, file.filename)
    report = _with_published(report, await services.lookup.by_doi(report.unreadable))
    offers = await services.lookup.by_title(report.unreadable)
    named = report.papers[:MAX_PAPERS]
    if not named and not offers:
        raise UserError(
            "I found no arXiv paper in that file. It should hold arXiv links or ids, or be BibTeX,"
            " RIS, JSON or CSV with them."
        )
    now = services.clock.now()
    filing = Filing(services, interaction, named, name, now)
    found = await services.lookup.find(
        [each.id for each in named],
        patience=IMPORT_PATIENCE,
        progress=filing.progress,
    )
    await filing.file(found.papers)
    view = _report(report, found, filing)
    if offers:
        view.add_item(_offered(offers))
    await interaction.edit_original_response(view=view)


def _with_published(report: ImportReport, known: Mapping[Unreadable, str]) -> ImportReport:
    """Return a report in which records with the DOI of a known paper are that paper."""
    there = set(report.ids)
    added = {paper_id for paper_id in known.values() if paper_id not in there}
    return ImportReport(
        (*report.papers, *map(Imported, sorted(added))),
        tuple(each for each in report.unreadable if each not in known),
    )


def _offered(papers: Sequence[StoredPaper]) -> ui.Container[ui.LayoutView]:
    """Return papers that records without an id may be, each with its button."""
    container = ui.Container[ui.LayoutView](accent_colour=ACCENT)
    what = "paper has" if len(papers) == 1 else "papers have"
    more = f" Here are {_OFFERED}." if len(papers) > _OFFERED else ""
    container.add_item(
        ui.TextDisplay(
            f"{len(papers):,} {what} the title and first author of an entry without an id. Save"
            f" those that you meant.{more}"
        )
    )
    for each in papers[:_OFFERED]:
        paper = each.paper
        shown = f"{titled(paper.id, paper.title, _TITLE)}\n-# {escape(people(_names(paper)), 80)}"
        save: Any = SaveButton(paper.id)
        container.add_item(ui.Section[ui.LayoutView](ui.TextDisplay(shown), accessory=save))
    return container


def _names(paper: Paper) -> list[str]:
    return [readable(author.name) for author in paper.authors]


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
    data = write_file(items, wanted)
    if len(data) <= MAX_SENT:
        return called, data
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(called, data)
    return f"{called}.zip", packed.getvalue()


def _report(report: ImportReport, found: Found, filing: Filing) -> discord.ui.LayoutView:
    new, there, target = filing.new, filing.there, filing.target
    lines = [f"**{plural(new, 'paper')}** saved" + (f" to {list_name(target)}." if target else ".")]
    if there:
        lines.append(f"{plural(there, 'paper')} {_were(there)} in your library already.")
    if found.unknown:
        shown = ", ".join(f"`{paper_id}`" for paper_id in found.unknown[:_SHOWN])
        more = len(found.unknown) - _SHOWN
        lines.append(
            f"⚠️ {plural(len(found.unknown), 'paper')} could not be found: {shown}"
            + (f" and {more:,} more." if more > 0 else ".")
        )
    if found.unasked:
        why = f" ({escape('; '.join(found.failed))})" if found.failed else ""
        lines.append(
            f"⚠️ {plural(len(found.unasked), 'paper')} could not be looked up yet{why}. Import the"
            " file again later to go on; what is saved stays as it is."
        )
    if filing.crowded:
        shown = ", ".join(f"**{escape(name, 60)}**" for name in list(filing.crowded)[:_SHOWN])
        more = len(filing.crowded) - _SHOWN
        lines.append(
            f"⚠️ You have {MAX_LISTS} lists, and no more fit. The papers of {shown}"
            + (f" and {more:,} more lists" if more > 0 else "")
            + " are on your default list."
        )
    if unread := report.unreadable:
        titled_ones = any(each.title for each in unread)
        what = plural(len(unread), *(("entry", "entries") if titled_ones else ("line",)))
        lines.append(f"⚠️ {what} named no arXiv paper:")
        lines += [f"> {each.line}: {escape(each.text, 100)}" for each in unread[:_UNREAD_SHOWN]]
        more = len(unread) - _UNREAD_SHOWN
        if more > 0:
            lines.append(f"> and {more:,} more")
    if len(report.papers) > MAX_PAPERS:
        lines.append(f"⚠️ I read the first {MAX_PAPERS:,} papers of {len(report.papers):,}.")
    dated = any(each.saved_at for each in report.papers)
    actions: list[AnyItem] = [UndoSave(filing.now)] if new and not dated else []
    return render_notice("Import", "\n".join(lines), actions=actions)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
