"""Days on which a source has no papers: known for months, and asked for no more."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from bot.services.ingest import Ingester
from papers.model import Batch, Record
from storage import batches, feeds
from storage.database import Database
from tests.storage.shared import NOON

DAY = timedelta(days=1)
FIRST = NOON.date()


@dataclass
class Quiet:
    """A source that never has papers, and remembers which days it was asked for."""

    name: str
    curated: bool
    today: date = FIRST
    asked: list[date] = field(default_factory=list[date])

    async def daily(self, day: date) -> Batch:
        self.asked.append(day)
        return Batch(day, ())

    async def latest(self) -> Batch:
        return await self.daily(self.today)

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        return []

    async def search(self, query: str, limit: int) -> list[Record]:
        return []

    async def close(self) -> None: ...


class QuietServer(Quiet):
    def listed_days(self) -> Sequence[date]:
        return [self.today - number * DAY for number in range(1, 5)]


@pytest.mark.parametrize("source", [Quiet("Hub", True), QuietServer("bioRxiv", False)])
async def test_no_source_is_asked_again_for_a_quiet_day_that_is_forgotten(
    database: Database, source: Quiet
) -> None:
    ingester = Ingester(database, [source], interval=timedelta(minutes=30))
    async with database.write() as conn:
        await feeds.add(
            conn,
            guild_id=7,
            channel_id=5,
            at=NOON.time(),
            timezone="UTC",
            size=5,
            now=NOON,
            sources=["biorxiv"],
        )
    await ingester.run(NOON)
    first = set(source.asked)
    assert len(first) >= 3
    later = NOON + batches.EMPTY_KEPT + 10 * DAY
    async with database.write() as conn:
        while await batches.forget_empty(conn, later):
            pass
        assert await batches.rows(conn, min(first), max(first)) == []
    source.asked.clear()
    source.today = later.date()
    await ingester.run(later)
    assert min(source.asked) > later.date() - 7 * DAY
