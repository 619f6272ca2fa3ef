"""`/paper search`, `/paper show` and `/paper similar`."""

import logging
import re
from datetime import date

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction, UserError, answer_error
from bot.interactions.inputs import parse_categories
from bot.interactions.modals import submission
from bot.services.container import Services, services_of
from bot.services.search import (
    PASTED_LENGTH,
    QUERY_LENGTH,
    brief,
    newest_of,
    parse_since,
    since_choices,
)
from bot.ui import text
from cogs.paper_search._labels import SORTS
from cogs.paper_search._pages import ask_again, open_results
from cogs.paper_search._papers import open_card, open_similar
from cogs.paper_search._refine import FORM
from papers import categories
from storage.search import Sort, Suggestion, SuggestionKind
from storage.search_sessions import Question

log = logging.getLogger(__name__)

Interaction = Interaction
Query = app_commands.Range[str, 1, PASTED_LENGTH]

_SORT_CHOICES = [
    app_commands.Choice(name=locale_str(label), value=sort.value) for sort, label in SORTS.items()
]

_WORDS = re.compile(r"\w+")

_MARKS = {SuggestionKind.TITLE: "📄", SuggestionKind.TOPIC: "#", SuggestionKind.AUTHOR: "👤"}


class PaperSearch(commands.Cog):
    """Finding papers."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @rate_limited(SEARCHES)
    @app_commands.choices(sort=_SORT_CHOICES)
    @app_commands.command(description="Search papers by words, meaning, author or link")
    @app_commands.describe(
        query='Words, a question, a title or a link; also "phrase", OR, -without, author:',
        since="Earliest date, e.g. 2025, March 2025, 8 Dec, last week or 7d",
        category="arXiv categories, e.g. cs.CL stat.ML, or cs for all of it",
        sort="Order",
        public="Show the answer to everyone here",
    )
    async def search(
        self,
        interaction: Interaction,
        query: Query,
        since: str | None = None,
        category: str | None = None,
        sort: str = Sort.BEST.value,
        public: bool = False,
    ) -> None:
        """Answer with a page of papers, or with the one that was named."""
        if len(named := await self.services.search.named(query)) == 1:
            await open_card(interaction, named[0], public=public)
            return
        day = await self._since_day(interaction, since or "")
        question = _question(brief(query, named), day, category or "", Sort(sort))
        await open_results(interaction, question, public=public)

    @rate_limited(SEARCHES)
    @app_commands.command(description="Show one paper with its abstract, figures and links")
    @app_commands.rename(paper="id_or_link")
    @app_commands.describe(
        paper="An arXiv number or link, or words of a title",
        public="Show the card to everyone here",
    )
    async def show(self, interaction: Interaction, paper: Query, public: bool = False) -> None:
        """Answer with the full card of one paper."""
        await open_card(interaction, await self._paper_id(paper), public=public)

    @rate_limited(SEARCHES)
    @app_commands.command(description="Find similar papers")
    @app_commands.rename(paper="id_or_link")
    @app_commands.describe(
        paper="An arXiv number or link, or words of a title",
        public="Show the answer to everyone here",
    )
    async def similar(self, interaction: Interaction, paper: Query, public: bool = False) -> None:
        """Answer with a page of papers like one."""
        await open_similar(interaction, await self._paper_id(paper), public=public)

    @search.autocomplete("query")
    async def _queries(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [choice(each) for each in await self._suggested(current)]

    @show.autocomplete("paper")
    @similar.autocomplete("paper")
    async def _titles(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        found = await self._suggested(current)
        return [choice(each) for each in found if each.kind is SuggestionKind.TITLE]

    @search.autocomplete("since")
    async def _since(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=name, value=value)
            for name, value in since_choices(current, await _today(interaction))[: limits.CHOICES]
        ]

    @search.autocomplete("category")
    async def _categories(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=text.plain(name, limits.CHOICE_NAME), value=value)
            for name, value in categories.suggest(current, limits.CHOICES)
            if len(value) <= limits.CHOICE_VALUE
        ]

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer a submitted form, also one that was opened before a restart."""
        form = submission(interaction, FORM)
        if form is None:
            return
        match, typed = form
        try:
            before = await self.services.search.session(int(match["session"]))
            sort = before.question.sort if before is not None else Sort.BEST
            day = await self._since_day(interaction, typed.get("since", ""))
            question = _question(typed.get("query", ""), day, typed.get("category", ""), sort)
            await ask_again(interaction, before, question)
        except Exception as error:
            await answer_error(interaction, error)

    async def _suggested(self, typed: str) -> list[Suggestion]:
        try:
            return list(await self.services.search.suggest(typed[:QUERY_LENGTH], limits.CHOICES))
        except Exception:
            # People go on typing; an error would only empty the list under their fingers.
            log.exception("autocomplete failed")
            return []

    async def _since_day(self, interaction: Interaction, typed: str) -> date | None:
        return parse_since(typed, await _today(interaction)) if typed.strip() else None

    async def _paper_id(self, typed: str) -> str:
        named = await self.services.search.named(typed)
        if named:
            return named[0]
        titled = await self._titled(typed)
        if len(titled) == 1:
            return titled[0]
        unclear = (
            _(
                "Several papers have “{words}” in the title. Pick one from the list while you"
                " type, or find it with {command}.",
                words=text.escape(typed, 80),
                command=self.services.mention("paper search"),
            )
            if titled
            else _(
                "“{words}” isn't an arXiv number or link, e.g. 2406.07496 or"
                " https://arxiv.org/abs/2406.07496. Pick a title from the list while you type, or"
                " find it with {command}.",
                words=text.escape(typed, 80),
                command=self.services.mention("paper search"),
            )
        )
        raise UserError(unclear)

    async def _titled(self, typed: str) -> list[str]:
        """Return the papers whose titles have all of the typed words, whole."""
        wanted = set(_WORDS.findall(typed.casefold()))
        return [
            each.paper_id
            for each in await self._suggested(typed)
            if each.paper_id is not None
            and wanted
            and wanted <= set(_WORDS.findall(each.text.casefold()))
        ]


async def _today(interaction: Interaction) -> date:
    dates = services_of(interaction).local_dates
    return await dates.today(interaction.user.id, interaction.guild_id, interaction.channel_id)


def _question(query: str, since: date | None, category: str, sort: Sort) -> Question:
    query = " ".join(query.split())
    if sort is Sort.BEST and (rest := newest_of(query)) is not None:
        query, sort = rest, Sort.NEWEST
    return Question(query, since, parse_categories(category), sort)


def choice(suggestion: Suggestion) -> app_commands.Choice[str]:
    """Return a suggestion as Discord lists it, with what it puts into the query."""
    match suggestion.kind:
        case SuggestionKind.TITLE:
            value = suggestion.paper_id or suggestion.text
        case SuggestionKind.AUTHOR:
            value = f'author:"{suggestion.text}"'  # not shown
        case SuggestionKind.TOPIC:
            value = suggestion.text
    return app_commands.Choice(
        name=text.plain(f"{_MARKS[suggestion.kind]} {suggestion.text}", limits.CHOICE_NAME),
        value=value[: limits.CHOICE_VALUE],
    )
