"""Asking the sources for what the index lacks: in the background, in a budget, once a day."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.runtime.clock import Clock
from bot.services.search_engine import Engine
from bot.services.source_queries import TOO_SLOW, Answer, SourceQueries, known_to
from papers import topics
from papers.model import Record
from papers.sources import DatedSource
from storage import source_searches
from storage.database import Database
from storage.papers import StoredPaper, UpsertReport
from storage.source_searches import SourceAnswer, SourceSearch

log = logging.getLogger(__name__)

PER_MINUTE: Final = 10
"""Questions to the sources in any minute, over the whole bot: half of what arXiv's pace of three
seconds a request lets through, so that reading the day's papers never waits long."""

FOUND: Final = 30
"""Papers asked of each source: six pages."""

PATIENCE: Final = 45.0
"""Seconds until a source counts as not answering: arXiv's queue of requests, and its slowness."""

PATIENCE_FOR_ONE: Final = 20.0
"""The same where a user waits for one paper."""

PATIENCE_AFTER_FIRST: Final = 3.0
"""Seconds that the other sources get to add to a paper that one of them knows."""


class SourceSearcher:
    """Puts people's questions to the sources and keeps what they answer."""

    def __init__(
        self, database: Database, engine: Engine, queries: SourceQueries, clock: Clock
    ) -> None:
        self._database = database
        self._engine = engine
        self._queries = queries
        self._clock = clock
        # What lists whole days only has no search of its own.
        self._searched = [each for each in queries.sources if not isinstance(each, DatedSource)]

    @property
    def names(self) -> tuple[str, ...]:
        """The sources' names."""
        return tuple(source.name for source in self._searched)

    async def ask(self, question: str) -> SourceSearch:
        """Ask every source; put what they find into the database and the index.

        A source that fails is noted with its reason; the others count all the same.
        """
        answers = await asyncio.gather(
            *(
                self._queries.ask(each, each.search(question, FOUND), patience=PATIENCE)
                for each in self._searched
            )
        )
        records = [record for answer in answers for record in answer.records]
        # What one source lacks (categories, votes) the other one has: both go in, one paper each.
        ids = list(dict.fromkeys(record.paper.id for record in records))
        now = self._clock.now()
        report = await self._store(records)
        async with self._database.write() as conn:
            search = await source_searches.answer(
                conn, question, [_stored(answer) for answer in answers], ids, now=now
            )
        log.info(
            "sources searched found=%d new=%d failing=%s",
            len(ids),
            report.new,
            ",".join(item.source for item in search.answers if item.failure) or "none",
        )
        return search

    async def look_up(self, paper_id: str) -> list[SourceAnswer]:
        """Ask every source for one paper, store the records, and return each answer.

        A user waits for it: once one source knows the paper, the others get little time to add
        to it.
        """
        sources = [each for each in self._queries.sources if known_to(each, [paper_id])]
        asked = {
            asyncio.create_task(
                self._queries.ask(each, each.lookup([paper_id]), patience=PATIENCE), name="look-up"
            )
            for each in sources
        }
        answers_by_source: dict[str, SourceAnswer] = {}
        records: list[Record] = []
        waiting = set(asked)
        try:
            while waiting:
                done, waiting = await asyncio.wait(
                    waiting,
                    timeout=PATIENCE_AFTER_FIRST if records else PATIENCE_FOR_ONE,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                for task in done:
                    answer = task.result()
                    answers_by_source[answer.source] = _stored(answer)
                    records += [each for each in answer.records if each.paper.id == paper_id]
                if not done:
                    break
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if records:
            await self._store(records)
        return [
            answers_by_source.get(each.name, SourceAnswer(each.name, None, TOO_SLOW))
            for each in sources
        ]

    async def _store(self, records: Sequence[Record]) -> UpsertReport:
        report = await self._queries.store(records)
        if report.new or report.changed:
            await self._engine.follow()
        return report


def _stored(answer: Answer) -> SourceAnswer:
    """Return an answer as it is stored with its question: how many papers, or why none."""
    found = None if answer.failure is not None else len(answer.records)
    return SourceAnswer(answer.source, found, answer.failure)


def key(words: str) -> str:
    """Return the question that equal questions share."""
    return " ".join(words.casefold().split())


def meets(entry: StoredPaper, since: date | None, categories: Sequence[str]) -> bool:
    """Return whether a paper is as recent, and of one of the categories, as was asked for."""
    published = (entry.paper.published_at or entry.first_seen_at).date()
    if since is not None and published < since:
        return False
    return not categories or any(
        topics.in_category(category, wanted)
        for category in entry.paper.categories
        for wanted in categories
    )
