"""A process keeps to its share, and has its fixed part whatever happens."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.runtime.lease import hold
from bot.runtime.part import WHOLE, Part
from bot.runtime.share import Share
from papers.shards import Shards
from tests.databases import open_empty

LONG = timedelta(minutes=1)
LEFT, RIGHT = (Part(Shards(shard, shard, 2), keeps=False) for shard in (0, 1))


class Paced:
    """Hears of its rate, and always has the same to do."""

    def __init__(self, demand: int) -> None:
        self.demand = demand
        self.rate = 0.0

    def set_rate(self, rate: float) -> None:
        self.rate = rate


@pytest.mark.engines
async def test_a_busy_process_gets_what_the_other_does_not_use_within_some_seconds(
    tmp_path: Path, kept_in: object
) -> None:
    busy, quiet = Paced(10), Paced(0)
    databases = [await open_empty(tmp_path), await open_empty(tmp_path)]
    parts = [
        Share(
            await hold(database, LONG, lambda _: None, part.shards.name),
            limiter,
            part,
            49,
            every=0.05,
        )
        for database, limiter, part in zip(databases, (busy, quiet), (LEFT, RIGHT), strict=True)
        if part.shards is not None
    ]
    assert busy.rate == quiet.rate == pytest.approx(4.8), "a fifth of 24, until they share"
    for each in parts:
        each.start()
    async with asyncio.timeout(20):
        while busy.rate < 43:
            assert busy.rate + quiet.rate <= 48 + 1e-6
            await asyncio.sleep(0.01)
    assert quiet.rate == pytest.approx(4.8, abs=0.01)
    for each in parts:
        await each.stop()
    for database in databases:
        await database.close()


async def test_a_share_lapses_when_the_database_is_gone(tmp_path: Path) -> None:
    limiter, database = Paced(100), await open_empty(tmp_path)
    lease = await hold(database, LONG, lambda _: None, "shards 0/2")
    share = Share(lease, limiter, LEFT, 49, life=timedelta(seconds=0.5))
    await share.renew(lease)
    assert limiter.rate > 40
    await asyncio.sleep(0.6)
    assert limiter.rate == pytest.approx(4.8)
    await database.close()


def test_one_process_for_everything_has_all_requests() -> None:
    limiter = Paced(0)
    Share(None, limiter, WHOLE, 49).start()
    assert limiter.rate == 0, "it was not touched"


def test_the_fixed_parts_and_the_rest_are_no_more_than_one_process_may_send() -> None:
    keeper = Part(listens=False)
    fixed = LEFT.fixed(49) + RIGHT.fixed(49)
    assert fixed + LEFT.pool(49) + keeper.pace(49) == pytest.approx(49)
