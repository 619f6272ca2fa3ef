"""The library on screen: pages, lists and sorting, and one paper's own sheet."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot.client import PaperBot
from bot.library import QUERY_LENGTH, ShelfPage, View, shelf_page
from bot.ui.buttons import (
    NUMBER,
    PAPER,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.ui.errors import Interaction, UserError
from bot.ui.notices import render_notice
from bot.ui.pages import Hit, HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem, link_button
from bot.ui.save import ChooseLists, TakeOut, list_name, list_options, place_of, titled
from bot.ui.text import escape, link, timestamp
from papers import arxiv_id
from papers.text import first_sentences, readable
from storage import library, papers
from storage.library import Place, ReadingList, Saved, Sort, Via
from storage.papers import StoredPaper

SORTS: Final = {
    Sort.NEWEST: "Last saved first",
    Sort.OLDEST: "First saved first",
    Sort.UNREAD: "Unread first",
    Sort.VOTES: "Most votes first",
    Sort.PUBLISHED: "Newest papers first",
    Sort.TITLE: "By title",
}
_SORT: Final = "|".join(Sort)
_QUERY: Final = r"(?s:.*)"
_SUMMARY: Final = 500
_BACK, _NEXT, _ALL = range(3)


class TurnShelf(
    PaperboyButton,
    template=template("shelf", list_id=NUMBER, sort=_SORT, page=NUMBER, place=NUMBER, query=_QUERY),
):
    """Turns the library's page."""

    def __init__(
        self, view: View, page: int, place: int, label: str = "…", *, off: bool = False
    ) -> None:
        whole = (view.list_id or 0, view.sort, page, place, view.query[:QUERY_LENGTH])
        super().__init__(ui.Button(label=label, disabled=off, custom_id=custom_id("shelf", *whole)))
        self.view_wanted, self.page = view, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(_view(match), int(match["page"]), int(match["place"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        await _show(interaction, self.view_wanted, self.page)


class ChooseShelf(PaperboySelect, template=template("shelf-list", sort=_SORT, query=_QUERY)):
    """Chooses which list is shown."""

    def __init__(self, view: View, lists: Sequence[ReadingList] = ()) -> None:
        options = [
            discord.SelectOption(label="Everything", value="0", default=not view.list_id),
            *list_options(lists[:24], [view.list_id or 0]),
        ]
        super().__init__(
            ui.Select(
                custom_id=custom_id("shelf-list", view.sort, view.query[:QUERY_LENGTH]),
                options=options,
            )
        )
        self.view_wanted = view

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched."""
        return cls(View(None, Sort(match["sort"]), match["query"]))

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show that list's first page."""
        view = self.view_wanted
        await _show(interaction, View(int(values[0]) or None, view.sort, view.query), 0)


class SortShelf(PaperboySelect, template=template("shelf-sort", list_id=NUMBER)):
    """Chooses the order."""

    def __init__(self, view: View) -> None:
        options = [
            discord.SelectOption(label=label, value=sort.value, default=sort is view.sort)
            for sort, label in SORTS.items()
        ]
        super().__init__(
            ui.Select(custom_id=custom_id("shelf-sort", view.list_id or 0), options=options)
        )
        self.view_wanted = view

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched."""
        return cls(View(int(match["list_id"]) or None))

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the first page in that order."""
        await _show(interaction, View(self.view_wanted.list_id, Sort(values[0])), 0)


class OpenSaved(PaperboyButton, template=template("saved", paper_id=PAPER)):
    """Opens a saved paper's sheet."""

    def __init__(self, paper_id: str) -> None:
        super().__init__(ui.Button(label="Open", custom_id=custom_id("saved", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Answer with the sheet."""
        view = await sheet(interaction.client, interaction.user.id, self.paper_id)
        await interaction.response.send_message(view=view, ephemeral=True)


class MarkRead(PaperboyButton, template=template("mark-read", paper_id=PAPER, read="[01]")):
    """Marks a saved paper as read, or as unread."""

    def __init__(self, paper_id: str, *, read: bool) -> None:
        label = "Mark as read" if read else "Mark as unread"
        super().__init__(
            ui.Button(
                label=label,
                style=discord.ButtonStyle.primary if read else discord.ButtonStyle.secondary,
                custom_id=custom_id("mark-read", paper_id, int(read)),
            )
        )
        self.paper_id, self.read = paper_id, read

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"], read=match["read"] == "1")

    async def pressed(self, interaction: Interaction) -> None:
        """Mark it, and show the sheet as it is then."""
        bot: PaperBot = interaction.client
        user_id, now = interaction.user.id, bot.clock.now()
        async with bot.database.write() as conn:
            target = await library.read_list(conn, user_id, now)
            if self.read:
                await library.save(
                    conn,
                    user_id,
                    target.id,
                    {self.paper_id: now},
                    via=Via.BUTTON,
                    place=place_of(interaction),
                )
            elif set(await library.of_paper(conn, user_id, self.paper_id)) == {target.id}:
                # Unread is not unsaved.
                mine = await library.default_list(conn, user_id, now)
                if mine.id == target.id:
                    raise UserError(
                        "It is only on your default list, and everything there counts as read."
                        f" {bot.mention('library lists default')} chooses another one."
                    )
                await library.move(conn, user_id, self.paper_id, mine.id)
            else:
                await library.remove(conn, user_id, [self.paper_id], target.id)
        view = await sheet(bot, user_id, self.paper_id)
        await interaction.response.edit_message(view=view)


class WriteNote(PaperboyButton, template=template("note", paper_id=PAPER)):
    """Opens the form for a saved paper's note."""

    def __init__(self, paper_id: str, *, there: bool = False) -> None:
        label = "Change the note…" if there else "Add a note…"
        super().__init__(ui.Button(label=label, custom_id=custom_id("note", paper_id)))
        self.paper_id = paper_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(match["paper_id"])

    async def pressed(self, interaction: Interaction) -> None:
        """Show the form, with the present note in it."""
        bot: PaperBot = interaction.client
        async with bot.database.read() as conn:
            mine = await library.describe(conn, interaction.user.id, [self.paper_id])
        if not mine:
            raise UserError("That paper is not in your library.")
        await interaction.response.send_modal(NoteForm(self.paper_id, mine[0].note))


NOTE_LENGTH: Final = 500
NOTE_FORM: Final = template("note-form", paper_id=PAPER)


class NoteForm(ui.Modal):
    """The form for a note.

    Its answer is read from the interaction itself (`cogs.library._cog`), so that a form that was
    open during a restart is not lost.
    """

    def __init__(self, paper_id: str, note: str | None) -> None:
        super().__init__(title="Your note", custom_id=custom_id("note-form", paper_id))
        self.add_item(
            ui.Label(
                text="Note",
                description="Only you see it. Empty it to delete it.",
                component=ui.TextInput(
                    custom_id="note",
                    style=discord.TextStyle.paragraph,
                    default=note,
                    required=False,
                    max_length=NOTE_LENGTH,
                ),
            )
        )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Leave the answer to whoever listens to interactions."""


def render_shelf(page: ShelfPage) -> ui.LayoutView:
    """Return a page of a library with everything to turn, choose and sort it."""
    view = page.view
    what = list_name(page.list) if page.list else "Your library"
    selects: list[AnyItem] = [ChooseShelf(view, page.lists)]
    if not view.query:
        selects.append(SortShelf(view))
    turn = page_buttons(
        page.number,
        page.pages,
        lambda to, label, off: TurnShelf(
            view, to, _NEXT if to > page.number else _BACK, label, off=off
        ),
    )
    if view.query:
        turn.append(TurnShelf(View(view.list_id, view.sort), 0, _ALL, "Show all"))
    title = f"{what}: “{view.query}”" if view.query else what
    if not page.entries:
        return render_notice(title, _why_empty(page), actions=[*selects, *turn])
    shown = HitsPage(
        title=title,
        hits=tuple(hit(entry, stored, page.lists) for entry, stored in page.entries),
        first=page.number * 5 + 1,
        total=page.total,
    )
    return render_hits(
        shown, accessory=lambda each: OpenSaved(each.paper_id), buttons=[*selects, *turn]
    )


def hit(entry: Saved, stored: StoredPaper, lists: Sequence[ReadingList]) -> Hit:
    """Return a saved paper as one of a page's hits."""
    return hit_of(
        stored.paper,
        stored.metrics,
        notes=(f"📝 {entry.note}",) if entry.note else (),
        mark="✅" if entry.read else "",
        extra=_saved_line(entry, lists),
    )


async def sheet(bot: PaperBot, user_id: int, paper_id: str) -> ui.LayoutView:
    """Return one saved paper with all that can be done about it.

    Raises:
        UserError: the person has not saved it.
    """
    async with bot.database.read() as conn:
        mine = await library.describe(conn, user_id, [paper_id])
        lists = await library.of_user(conn, user_id)
        stored = await papers.get(conn, paper_id)
        on = await library.of_paper(conn, user_id, paper_id)
    if not mine or stored is None:
        raise UserError("That paper is no longer in your library.")
    entry = mine[0]
    paper = stored.paper
    summary = first_sentences(readable(paper.summary or paper.abstract), _SUMMARY)
    parts = [
        f"**{titled(paper.id, paper.title)}**" + (" ✅" if entry.read else ""),
        f"-# {_saved_line(entry, lists)}",
        escape(summary, 2 * _SUMMARY),
        f"📝 {escape(entry.note, 3 * NOTE_LENGTH, lines=True)}" if entry.note else "",
    ]
    return render_notice(
        "In your library",
        "\n".join(filter(None, parts)),
        actions=[
            ChooseLists(paper.id, lists, on),
            MarkRead(paper.id, read=not entry.read),
            WriteNote(paper.id, there=entry.note is not None),
            TakeOut(paper.id),
            link_button("arXiv", arxiv_id.abs_url(paper.id)),
        ],
    )


def _saved_line(entry: Saved, lists: Sequence[ReadingList]) -> str:
    names = ", ".join(escape(list_name(each), 40) for each in lists[:4] if each.id in entry.lists)
    url = jump_url(entry.place)
    where = link("where", url, 120) if url else ""
    saved = f"saved {timestamp(entry.saved_at, 'R')}"
    return " · ".join(filter(None, (names, saved, where)))


def jump_url(place: Place) -> str | None:
    """Return the address of the message or the channel where something was saved, if any."""
    if place.channel_id is None:
        return None
    parts = [str(place.guild_id or "@me"), str(place.channel_id)]
    if place.message_id is not None:
        parts.append(str(place.message_id))
    return "https://discord.com/channels/" + "/".join(parts)


def _why_empty(page: ShelfPage) -> str:
    if page.view.query:
        return "None of the papers you saved answers that. Try fewer words, or other lists."
    if page.list is not None:
        how = f"React to a paper with {page.list.emoji}, or put" if page.list.emoji else "Put"
        return f"Nothing is on this list yet. {how} papers here from their **Open** sheet."
    return (
        "Nothing is saved yet. React to a paper in a daily thread with 🔖, press **Save** on any"
        " card, or long-press a message with links to papers and choose *Apps → Save papers*."
    )


async def _show(interaction: Interaction, view: View, number: int) -> None:
    page = await shelf_page(interaction.client, interaction.user.id, view, number)
    await interaction.response.edit_message(view=render_shelf(page))


def _view(match: re.Match[str]) -> View:
    return View(int(match["list_id"]) or None, Sort(match["sort"]), match["query"])


ITEMS: Final = (TurnShelf, ChooseShelf, SortShelf, OpenSaved, MarkRead, WriteNote)
"""What a bot registers so that these buttons work."""
