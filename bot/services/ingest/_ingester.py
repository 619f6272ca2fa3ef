"""The passes over the sources, one source never waiting for another."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.services.ingest._due import due, used
from bot.services.ingest._passes import IngestReport, Pass
from bot.services.ingest._reading import Reading
from bot.services.web_feeds import WebFeeds
from papers.sources import PaperSource
from storage import batches
from storage.batches import BatchState
from storage.database import Database

log = logging.getLogger(__name__)


class Ingester:
    """Brings what the sources have into the database, one source never waiting for another."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[PaperSource],
        web: WebFeeds | None = None,
        *,
        interval: timedelta,
    ) -> None:
        self._database = database
        self._sources = sources
        self._web = web
        self._interval = interval
        self._reading = Reading(database)
        self._pass = asyncio.Lock()

    async def run(self, now: datetime) -> IngestReport:
        """Ask every source that is used for what is new."""
        async with self._database.read() as conn:
            wanted = await used(conn, self._sources)
        return await self._ingest(wanted, now)

    async def run_due(self, now: datetime, expected: date) -> IngestReport:
        """Ask the sources whose time it is."""
        async with self._database.read() as conn:
            wanted = await due(conn, self._sources, now, expected, self._interval)
        return await self._ingest(wanted, now)

    async def unread(self, days: Sequence[date]) -> list[date]:
        """Return those of `days` for which no curated source has given a whole batch yet."""
        names = [source.name for source in self._sources if source.curated]
        async with self._database.read() as conn:
            return [
                day
                for day in days
                if await batches.state(conn, day, sources=names) is not BatchState.COMPLETE
            ]

    async def read_day(self, day: date, now: datetime) -> IngestReport:
        """Ask the curated sources for one day's batch."""
        reading = Pass(now)
        for source in self._sources:
            if source.curated:
                await self._reading.read_days(source, [day], reading)
        return reading.report()

    async def _ingest(self, sources: Sequence[PaperSource], now: datetime) -> IngestReport:
        reading = Pass(now)
        async with self._pass:
            await asyncio.gather(
                self._read_web(reading),
                *(self._reading.read_new(source, reading) for source in sources),
            )
            await self._reading.complete_categories(sources, reading)
        report = reading.report()
        report = replace(report, days=tuple(sorted(set(report.days))))
        if sources:
            log.info(
                "ingested new=%d changed=%d broken=%d failing=%s",
                report.new,
                report.changed,
                report.broken,
                ",".join(error.source for error in report.failures) or "none",
            )
        return report

    async def _read_web(self, reading: Pass) -> None:
        """Read the feeds that servers added; how each is, is kept with it."""
        if self._web is not None:
            for stored in await self._web.read_due(reading.now):
                reading.add(stored.report, stored.broken)
