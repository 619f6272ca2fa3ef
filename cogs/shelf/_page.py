"""A shelf on screen: its pages and orders.

Names stand only in what one person sees: what everyone sees is still there when someone who was
named no longer wants to be.
"""

import re
from collections.abc import Sequence
from typing import Final, Self

import discord
from discord import ui

from bot import limits
from bot.i18n import current, marked, sentences, use
from bot.i18n import gettext as _
from bot.interactions.components import (
    PAGE,
    PaperboyButton,
    PaperboySelect,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.errors import Interaction
from bot.interactions.language import public_language
from bot.services.container import Services, services_of
from bot.services.shelf import ShelfPage
from bot.ui.notices import render_notice
from bot.ui.pages import Hit, HitsPage, hit_of, render_hits
from bot.ui.shelf import who_adds
from bot.ui.text import escape, timestamp
from cogs.shelf._paper import OpenShelved, people_line, server_of
from storage.shelves import OnShelf, Shelf, ShelfSort

SORTS: Final = {
    ShelfSort.NEWEST: marked("Last added first"),
    ShelfSort.OLDEST: marked("First added first"),
    ShelfSort.ADDED: marked("Added by most people first"),
    ShelfSort.VOTES: marked("Most upvotes first"),
    ShelfSort.PUBLISHED: marked("Newest papers first"),
    ShelfSort.TITLE: marked("By title"),
}
_SORT: Final = "|".join(ShelfSort)
_BACK, _NEXT = range(2)


class PageShelf(
    PaperboyButton, template=template("server-shelf", sort=_SORT, page=PAGE, place=PAGE)
):
    """Turns the shelf's page."""

    def __init__(
        self, sort: ShelfSort, page: int, place: int, label: str = "…", *, off: bool = False
    ) -> None:
        super().__init__(
            ui.Button(
                label=label,
                disabled=off,
                custom_id=custom_id("server-shelf", sort, page, place),
            )
        )
        self.sort, self.page = sort, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(ShelfSort(match["sort"]), int(match["page"]), int(match["place"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page in the place of this one."""
        await _show(interaction, self.sort, self.page)


class SortShelf(PaperboySelect, template=template("server-shelf-sort")):
    """Chooses the order."""

    accepts = _SORT

    def __init__(self, sort: ShelfSort = ShelfSort.NEWEST) -> None:
        options = [
            discord.SelectOption(label=_(label), value=each.value, default=each is sort)
            for each, label in SORTS.items()
        ]
        super().__init__(
            ui.Select(
                custom_id=custom_id("server-shelf-sort"), placeholder=_("Sort…"), options=options
            )
        )

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the select."""
        return cls()

    async def chosen(self, interaction: Interaction, values: list[str]) -> None:
        """Show the first page in that order."""
        await _show(interaction, ShelfSort(values[0]), 0)


async def shelf_view(
    services: Services, guild_id: int, user_id: int, sort: ShelfSort, number: int, *, public: bool
) -> ui.LayoutView:
    """Return a page of a shelf, with names where one person alone sees it."""
    shelf = await services.shelves.settings(guild_id)
    page = await services.shelves.page(guild_id, sort, number)
    own = None if public else await services.shelves.clashing_list(user_id, shelf)
    how = how_to_add(services, shelf, own)
    if not page.entries:
        return render_notice(_("The shelf of this server is empty"), how)
    hits = tuple(_hit(each, () if public else _named(page, each)) for each in page.entries)
    turn = page_buttons(
        page.number,
        page.pages,
        lambda to, label, off: PageShelf(
            sort, to, _NEXT if to > page.number else _BACK, label, off=off
        ),
    )
    return render_hits(
        HitsPage(
            title=_("The shelf of this server"),
            hits=hits,
            first=page.number * limits.PAGE_HITS + 1,
            total=page.total,
            section=f"-# {how}",
        ),
        accessory=lambda hit: OpenShelved(hit.paper_id),
        select=SortShelf(sort),
        buttons=turn,
    )


def how_to_add(services: Services, shelf: Shelf, own: str | None) -> str:
    """Say who adds to a shelf, and how.

    Args:
        services: the bot's services.
        shelf: its settings.
        own: the person's own list that the shelf's emoji saves to, if one does.
    """
    add = services.mention("shelf add")
    if own is not None:
        how = _(
            "{emoji} saves to your own list **{list}**, so use {command}.",
            emoji=shelf.emoji,
            list=escape(own),
            command=add,
        )
    else:
        how = _("React to a paper with {emoji}, or use {command}.", emoji=shelf.emoji, command=add)
    return sentences(who_adds(shelf), how)


def _named(page: ShelfPage, entry: OnShelf) -> Sequence[int]:
    return page.named.get(entry.stored.paper.id, ())


def _hit(entry: OnShelf, named: Sequence[int]) -> Hit:
    line = people_line(entry.people, named)
    return hit_of(
        entry.stored.paper,
        entry.stored.metrics,
        mark="📌" if entry.pinned else "",
        extra=f"{line} · {timestamp(entry.added_at, 'R')}",
    )


async def _show(interaction: Interaction, sort: ShelfSort, number: int) -> None:
    message = interaction.message
    public = message is not None and not message.flags.ephemeral
    with use(public_language(interaction) if public else current()):
        view = await shelf_view(
            services_of(interaction),
            server_of(interaction),
            interaction.user.id,
            sort,
            number,
            public=public,
        )
    await interaction.response.edit_message(view=view)


ITEMS: Final = (PageShelf, SortShelf)
"""What a bot registers so that these buttons work."""
