"""`/paper search`, `/paper show` and `/paper similar`."""

from datetime import date

from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot import limits
from bot.interactions.cooldowns import SEARCHES, rate_limited
from bot.interactions.errors import Interaction, answer_error
from bot.interactions.inputs import category_choices, parse_categories
from bot.interactions.modals import submission
from bot.services.container import Services, services_of
from bot.services.search import (
    PASTED_LENGTH,
    brief,
    newest_of,
    parse_since,
    since_choices,
    unknown_links,
)
from cogs.paper_search._labels import SORTS
from cogs.paper_search._lookup import choice, paper_id_of, suggested, title_choices
from cogs.paper_search._pages import ask_again, open_results
from cogs.paper_search._papers import open_card, open_similar
from cogs.paper_search._refine import FORM
from storage.search import Sort
from storage.search_sessions import Question

Interaction = Interaction
Query = app_commands.Range[str, 1, PASTED_LENGTH]

_SORT_CHOICES = [
    app_commands.Choice(name=locale_str(label), value=sort.value) for sort, label in SORTS.items()
]


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
        is_link = not named and len(query.split()) == 1
        if is_link and (refusal := unknown_links(query, self.services.mention("paper search"))):
            raise refusal
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
        await open_card(interaction, await paper_id_of(self.services, paper), public=public)

    @rate_limited(SEARCHES)
    @app_commands.command(description="Find similar papers")
    @app_commands.rename(paper="id_or_link")
    @app_commands.describe(
        paper="An arXiv number or link, or words of a title",
        public="Show the answer to everyone here",
    )
    async def similar(self, interaction: Interaction, paper: Query, public: bool = False) -> None:
        """Answer with a page of papers like one."""
        await open_similar(interaction, await paper_id_of(self.services, paper), public=public)

    @search.autocomplete("query")
    async def _queries(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return [choice(each) for each in await suggested(self.services, current)]

    @show.autocomplete("paper")
    @similar.autocomplete("paper")
    async def _titles(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return await title_choices(self.services, current)

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
        return category_choices(current)

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

    async def _since_day(self, interaction: Interaction, typed: str) -> date | None:
        return parse_since(typed, await _today(interaction)) if typed.strip() else None


async def _today(interaction: Interaction) -> date:
    dates = services_of(interaction).local_dates
    return await dates.today(interaction.user.id, interaction.guild_id, interaction.channel_id)


def _question(query: str, since: date | None, category: str, sort: Sort) -> Question:
    query = " ".join(query.split())
    if sort is Sort.BEST and (rest := newest_of(query)) is not None:
        query, sort = rest, Sort.NEWEST
    return Question(query, since, parse_categories(category), sort)
