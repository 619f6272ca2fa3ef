"""Pages of results: their words, and the buttons that turn, sort and refine them."""

import asyncio
import re
from collections.abc import Awaitable
from functools import partial
from typing import Final, Self

import discord
from discord import ui

from bot.i18n import Language, current, ngettext, use
from bot.i18n import gettext as _
from bot.interactions.components import (
    NUMBER,
    PAGE,
    PaperboyButton,
    custom_id,
    page_buttons,
    template,
)
from bot.interactions.cooldowns import SEARCHES
from bot.interactions.errors import Interaction, UserError
from bot.interactions.folded_button import folded_on_page
from bot.interactions.language import public_language
from bot.interactions.replies import change, is_own, reply, turn
from bot.interactions.save_buttons import SaveButton
from bot.services.container import Services, services_of
from bot.services.search import ResultsPage, SourceState, passage_of
from bot.ui import text
from bot.ui.notices import render_notice
from bot.ui.pages import HitsPage, hit_of, render_hits
from bot.ui.parts import AnyItem
from cogs.paper_search._labels import (
    QUERY_SHOWN,
    SORTS,
    notes,
    options,
    sources_line,
    title,
    what_to_do,
)
from cogs.paper_search._papers import OpenHit
from cogs.paper_search._refine import refine_modal
from cogs.subscriptions import FollowSearch
from papers import paper_links
from storage.search import Sort
from storage.search_sessions import RESULTS_KEPT, Question, Session

_SORTS: Final = "|".join(Sort)


class PageResults(PaperboyButton, template=template("find", session=NUMBER, page=PAGE)):
    """Turns the page of a search."""

    def __init__(self, session_id: int, page: int, label: str, *, off: bool = False) -> None:
        super().__init__(
            ui.Button(label=label, disabled=off, custom_id=custom_id("find", session_id, page))
        )
        self.session_id, self.page = session_id, page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]), int(match["page"]), "…")

    async def pressed(self, interaction: Interaction) -> None:
        """Show the page that the button leads to."""
        services = services_of(interaction)
        session = await _session(services, self.session_id)
        if session.hits is None:
            await turn(interaction, _expired(session))
        elif is_own(interaction):
            await turn(interaction, _rendered(services.search.turn(session, self.page)))
        else:
            await turn(interaction, _rendered(services.search.page(session, self.page)))


class SortResults(PaperboyButton, template=template("find-sort", session=NUMBER, sort=_SORTS)):
    """Asks the same in another order."""

    rate_limit = SEARCHES

    def __init__(self, session_id: int, sort: Sort) -> None:
        super().__init__(
            ui.Button(
                label=_(SORTS[sort]), custom_id=custom_id("find-sort", session_id, sort.value)
            )
        )
        self.session_id, self.sort = session_id, sort

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]), Sort(match["sort"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show the first page in that order."""
        session = await _session(services_of(interaction), self.session_id)
        question = session.question
        await ask_again(
            interaction,
            session,
            Question(question.query, question.since, question.categories, self.sort),
        )


class AgainButton(PaperboyButton, template=template("find-again", session=NUMBER)):
    """Asks the same again, over all papers that there are now."""

    rate_limit = SEARCHES

    def __init__(self, session_id: int, label: str | None = None) -> None:
        label = label or _("Search again")
        super().__init__(ui.Button(label=label, custom_id=custom_id("find-again", session_id)))
        self.session_id = session_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Answer again."""
        session = await _session(services_of(interaction), self.session_id)
        await ask_again(interaction, session, session.question)


class FreshButton(PaperboyButton, template=template("find-fresh", session=NUMBER)):
    """Shows what the sources brought."""

    def __init__(self, session_id: int, papers: int = 1) -> None:
        super().__init__(
            ui.Button(
                label=ngettext("{count} new result", "{count} new results", papers),
                style=discord.ButtonStyle.success,
                custom_id=custom_id("find-fresh", session_id),
            )
        )
        self.session_id = session_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Show them in the place of this page."""
        services = services_of(interaction)
        session = await _session(services, self.session_id)
        if session.hits is None:
            await turn(interaction, _expired(session))
            return
        if is_own(interaction):
            await services.search.use(session.id)
        await turn(interaction, _rendered(services.search.fresh(session)))


class RefineButton(PaperboyButton, template=template("find-refine", session=NUMBER)):
    """Opens the question, to be changed."""

    def __init__(self, session_id: int) -> None:
        super().__init__(
            ui.Button(label=_("Refine…"), custom_id=custom_id("find-refine", session_id))
        )
        self.session_id = session_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Return the button whose custom id matched."""
        return cls(int(match["session"]))

    async def pressed(self, interaction: Interaction) -> None:
        """Open the form."""
        session = await _session(services_of(interaction), self.session_id)
        await interaction.response.send_modal(refine_modal(session))


ITEMS: Final = (PageResults, SortResults, AgainButton, FreshButton, RefineButton)


async def open_results(interaction: Interaction, question: Question, *, public: bool) -> None:
    """Answer a question with its first page, and let the sources add to it."""
    services = services_of(interaction)
    with use(public_language(interaction) if public else current()):
        page = asyncio.ensure_future(services.search.search(question))
        await reply(interaction, _rendered(page), ephemeral=not public)
        _follow(interaction, await page)


async def ask_again(interaction: Interaction, before: Session | None, question: Question) -> None:
    """Answer a press with the first page of another question."""
    services = services_of(interaction)
    if before is not None and is_own(interaction):
        await services.search.use(before.id)
    page = asyncio.ensure_future(services.search.search(question))
    await turn(interaction, _rendered(page))
    _follow(interaction, await page)


def results_view(page: ResultsPage) -> ui.LayoutView:
    """Return a page of results with everything that can be done with it."""
    session = page.session
    sources = sources_line(page.sources)
    fresh = [FreshButton(session.id, len(page.sources.papers))] if page.sources.papers else []
    if not page.papers:
        return render_notice(
            _(
                "No papers found for “{query}”",
                query=text.plain(session.question.query, QUERY_SHOWN),
            ),
            what_to_do(page),
            footer=text.escape(sources),
            actions=[*fresh, RefineButton(session.id)],
        )
    hits = HitsPage(
        title=title(session),
        hits=tuple(
            hit_of(
                entry.paper,
                entry.metrics,
                passage=passage_of(entry.paper, passage),
                folded=session.remarks.folded.get(entry.paper.id, ()),
            )
            for entry, passage in page.papers
        ),
        first=page.first,
        total=len(session.hits or ()),
        notes=tuple(notes(session)),
        footer=sources,
    )
    turns = page_buttons(
        page.number,
        page.pages,
        lambda to, label, off: PageResults(session.id, to, label, off=off),
    )
    if session.fresh:
        others: list[AnyItem] = [AgainButton(session.id, _("All results"))]
    else:
        others = [
            SortResults(session.id, sort) for sort in Sort if sort is not session.question.sort
        ]
    # The ids of papers are no topic.
    named = paper_links.find_all(session.question.query)
    follow = [] if named else [FollowSearch(session.id)]
    return render_hits(
        hits,
        accessory=lambda hit: SaveButton(hit.paper_id),
        select=OpenHit(session.id, options(hits)),
        buttons=[
            *turns,
            *folded_on_page(hits.hits),
            *others,
            RefineButton(session.id),
            *follow,
            *fresh,
        ],
    )


async def _session(services: Services, session_id: int) -> Session:
    session: Session | None = await services.search.session(session_id)
    if session is None:
        raise UserError(
            _(
                "These results are too old. Search again with {command}.",
                command=services.mention("paper search"),
            )
        )
    return session


async def _expired(session: Session) -> ui.LayoutView:
    return render_notice(
        text.plain(session.question.query, QUERY_SHOWN),
        ngettext(
            "Results are kept for {count} day. Search again to see them.",
            "Results are kept for {count} days. Search again to see them.",
            RESULTS_KEPT.days,
        ),
        actions=[AgainButton(session.id)],
    )


async def _rendered(page: Awaitable[ResultsPage]) -> ui.LayoutView:
    return results_view(await page)


def _follow(interaction: Interaction, page: ResultsPage) -> None:
    services = services_of(interaction)
    if page.sources.state is SourceState.ASKING:
        services.search.follow(page.session, partial(_show_late, interaction, current()))


async def _show_late(interaction: Interaction, spoken: Language, page: ResultsPage) -> None:
    with use(spoken):
        await change(interaction, results_view(page))
