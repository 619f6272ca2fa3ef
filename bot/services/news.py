"""Asking the sources what became of saved papers, in what people's questions leave of the budget.

One pass a minute runs beside the cycle, and nothing waits for it. A curated source is asked paper
by paper, so that people's questions pass in between; a listing takes many papers in one request.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.runtime.logs import log_failure
from bot.services.source_queries import SourceQueries, known_to
from papers import calendar
from papers.news import Side
from papers.sources import DatedSource, PaperSource
from storage import batches, news, source_health, source_searches
from storage.chunks import chunks
from storage.database import Database
from storage.priority import background

log = logging.getLogger(__name__)

ASKED_ONE_BY_ONE: Final = 5
"""Papers that a pass asks a curated source about, at a request for each: 50,000 a week."""

ASKED_AT_ONCE: Final = 100
"""Papers in one question to a listing: as many as arXiv takes in one request."""

BETWEEN_LISTINGS: Final = timedelta(minutes=10)
"""How often a listing is asked at most: 100,000 papers a week in six requests an hour."""

PEOPLE_LATELY: Final = 3
"""Questions of people in the last minute from which on a pass leaves the sources to them."""

PATIENCE: Final = 60.0
"""Seconds until a source counts as not answering, its queue included."""

NEWEST_SAVES: Final = 1_000
"""Saves in which a pass looks for papers to follow; one pass a day looks in all of them."""

_ALL_SAVES: Final = timedelta(days=1)
_BATCHES: Final = timedelta(days=10)
"""How far back batches are read again, and more (`bot.services.ingest`)."""


class NewsWatch:
    """Finds out what became of saved papers.

    Args:
        database: the papers that are followed.
        queries: asks the sources, and stores what they return.
        on_new: called when something was stored that the index lacks.
    """

    def __init__(
        self, database: Database, queries: SourceQueries, on_new: Callable[[], None]
    ) -> None:
        self._database = database
        self._queries = queries
        self._on_new = on_new
        self._pass: asyncio.Task[None] | None = None
        self._saves_read: datetime | None = None
        """When all saves were last looked at."""
        self._batches_read: dict[tuple[date, str], datetime] = {}
        """When each batch that was compared had been read, by day and source."""
        self._asked: dict[str, datetime] = {}
        """When each listing was last asked."""

    def start(self, now: datetime) -> None:
        """Begin a pass, unless one is under way."""
        if self._pass is None or self._pass.done():
            self._pass = asyncio.create_task(self._run(now), name="news")

    async def drain(self) -> None:
        """Wait for the pass under way."""
        if self._pass is not None:
            await asyncio.gather(self._pass, return_exceptions=True)

    async def pause(self) -> None:
        """Stop the pass under way; what it had claimed is asked about later."""
        if self._pass is not None:
            self._pass.cancel()
            await self.drain()

    async def _run(self, now: datetime) -> None:
        try:
            with background(True):
                await self._notice(now)
                await self._compare(now)
                for source in await self._free(now):
                    await self._ask(source, now)
        except Exception as error:
            # The next minute tries again.
            log_failure(log, error, "following saved papers failed")  # not shown

    async def _notice(self, now: datetime) -> None:
        everything = self._saves_read is None or now - self._saves_read >= _ALL_SAVES
        async with self._database.read() as conn:
            new = await news.unfollowed(conn, newest=None if everything else NEWEST_SAVES)
        for part in chunks(new):
            async with self._database.write() as conn:  # in turns with other writers
                await news.follow(conn, part)
        if everything:
            self._saves_read = now

    async def _compare(self, now: datetime) -> None:
        """Look for news in the batches that were read since the last pass."""
        today = calendar.batch_day(now)
        async with self._database.read() as conn:
            rows = await batches.rows(conn, today - _BATCHES, today + timedelta(days=1))
            read = {(row.day, row.source): row.fetched_at for row in rows}
            listed = [
                await news.listed(conn, day, source)
                for (day, source), moment in read.items()
                if self._batches_read.get((day, source)) != moment
            ]
        if paper_ids := list(dict.fromkeys(itertools.chain.from_iterable(listed))):
            async with self._database.write() as conn:
                _report(await news.sight(conn, paper_ids, now))
        self._batches_read = read

    async def _free(self, now: datetime) -> Sequence[PaperSource]:
        """Return the sources that may be asked now: well, and not busy with people's questions.

        Only those of arXiv's papers: one that knows others would answer for papers that it lacks.
        """
        async with self._database.read() as conn:
            asked = await source_searches.asked_since(conn, now - timedelta(minutes=1))
            health = await source_health.all(conn)
        if asked >= PEOPLE_LATELY:
            return ()
        failing = {each.source for each in health if each.failing_since is not None}
        return [
            source
            for source in self._queries.sources
            if source.name not in failing
            and not isinstance(source, DatedSource)
            and self._is_due(source, now)
        ]

    def _is_due(self, source: PaperSource, now: datetime) -> bool:
        last = self._asked.get(source.name)
        return source.curated or last is None or now - last >= BETWEEN_LISTINGS

    async def _ask(self, source: PaperSource, now: datetime) -> None:
        side = Side.COMMUNITY if source.curated else Side.ARCHIVE
        most = ASKED_ONE_BY_ONE if source.curated else ASKED_AT_ONCE
        async with self._database.read() as conn:
            due = await news.due(conn, side, now, most=most)
        if not due:
            return
        async with self._database.write() as conn:
            paper_ids = await news.claim(conn, side, due, now)
        if not paper_ids:
            return
        asked = known_to(source, paper_ids)
        # What became of the others is in the listings of their servers, which are read anyway.
        if others := [each for each in paper_ids if each not in set(asked)]:
            async with self._database.write() as conn:
                _report(await news.sight(conn, others, now, answered=side))
        if not asked:
            return
        self._asked[source.name] = now
        questions = [[each] for each in asked] if source.curated else [asked]
        for question in questions:
            answer = await self._queries.ask(source, source.lookup(question), patience=PATIENCE)
            if answer.failure is not None:
                return  # what was claimed is put off
            if answer.records:
                report = await self._queries.store(answer.records)
                if report.new or report.changed:
                    self._on_new()
            async with self._database.write() as conn:
                _report(await news.sight(conn, question, now, answered=side))


def _report(found: int) -> None:
    if found:
        log.info("news about saved papers found=%d", found)
