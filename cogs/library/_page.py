"""The library on screen: its pages, lists, orders and searches."""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import marked
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.errors import Interaction
from bot.services.container import services_of
from bot.services.library import QUERY_LENGTH, LibraryPage, View
from bot.ui.lists import list_name, list_options
from bot.ui.notices import render_notice
from bot.ui.pages import Hit, HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from bot.ui.text import escape
from cogs.library._saved_paper import OpenNoted, OpenSaved, saved_line
from storage.library import ReadingList, Saved, Sort
from storage.papers import StoredPaper

SORTS: Final = {
    Sort.NEWEST: marked("Last saved first"),
    Sort.OLDEST: marked("First saved first"),
    Sort.UNREAD: marked("Unread first"),
    Sort.VOTES: marked("Most upvotes first"),
    Sort.PUBLISHED: marked("Newest papers first"),
    Sort.TITLE: marked("By title"),
}
_SORT: Final = "|".join(Sort)
_QUERY: Final = r"(?s:.*)"
_BACK, _NEXT, _ALL = range(3)


class PageLibrary(
    PaperboyButton,
    template=template("shelf", list_id=NUMBER, sort=_SORT, page=PAGE, place=PAGE, query=_QUERY),
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


class ChooseLibraryList(PaperboySelect, template=template("shelf-list", sort=_SORT, query=_QUERY)):
    """Chooses which list is shown."""

    accepts = NUMBER

    def __init__(self, view: View, lists: Sequence[ReadingList] = ()) -> None:
        options = [
            discord.SelectOption(label=_("All lists"), value="0", default=not view.list_id),
            *list_options(lists[:24], [view.list_id or 0]),
        ]
        super().__init__(
            ui.Select(
                custom_id=custom_id("shelf-list", view.sort, view.query[:QUERY_LENGTH]),
                placeholder=_("Show a list…"),
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


class SortLibrary(PaperboySelect, template=template("shelf-sort", list_id=NUMBER)):
    """Chooses the order."""

    accepts = _SORT

    def __init__(self, view: View) -> None:
        options = [
            discord.SelectOption(label=_(label), value=sort.value, default=sort is view.sort)
            for sort, label in SORTS.items()
        ]
        super().__init__(
            ui.Select(
                custom_id=custom_id("shelf-sort", view.list_id or 0),
                placeholder=_("Sort…"),
                options=options,
            )
        )
        self.view_wanted = view

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select whose custom id matched."""
        return cls(View(int(match["list_id"]) or None))

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the first page in that order."""
        await _show(interaction, View(self.view_wanted.list_id, Sort(values[0])), 0)


def render_library(page: LibraryPage) -> ui.LayoutView:
    """Return a page of a library with everything to turn, choose and sort it."""
    view = page.view
    what = list_name(page.list) if page.list else _("Your library")
    selects: list[AnyItem] = [ChooseLibraryList(view, page.lists)]
    if not view.query:
        selects.append(SortLibrary(view))
    if page.noted:
        selects.append(OpenNoted(page.noted))
    turn = page_buttons(
        page.number,
        page.pages,
        lambda to, label, off: PageLibrary(
            view, to, _NEXT if to > page.number else _BACK, label, off=off
        ),
    )
    if view.query:
        turn.append(PageLibrary(View(view.list_id, view.sort), 0, _ALL, _("Show all")))
    title = _("{list}: “{query}”", list=what, query=view.query) if view.query else what
    if not page.entries:
        # An empty library has nothing to choose from or to sort.
        some = page.list is not None or view.query or page.noted
        return render_notice(title, _why_empty(page), actions=[*selects, *turn] if some else ())
    shown = HitsPage(
        title=title,
        hits=tuple(hit(entry, stored, page.lists) for entry, stored in page.entries),
        first=page.number * limits.PAGE_HITS + 1,
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
        extra=saved_line(entry, lists),
    )


def _why_empty(page: LibraryPage) -> str:
    if page.view.query:
        return _(
            "No saved papers match “{query}”. Try fewer words or another list.",
            query=escape(page.view.query),
        )
    if page.list is not None:
        if page.list.emoji:
            return _(
                "No papers on this list yet. React to a paper with {emoji}, or press **Open** on a"
                " saved paper and choose this list.",
                emoji=page.list.emoji,
            )
        return _(
            "No papers on this list yet. Press **Open** on a saved paper and choose this list."
        )
    return _(
        "No saved papers yet. React to a paper in a daily thread with 🔖, press **Save** on any"
        " card, or long-press a message with links to papers and choose *Apps → Save papers*."
    )


async def _show(interaction: Interaction, view: View, number: int) -> None:
    page = await services_of(interaction).library.pages.page(interaction.user.id, view, number)
    await interaction.response.edit_message(view=render_library(page))


def _view(match: re.Match[str]) -> View:
    return View(int(match["list_id"]) or None, Sort(match["sort"]), match["query"])


ITEMS: Final = (PageLibrary, ChooseLibraryList, SortLibrary)
"""What a bot registers so that these buttons work."""
