"""Reading one source into the database; whatever it answers, it stops no other."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.services import editions, hub_trending
from bot.services.ingest._passes import Pass
from bot.services.ingest._wanted import curated_days, unread_days
from papers.model import Batch
from papers.sources import DatedSource, EditionSource, PaperSource, SourceError, SourceErrorKind
from storage import batches, papers, source_health
from storage.database import Database
from storage.database_file import DriverError

log = logging.getLogger(__name__)

LOOKUP_LIMIT: Final = 100
"""Papers whose categories are looked up in one pass."""


class Reading:
    """Reads sources into a database, and notes how each is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_new(self, source: PaperSource, reading: Pass) -> None:
        """Ask a source for what is new."""
        if source.curated:
            async with self._database.read() as conn:
                wanted = await curated_days(conn, source.name, reading.now)
            await self.read_days(source, wanted, reading)
            await hub_trending.read(self._database, source, reading.now)
        elif isinstance(source, EditionSource):
            await self._read_edition(source, reading)
        elif isinstance(source, DatedSource):
            async with self._database.read() as conn:
                wanted = await unread_days(conn, source, reading.now)
            await self.read_days(source, wanted, reading)
        else:
            await self._read_listing(source, reading)

    async def read_days(self, source: PaperSource, wanted: Sequence[date], reading: Pass) -> None:
        """Ask a source for days, one after the other, up to its first failure."""
        try:
            for day in wanted:
                try:
                    batch = await source.daily(day)
                except SourceError:
                    # Where its requests of today are made, the rest comes tomorrow.
                    if isinstance(source, DatedSource) and not source.listed_days():
                        break
                    raise
                await self._store(source, batch, reading)
                reading.days.append(batch.day)
        except Exception as error:
            await self._failed(source, error, reading)
        else:
            await self._succeeded(source, reading)

    async def complete_categories(self, sources: Sequence[PaperSource], reading: Pass) -> None:
        """Look up what the curated source lacks (categories, versions) where a listing
        source can."""
        failed = {error.source for error in reading.failures}
        listing = (s for s in sources if not s.curated and not isinstance(s, DatedSource))
        helper = next((s for s in listing if s.name not in failed), None)
        if helper is None:
            return
        async with self._database.read() as conn:
            missing = await papers.without_categories(conn, limit=LOOKUP_LIMIT)
        if not missing:
            return
        try:
            records = await helper.lookup(missing)
        except Exception as error:
            await self._failed(helper, error, reading)
            return
        async with self._database.write() as conn:
            reading.add(await papers.upsert(conn, records, now=reading.now))

    async def _read_listing(self, source: PaperSource, reading: Pass) -> None:
        try:
            await self._store(source, await source.latest(), reading)
        except Exception as error:
            await self._failed(source, error, reading)
        else:
            await self._succeeded(source, reading)

    async def _read_edition(self, source: EditionSource, reading: Pass) -> None:
        try:
            found = await source.proceedings()
            if found is not None:
                report = await editions.store(self._database, source, found, reading.now)
                reading.add(report, found.broken)
            await source.keep()
        except Exception as error:
            await self._failed(source, error, reading)
        else:
            await self._succeeded(source, reading)

    async def _store(self, source: PaperSource, batch: Batch, reading: Pass) -> None:
        async with self._database.write() as conn:
            report = await batches.record(conn, batch, source.name, now=reading.now)
        reading.add(report, batch.broken)
        if batch.broken:
            log.warning(
                "skipped unreadable records source=%s day=%s n=%d",
                source.name,
                batch.day,
                batch.broken,
            )

    async def _succeeded(self, source: PaperSource, reading: Pass) -> None:
        async with self._database.write() as conn:
            recovered = await source_health.succeeded(conn, source.name, reading.now)
        if recovered:
            log.info("source recovered source=%s", source.name)

    async def _failed(self, source: PaperSource, error: Exception, reading: Pass) -> None:
        if isinstance(error, DriverError):
            raise error  # that says nothing of the source
        if not isinstance(error, SourceError):
            # A source must not take the bot along, whatever it trips over; the log has the whole
            # story.
            log.error("source failed unexpectedly source=%s", source.name, exc_info=error)
            error = SourceError(source.name, SourceErrorKind.MALFORMED, type(error).__name__)
        log.warning("source failed source=%s kind=%s: %s", source.name, error.kind, error.detail)
        async with self._database.write() as conn:
            await source_health.failed(conn, error, reading.now)
        reading.failures.append(error)
