"""`/paper picks`: new papers like those on a person's lists."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, Self

from discord import app_commands, ui
from discord.ext import commands

from bot import limits
from bot.i18n import conjunction, ngettext, sentences
from bot.i18n import gettext as _
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction
from bot.interactions.folded_button import folded_on_page
from bot.interactions.replies import reply, turn
from bot.interactions.save_buttons import SaveButton
from bot.services.container import Services, services_of
from bot.services.hidden import NotForMe, SuggestAll
from bot.services.picks import Pick, Picks
from bot.ui.lists import list_name
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from bot.ui.picks import edge_reason, near_reason
from cogs.library._choices import list_choices
from papers.picks import mixed
from papers.text import readable

DAYS: Final = 7
"""How far back picks go by default."""
MOST_DAYS: Final = 31


class PagePicks(PaperboyButton, template=template("picks", list_id=NUMBER, days=NUMBER, page=PAGE)):
    """Turns the page of picks; list 0 stands for all that count."""

    def __init__(
        self, list_id: int, days: int, page: int, label: str, *, off: bool = False
    ) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("picks", list_id, days, page))
        )
        self.list_id, self.days, self.page = list_id, days, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["list_id"]), int(match["days"]), int(match["page"]), "…")

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page that the button leads to."""
        await turn(interaction, _page(interaction, self.list_id, self.days, self.page))


class PaperPicks(commands.Cog):
    """The command for picks."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @rate_limited(SEARCHES)
    @app_commands.command(description="See new papers like those on your lists")
    @app_commands.rename(in_list="list")
    @app_commands.describe(
        in_list="Only picks for this list", days="How many days back (default: 7)"
    )
    @app_commands.autocomplete(in_list=list_choices)
    async def picks(
        self,
        interaction: Interaction,
        in_list: str | None = None,
        days: app_commands.Range[int, 1, MOST_DAYS] = DAYS,
    ) -> None:
        """Answer with a page of picks, each with why."""
        list_id = 0
        if in_list is not None:
            list_id = (await self.services.library.lists.find(interaction.user.id, in_list)).id
        await reply(interaction, _page(interaction, list_id, days, 0), ephemeral=True)


async def _page(interaction: Interaction, list_id: int, days: int, page: int) -> ui.LayoutView:
    services = services_of(interaction)
    now = services.clock.now()
    since = now - timedelta(days=min(days, MOST_DAYS))
    user_id = interaction.user.id
    if list_id:
        found = await services.picks.of_list(user_id, list_id, since)
    else:
        found = await services.picks.of_person(user_id, since)
    hidden = (await services.hidden.all_of(user_id)).papers
    entries = await _folded(services, _entries(found, user_id, now.date()))
    return render(found, entries, list_id=list_id, days=days, page=page, hidden=hidden)


def _entries(found: Sequence[Picks], user_id: int, day: date) -> list[tuple[Picks, Pick]]:
    """Return what to show, the nearest first: picks, or else what comes closest."""

    def of(some: Callable[[Picks], Sequence[Pick]]) -> list[tuple[Picks, Pick]]:
        entries = [(each, pick) for each in found for pick in some(each)]
        return sorted(entries, key=lambda entry: -entry[1].score)

    near = of(lambda each: each.picks if each.near_enough else ())
    if not near:
        return of(lambda each: each.picks)
    return mixed(near, of(lambda each: each.edge), user_id=user_id, day=day)


async def _folded(
    services: Services, entries: Sequence[tuple[Picks, Pick]]
) -> list[tuple[Picks, Pick]]:
    """Put near-duplicates behind the first of them."""
    groups = await services.folding.folded(entries, lambda entry: entry[1].paper)
    return [
        (of, replace(pick, folded=tuple(each.paper.paper.id for _, each in group.folded)))
        for group in groups
        for of, pick in (group.leader,)
    ]


def render(
    found: Sequence[Picks],
    entries: Sequence[tuple[Picks, Pick]],
    *,
    list_id: int,
    days: int,
    page: int,
    hidden: int,
) -> ui.LayoutView:
    """Return a page of the picks of some lists."""
    buttons: list[AnyItem] = [SuggestAll()] if hidden else []
    names = conjunction(list_name(each.list) for each in found)
    if not entries:
        return render_notice(
            _("No picks"),
            ngettext(
                "No new papers came in the last day. Try more days.",
                "No new papers came in the last {count} days. Try more days.",
                days,
            ),
            actions=buttons,
        )
    pages = -(-len(entries) // limits.PAGE_HITS)
    page = min(page, pages - 1)
    first = page * limits.PAGE_HITS
    shown = entries[first : first + limits.PAGE_HITS]
    learned = sum(each.learned_from for each in found)
    note = ngettext(
        "Learned from {count} paper on {lists}.",
        "Learned from {count} papers on {lists}.",
        learned,
        lists=names,
    )
    closest = "" if shown[0][0].near_enough else _("Nothing stands out. These come closest.")
    several = len(found) > 1
    hits = HitsPage(
        title=_("Picks for you"),
        hits=tuple(
            hit_of(
                pick.paper.paper,
                pick.paper.metrics,
                notes=[_why(each, pick, several=several)],
                folded=pick.folded,
            )
            for each, pick in shown
        ),
        first=first + 1,
        total=len(entries),
        notes=(sentences(note, closest),),
    )
    turns = page_buttons(
        page, pages, lambda to, label, off: PagePicks(list_id, days, to, label, off=off)
    )
    return render_hits(
        hits,
        accessory=lambda hit: SaveButton(hit.paper_id),
        select=NotForMe(
            (hits.first + place, hit.paper_id, hit.title) for place, hit in enumerate(hits.hits)
        ),
        buttons=[*turns, *folded_on_page(hits.hits), *buttons],
    )


def _why(of: Picks, pick: Pick, *, several: bool) -> str:
    """Return the saved paper that a pick is near to, and the words in common."""
    title = readable(pick.near.paper.title)
    if pick.explores:
        return edge_reason(list_name(of.list), title)
    because = near_reason(title, pick.why.words)
    return f"{list_name(of.list)} · {because}" if several else because


ITEMS: Final = (PagePicks,)
"""Every kind of button and menu under picks."""
