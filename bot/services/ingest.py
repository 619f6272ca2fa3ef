"""Asking the sources for what is new. A source that fails is recorded as failed, never as
nothing new."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services import editions, hub_trending
from bot.services.web_feeds import WebFeeds
from papers import calendar
from papers.cadence import Every
from papers.calendar import SourceDays
from papers.model import Batch, Record
from papers.sources import (
    DatedSource,
    EditionSource,
    PaperSource,
    SourceError,
    SourceErrorKind,
)
from papers.sources.declared import names
from storage import batches, feeds, source_health, subscriptions
from storage import papers as paper_store
from storage.batches import BatchState
from storage.database import Database
from storage.database_file import DriverError
from storage.papers import UpsertReport

log = logging.getLogger(__name__)

REVISITED_BATCHES = 2
"""Past batches asked for again on each pass, because votes go on growing (field.md: for a week
or two)."""

ROUNDUP_DAYS = {Every.WEEK: timedelta(days=10), Every.MONTH: timedelta(days=33)}
"""How old the batches are at most whose votes a roundup shows."""

ROUNDUP_INTERVAL = timedelta(hours=20)
"""How soon a batch older than `REVISITED_BATCHES` is asked for again while a feed posts roundups:
one on each pass, the one that was read the longest ago."""

CATCH_UP_BATCHES = 7
"""Batches made up for after downtime, newest first; older ones come by `paperboy ingest
--since`."""

FAILING_INTERVAL = timedelta(minutes=5)
"""How soon a failing source is asked again, unless it names a time itself."""

WAITING_INTERVAL = timedelta(minutes=30)
"""How soon a source whose day is over is asked again for it."""

LISTING_INTERVAL = timedelta(hours=3)
"""arXiv refreshes its listings once a day and asks not to be polled."""

LOOKUP_LIMIT = 100
"""Papers whose categories are looked up in one pass."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one pass brought: papers new and changed, the batch days read, and the sources that
    failed."""

    new: int = 0
    changed: int = 0
    broken: int = 0
    days: tuple[date, ...] = ()
    failures: tuple[SourceError, ...] = ()


@dataclass(slots=True)
class _Tally:
    new: int = 0
    changed: int = 0
    broken: int = 0

    def add(self, report: UpsertReport, broken: int = 0) -> None:
        self.new += report.new
        self.changed += report.changed
        self.broken += broken


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
        self._pass = asyncio.Lock()

    async def run(self, now: datetime) -> IngestReport:
        """Ask every source that is used for what is new."""
        async with self._database.read() as conn:
            used = await self._used(conn)
        return await self._ingest(used, now)

    async def run_due(self, now: datetime, expected: date) -> IngestReport:
        """Ask the sources whose time it is."""
        return await self._ingest(await self._due_sources(now, expected), now)

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
        tally, failures, days = _Tally(), list[SourceError](), list[date]()
        for source in self._sources:
            if source.curated:
                await self._read(source, [day], now, tally, failures, days)
        return IngestReport(tally.new, tally.changed, tally.broken, tuple(days), tuple(failures))

    async def _due_sources(self, now: datetime, expected: date) -> list[PaperSource]:
        async with self._database.read() as conn:
            sources = await self._used(conn)
            known = {state.source: state for state in await source_health.all(conn)}
            waiting = {
                source.name: await batches.state(conn, day, sources=[source.name])
                is not BatchState.COMPLETE
                for source in sources
                if (day := _expected_of(source, now, expected)) is not None
            }
        due: list[PaperSource] = []
        for source in sources:
            state = known.get(source.name)
            if state is None:
                due.append(source)
                continue
            interval = self._interval if source.curated else max(self._interval, LISTING_INTERVAL)
            again = FAILING_INTERVAL
            if isinstance(source, EditionSource):
                interval, again = source.interval(now), editions.FAILING_INTERVAL
            if state.failing_since is not None:
                after = max((state.failed_at or now) + again, state.retry_at or now)
            elif waiting.get(source.name):
                soon = FAILING_INTERVAL if source.curated else WAITING_INTERVAL
                after = (state.succeeded_at or now) + min(interval, soon)
            else:
                after = (state.succeeded_at or now) + interval
            if now >= after:
                due.append(source)
        return due

    async def _ingest(self, sources: Sequence[PaperSource], now: datetime) -> IngestReport:
        tally, failures, days = _Tally(), list[SourceError](), list[date]()
        async with self._pass:
            await asyncio.gather(
                self._read_web(now, tally),
                *(self._read_new(source, now, tally, failures, days) for source in sources),
            )
            await self._complete_categories(sources, now, tally, failures)
        report = IngestReport(
            tally.new, tally.changed, tally.broken, tuple(sorted(set(days))), tuple(failures)
        )
        if sources:
            log.info(
                "ingested new=%d changed=%d broken=%d failing=%s",
                report.new,
                report.changed,
                report.broken,
                ",".join(error.source for error in failures) or "none",
            )
        return report

    async def _read_web(self, now: datetime, tally: _Tally) -> None:
        """Read the feeds that servers added; how each is, is kept with it."""
        if self._web is not None:
            for stored in await self._web.read_due(now):
                tally.add(stored.report, stored.broken)

    async def _used(self, conn: AsyncConnection) -> list[PaperSource]:
        """Return the sources, of the dated ones those that a feed which posts is made of, or that a
        topic is matched with."""
        groups = *await feeds.source_groups(conn), *await subscriptions.source_groups(conn)
        wanted = names(key for group in groups for key in group)
        return [
            source
            for source in self._sources
            if not isinstance(source, DatedSource) or source.name in wanted
        ]

    async def _read_new(
        self,
        source: PaperSource,
        now: datetime,
        tally: _Tally,
        failures: list[SourceError],
        days: list[date],
    ) -> None:
        if source.curated:
            await self._read_curated(source, now, tally, failures, days)
            await hub_trending.read(self._database, source, now)
        elif isinstance(source, EditionSource):
            await self._read_edition(source, now, tally, failures)
        elif isinstance(source, DatedSource):
            await self._read(source, await self._unread(source, now), now, tally, failures, days)
        else:
            await self._read_listing(source, now, tally, failures)

    async def _unread(self, source: DatedSource, now: datetime) -> list[date]:
        """Return the days to ask a source for: those that were not read yet on this UTC day."""
        wanted = source.listed_days()
        if not wanted:
            return []
        async with self._database.read() as conn:
            rows = await batches.rows(conn, min(wanted), max(wanted), sources=[source.name])
        read = {row.day for row in rows if row.fetched_at.date() >= now.date()}
        return [day for day in wanted if day not in read]

    async def _read_curated(
        self,
        source: PaperSource,
        now: datetime,
        tally: _Tally,
        failures: list[SourceError],
        days: list[date],
    ) -> None:
        newest = calendar.batch_day(now)
        if not calendar.is_working_day(newest):
            newest = calendar.previous(newest)
        wanted = [newest]
        async with self._database.read() as conn:
            known = await batches.newest_complete(conn, newest, sources=[source.name])
            roundup = await feeds.longest_roundup(conn)
        while len(wanted) <= REVISITED_BATCHES or (
            known is not None and wanted[-1] > known and len(wanted) < CATCH_UP_BATCHES
        ):
            wanted.append(calendar.previous(wanted[-1]))
        if roundup is not None:
            first, last = newest - ROUNDUP_DAYS[roundup], calendar.previous(wanted[-1])
            async with self._database.read() as conn:
                wanted += await batches.read_longest_ago(
                    conn, first, last, source.name, now - ROUNDUP_INTERVAL, limit=1
                )
        await self._read(source, wanted, now, tally, failures, days)

    async def _read(
        self,
        source: PaperSource,
        wanted: Sequence[date],
        now: datetime,
        tally: _Tally,
        failures: list[SourceError],
        days: list[date],
    ) -> None:
        try:
            for day in wanted:
                try:
                    batch = await source.daily(day)
                except SourceError:
                    # Where its requests of today are made, the rest comes tomorrow.
                    if isinstance(source, DatedSource) and not source.listed_days():
                        break
                    raise
                await self._store(source, batch, now, tally)
                days.append(batch.day)
        except Exception as error:
            failures.append(await self._failed(source, error, now))
        else:
            await self._succeeded(source, now)

    async def _read_listing(
        self, source: PaperSource, now: datetime, tally: _Tally, failures: list[SourceError]
    ) -> None:
        try:
            batch = await source.latest()
            await self._store(source, batch, now, tally)
        except Exception as error:
            failures.append(await self._failed(source, error, now))
        else:
            await self._succeeded(source, now)

    async def _read_edition(
        self, source: EditionSource, now: datetime, tally: _Tally, failures: list[SourceError]
    ) -> None:
        try:
            found = await source.proceedings()
            if found is not None:
                tally.add(await editions.store(self._database, source, found, now), found.broken)
            source.keep()
        except Exception as error:
            failures.append(await self._failed(source, error, now))
        else:
            await self._succeeded(source, now)

    async def _store(self, source: PaperSource, batch: Batch, now: datetime, tally: _Tally) -> None:
        async with self._database.write() as conn:
            report = await batches.record(conn, batch, source.name, now=now)
        tally.add(report, batch.broken)
        if batch.broken:
            log.warning(
                "skipped unreadable records source=%s day=%s n=%d",
                source.name,
                batch.day,
                batch.broken,
            )

    async def _complete_categories(
        self,
        sources: Sequence[PaperSource],
        now: datetime,
        tally: _Tally,
        failures: list[SourceError],
    ) -> None:
        """Look up what the curated source lacks (categories, versions) where a listing
        source can."""
        failed = {error.source for error in failures}
        listing = (s for s in sources if not s.curated and not isinstance(s, DatedSource))
        helper = next((s for s in listing if s.name not in failed), None)
        if helper is None:
            return
        async with self._database.read() as conn:
            missing = await paper_store.without_categories(conn, limit=LOOKUP_LIMIT)
        if not missing:
            return
        try:
            records: list[Record] = await helper.lookup(missing)
        except Exception as error:
            failures.append(await self._failed(helper, error, now))
            return
        async with self._database.write() as conn:
            tally.add(await paper_store.upsert(conn, records, now=now))

    async def _succeeded(self, source: PaperSource, now: datetime) -> None:
        async with self._database.write() as conn:
            recovered = await source_health.succeeded(conn, source.name, now)
        if recovered:
            log.info("source recovered source=%s", source.name)

    async def _failed(self, source: PaperSource, error: Exception, now: datetime) -> SourceError:
        if isinstance(error, DriverError):
            raise error  # that says nothing of the source
        if not isinstance(error, SourceError):
            # A source must not take the bot along, whatever it trips over; the log has the whole
            # story.
            log.error("source failed unexpectedly source=%s", source.name, exc_info=error)
            error = SourceError(source.name, SourceErrorKind.MALFORMED, type(error).__name__)
        log.warning("source failed source=%s kind=%s: %s", source.name, error.kind, error.detail)
        async with self._database.write() as conn:
            await source_health.failed(conn, error, now)
        return error


def _expected_of(source: PaperSource, now: datetime, expected: date) -> date | None:
    """Return the day whose batch a source should have by now, `None` for one without days."""
    if source.curated:
        return expected
    dated = isinstance(source, DatedSource) and not isinstance(source, EditionSource)
    return SourceDays.DAILY.expected(now) if dated else None


def working_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that can have a batch."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if calendar.is_working_day(day)]
