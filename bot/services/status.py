"""Status of the bot for one place: the newest batch, the sources, search, and what is late."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.runtime.clock import Clock
from bot.services.feeds import Feeds, FeedStatus
from bot.services.search_engine import Engine
from bot.settings import Settings
from papers import calendar
from papers.calendar import WhyNothing
from papers.sources import DatedSource, PaperSource, TrendingSource
from storage import (
    batches,
    digests,
    incidents,
    metrics,
    papers,
    server_sources,
    source_health,
)
from storage.database import Database
from storage.incidents import Incident
from storage.metrics import Backlog
from storage.search import EngineStatus
from storage.server_sources import ServerSource
from storage.source_health import SourceHealth


@dataclass(frozen=True, slots=True)
class Batch:
    """The newest complete batch."""

    day: date
    papers: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Operations:
    """What concerns those who manage a server: delivery in all servers, and the bot itself."""

    late: Backlog
    incidents: Sequence[Incident]
    sending_pause: float | None
    """Seconds for which sending pauses, because Discord refused too much."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How the bot is, as one place may know it."""

    now: datetime
    settle: timedelta
    newest: Batch | None
    known: int
    """Papers known in all."""
    why_nothing: WhyNothing | None
    """Why there is no newer batch, where one could be expected."""
    sources: Sequence[tuple[str, SourceHealth | None]]
    """Each source by name, `None` if it has not been asked yet."""
    not_trending: SourceHealth | None
    """How the list of what trends is, where it fails and a feed of the place wants it."""
    web: Sequence[ServerSource]
    """The feeds that the place added."""
    search: EngineStatus
    embedder: str
    """The embedding model that the operator set."""
    waiting: int
    """Digests that wait to be sent."""
    resting: datetime | None
    """Until when Discord holds direct messages back, if it does."""
    feeds: Sequence[FeedStatus]
    """Those of the place."""
    operations: Operations | None
    """`None` for those who do not manage the place."""


class Status:
    """Collects what `/paper status` shows."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        engine: Engine,
        feeds: Feeds,
        sources: Sequence[PaperSource],
        settings: Settings,
        sending_pause: Callable[[], float | None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine
        self._feeds = feeds
        self._sources = tuple(sources)
        self._settings = settings
        self._sending_pause = sending_pause

    async def report(self, guild_id: int | None, *, manages: bool) -> StatusReport:
        """Return the report for a server, or for direct messages.

        Args:
            guild_id: the server, `None` outside of one.
            manages: whether the user manages it.
        """
        now, settle = self._clock.now(), self._settings.settle
        curated = [source.name for source in self._sources if source.curated]
        here = [] if guild_id is None else await self._feeds.of_guild(guild_id)
        async with self._database.read() as conn:
            day = await batches.newest_complete(conn, calendar.batch_day(now), sources=curated)
            rows = [] if day is None else await batches.rows(conn, day, day, sources=curated)
            states = {state.source: state for state in await source_health.all(conn)}
            known = await papers.count(conn)
            waiting = await digests.backlog(conn)
            resting = await digests.broken_until(conn, now)
            wanted = any(each.feed.trending for each in here)
            not_trending = await self._not_trending(conn) if wanted else None
            web = [] if guild_id is None else await server_sources.of_guild(conn, guild_id)
            operations = None
            if manages:
                operations = Operations(
                    late=(await metrics.backlog(conn))["post"],
                    incidents=await incidents.current(conn),
                    sending_pause=self._sending_pause(),
                )
        newest = None
        if day is not None:
            newest = Batch(
                day, sum(row.papers for row in rows), max(row.fetched_at for row in rows)
            )
        behind = day is None or day < calendar.batch_day(now)
        return StatusReport(
            now=now,
            settle=settle,
            newest=newest,
            known=known,
            why_nothing=calendar.why_nothing(now, settle) if behind else None,
            sources=[
                (source.name, states.get(source.name))
                for source in self._sources
                if source.name in states or not isinstance(source, DatedSource)
            ],
            not_trending=not_trending,
            web=web,
            search=await self._engine.status(),
            embedder=self._settings.embedder,
            waiting=waiting,
            resting=resting,
            feeds=here,
            operations=operations,
        )

    async def _not_trending(self, conn: AsyncConnection) -> SourceHealth | None:
        """Return how the first list of what trends is that fails, `None` if all are well."""
        for source in self._sources:
            if isinstance(source, TrendingSource):
                state = await source_health.get(conn, source_health.of_trending(source.name))
                if state is not None and state.failing_since is not None:
                    return state
        return None
