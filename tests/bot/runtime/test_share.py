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
        self.most = 0
        self.changes: list[tuple[float, int]] = []

    def set_rate(self, rate: float, most: int) -> None:
        self.rate, self.most = rate, most
        self.changes.append((asyncio.get_running_loop().time(), most))

    def most_within(self, since: float, until: float) -> int:
        """Return the most that it might send in a second within this time."""
        before = [most for at, most in self.changes if at <= since][-1:]
        return max(before + [most for at, most in self.changes if since < at < until])


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
    assert busy.rate == quiet.rate == pytest.approx(4.875), "a fifth of 24.375, until they share"
    for each in parts:
        each.start()
    async with asyncio.timeout(20):
        while busy.rate < 43:
            assert busy.rate + quiet.rate <= 48.75 + 1e-6
            await asyncio.sleep(0.01)
    assert (busy.most, quiet.most) == (45, 5)
    assert quiet.rate == pytest.approx(4.875, abs=0.01)
    quiet.demand = 10
    async with asyncio.timeout(20):
        while quiet.most < 25:  # noqa: ASYNC110 - it comes by itself
            await asyncio.sleep(0.01)
    for at, _ in (*busy.changes, *quiet.changes):
        # In no second may they send more than Discord allows, while what one of them gave up goes
        # to the other, either.
        assert busy.most_within(at, at + 1) + quiet.most_within(at, at + 1) <= 50
    for each in parts:
        await each.stop()
    for database in databases:
        await database.close()


async def test_a_share_lapses_when_the_database_is_gone(tmp_path: Path) -> None:
    limiter, database = Paced(100), await open_empty(tmp_path)
    lease = await hold(database, LONG, lambda _: None, "shards 0/2")
    share = Share(lease, limiter, LEFT, 49, life=timedelta(seconds=2))
    await share.renew(lease)
    assert limiter.most == 5, "what another process sent a moment ago still counts"
    await asyncio.sleep(1.1)
    assert (limiter.most, limiter.rate > 40) == (45, True)
    await asyncio.sleep(0.9)
    assert (limiter.most, limiter.rate) == (5, pytest.approx(4.875))
    await database.close()


def test_one_process_for_everything_has_all_requests() -> None:
    limiter = Paced(0)
    Share(None, limiter, WHOLE, 49).start()
    assert limiter.rate == 0, "it was not touched"


@pytest.mark.parametrize(("rate", "most"), [(49, 50), (50, 50), (10, 10), (0.5, 2)])
def test_the_fixed_parts_and_the_rest_are_no_more_than_one_process_may_send(
    rate: float, most: int
) -> None:
    keeper, pool = Part(listens=False), LEFT.pool(rate)
    fixed = LEFT.fixed(rate) + RIGHT.fixed(rate)
    assert fixed + LEFT.pace_of(pool, rate) + keeper.pace(rate) <= max(rate, most) + 1e-9
    assert LEFT.fixed_in_a_second(rate) + RIGHT.fixed_in_a_second(rate) + pool <= most + 1


def test_two_halves_may_send_all_that_one_process_may_but_for_the_keepers() -> None:
    halves = [part.fixed(49) + part.pace_of(LEFT.pool(49) // 2, 49) for part in (LEFT, RIGHT)]
    assert halves == [pytest.approx(24.375)] * 2
    assert LEFT.fixed_in_a_second(49) + LEFT.pool(49) // 2 == 25
