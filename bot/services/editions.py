"""Editions of conferences: stored once they are out, and shown a few at a time for some days."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from papers.calendar import SourceDays
from papers.model import Metrics
from papers.sources import EditionSource, SourceError, SourceErrorKind
from papers.sources.declared import conferences_of
from papers.sources.listings import Proceedings
from papers.trending import Candidate
from storage import editions, papers
from storage.database import Database
from storage.editions import Edition
from storage.papers import UpsertReport

log = logging.getLogger(__name__)

EDITION_DAYS: Final = 14
"""Days whose threads show some of the papers of an edition."""
FRESH: Final = timedelta(days=30)
"""An edition of which nothing was known so long after its end is stored and not posted."""
FAILING_INTERVAL: Final = timedelta(hours=3)
"""How soon a conference that failed is asked again: its programme is there for months."""
PORTION: Final = 250
"""Papers that one transaction stores: others wait for it to end."""


async def store(
    database: Database, source: EditionSource, found: Proceedings, now: datetime
) -> UpsertReport:
    """Store what there is of an edition: its papers, a portion at a time, then that it has them.

    A pass that is cut off leaves papers that no edition has, and is done again as a whole. The
    first one decides from which day to which threads show them.

    Raises:
        SourceError: what was out once is not there any more, or no row can be read.
    """
    async with database.read() as conn:
        known = await editions.get(conn, source.name, found.venue)
    if not found.papers:
        if known is not None or found.broken:
            reason = "lists no papers"  # not shown
            raise SourceError(source.name, SourceErrorKind.MALFORMED, reason)
        return UpsertReport()
    # The newest day that is over: its thread is the next one that comes.
    day = SourceDays.DAILY.expected(now)
    batch = await asyncio.to_thread(found.batch, day)
    new = changed = unchanged = 0
    for first in range(0, len(batch.records), PORTION):
        async with database.write() as conn:
            report = await papers.upsert(conn, batch.records[first : first + PORTION], now=now)
        new, changed = new + report.new, changed + report.changed
        unchanged += report.unchanged
    over = found.last is not None and found.last + FRESH < day
    until = day + timedelta(days=-1 if over else EDITION_DAYS - 1)
    async with database.write() as conn:
        edition = await editions.record(conn, batch, source.name, found.venue, until=until, now=now)
    if known is None:
        log.info("edition=%s papers=%d until=%s", found.venue, edition.papers, edition.until)
    if found.broken:
        log.warning("skipped unreadable records source=%s n=%d", source.name, found.broken)
    return UpsertReport(new, changed, unchanged)


class Editions:
    """The editions of some of a feed's sources, and what threads show of them.

    Args:
        keys: the feed's sources (`papers.sources.declared`).
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self.sources = conferences_of(keys)

    async def known(self, conn: AsyncConnection, first: date, last: date) -> dict[date, bool]:
        """Return the days from `first` to `last` whose threads show papers of an edition."""
        found = await self._all(conn)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {day: True for day in days if any(each.is_open(day) for each in found)}

    async def newest(self, conn: AsyncConnection, now: datetime) -> date | None:
        """Return the newest day, among those that are over, whose thread shows such papers."""
        day = SourceDays.DAILY.expected(now)
        shown = (each for each in await self._all(conn) if each.days and each.day <= day)
        ends = (min(each.until, day) for each in shown)
        return max((end for end in ends), default=None)

    async def open(self, conn: AsyncConnection, day: date) -> list[Edition]:
        """Return the editions of which the thread of a day shows papers."""
        return [each for each in await self._all(conn) if each.is_open(day)]

    async def candidates(self, conn: AsyncConnection, day: date) -> list[Candidate]:
        """Return the papers of a day's editions, without the votes that some have elsewhere."""
        return [
            Candidate(each.paper, Metrics(), day, edition=edition.name)
            for edition in await self.open(conn, day)
            for each in await editions.papers(conn, edition)
        ]

    async def _all(self, conn: AsyncConnection) -> list[Edition]:
        if not self.sources:
            return []
        return await editions.of_sources(conn, self.sources)
