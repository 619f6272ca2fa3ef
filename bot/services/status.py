"""Status of the bot as of now, as facts: batches, sources, what waits, what is wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.services.batch_ranking import BatchRanking
from papers import calendar
from storage import batches, digests, incidents, metrics, papers, source_health
from storage.database import Database
from storage.incidents import Incident
from storage.metrics import Backlog
from storage.source_health import SourceHealth


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """The newest batch."""

    day: date
    papers: int
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What a status report says."""

    newest: BatchFacts | None
    papers: int
    """Papers known in all."""
    sources: dict[str, SourceHealth]
    waiting_digests: int
    dm_pause_until: datetime | None
    late_posts: Backlog | None
    """`None` for users who manage no server."""
    incidents: tuple[Incident, ...]


class Status:
    """Gathers what a status report says."""

    def __init__(self, database: Database, ranking: BatchRanking) -> None:
        self._database = database
        self._ranking = ranking

    async def facts(self, now: datetime, *, manages: bool) -> Facts:
        """Return the facts; those about other servers only for a user who `manages` one."""
        curated = self._ranking.sources
        async with self._database.read() as conn:
            day = await batches.newest_complete(conn, calendar.batch_day(now), sources=curated)
            rows = [] if day is None else await batches.rows(conn, day, day, sources=curated)
            states = {state.source: state for state in await source_health.all(conn)}
            late = await metrics.backlog(conn) if manages else {}
            return Facts(
                newest=None
                if day is None
                else BatchFacts(
                    day, sum(row.papers for row in rows), max(row.fetched_at for row in rows)
                ),
                papers=await papers.count(conn),
                sources=states,
                waiting_digests=await digests.backlog(conn),
                dm_pause_until=await digests.broken_until(conn, now),
                late_posts=late.get("post"),
                incidents=tuple(await incidents.current(conn)) if manages else (),
            )
