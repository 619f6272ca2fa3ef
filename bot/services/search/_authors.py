"""An author's papers: those that are stored, and those that a source knows."""

import logging
from dataclasses import dataclass
from typing import Final

from bot.i18n import gettext as _
from bot.runtime.clock import Clock
from bot.services.search._sources import PATIENCE_FOR_ONE, PER_MINUTE
from bot.services.search_engine import Engine
from bot.services.source_queries import Answer, SourceQueries, failure_sentence
from papers import topics
from papers.sources import AuthorSource
from papers.topics import Topic
from storage import papers, source_searches
from storage.database import Database
from storage.papers import StoredPaper
from storage.search import SearchRequest, Sort
from storage.source_searches import BudgetSpentError, SourceAnswer, SourceSearch

log = logging.getLogger(__name__)

ASKED: Final = 100
"""Papers of an author that a source is asked for, the newest: as many as arXiv's pages hold."""


@dataclass(frozen=True, slots=True)
class AuthorsPapers:
    """The papers whose authors include the name; people share names."""

    papers: tuple[StoredPaper, ...] = ()
    """The newest first."""
    failed: tuple[str, ...] = ()
    """Why sources were not asked or did not answer, a sentence each in the reader's language."""


class AuthorSearch:
    """Finds papers by author, in the budget of all questions to the sources, once a day each."""

    def __init__(
        self, database: Database, engine: Engine, queries: SourceQueries, clock: Clock
    ) -> None:
        self._database = database
        self._engine = engine
        self._queries = queries
        self._clock = clock

    async def find(self, name: str, *, ask: bool) -> AuthorsPapers:
        """Return the papers of authors with a name, in whatever order its words are.

        Args:
            name: at least one letter; an initial stands for each name that it begins.
            ask: whether to ask the sources, unless they were asked today.
        """
        topic = _topic(name)
        if topic is None:
            return AuthorsPapers()
        question = f"author {name.casefold()}"  # not shown
        failed: tuple[str, ...] = ()
        if ask:
            failed = await self._ask(question, name)
        async with self._database.read() as conn:
            asked = await source_searches.get(conn, question)
        request = SearchRequest(topic.text, sort=Sort.NEWEST, expression=topic)
        answer = await self._engine.search(request)
        ids = dict.fromkeys(hit.paper_id for hit in answer.hits)
        ids |= dict.fromkeys(asked.papers if asked else ())
        async with self._database.read() as conn:
            known = await papers.get_many(conn, ids)
        found = [each for each in known.values() if topic.allows(each.paper)]
        found.sort(key=_newest, reverse=True)
        return AuthorsPapers(tuple(found), failed)

    async def _ask(self, question: str, name: str) -> tuple[str, ...]:
        """Ask the sources unless they were asked lately; return why one did not answer."""
        sources = [each for each in self._queries.sources if isinstance(each, AuthorSource)]
        if not sources:
            return ()
        now = self._clock.now()
        try:
            async with self._database.write() as conn:
                search = await source_searches.claim(conn, question, now=now, per_minute=PER_MINUTE)
        except BudgetSpentError:
            return (_("Showing local results only; live search is busy."),)
        if search is None:
            answers = [
                await self._queries.ask(
                    each, each.by_author(name, ASKED), patience=PATIENCE_FOR_ONE
                )
                for each in sources
            ]
            search = await self._store(question, answers)
        return tuple(
            failure_sentence(each.source, each.failure) for each in search.answers if each.failure
        )

    async def _store(self, question: str, answers: list[Answer]) -> SourceSearch:
        records = [record for answer in answers for record in answer.records]
        report = await self._queries.store(records)
        if report.new or report.changed:
            await self._engine.follow()
        async with self._database.write() as conn:
            return await source_searches.answer(
                conn,
                question,
                [
                    SourceAnswer(
                        each.source, None if each.failure else len(each.records), each.failure
                    )
                    for each in answers
                ],
                list(dict.fromkeys(record.paper.id for record in records)),
                now=self._clock.now(),
            )


def _topic(name: str) -> Topic | None:
    """Return the condition on papers that they are by an author with that name."""
    plain = " ".join(name.replace('"', " ").split())
    if not any(map(str.isalpha, plain)):
        return None
    return topics.parse(f'author:"{plain}"')  # not shown


def _newest(entry: StoredPaper) -> tuple[float, str]:
    at = entry.paper.published_at or entry.first_seen_at
    return at.timestamp(), entry.paper.id
