"""The requests a second that several processes share: never more than all, and by need."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.runtime.lease import hold
from papers.shards import Shards
from storage import leases, shares
from storage.database import Database
from storage.shares import WHOLE, Need, divided
from storage.tables import leases as table
from tests.databases import open_empty

POOL = 40_000
PARTS = [Shards(number, number, 4).name for number in range(4)]


@pytest.fixture
async def database(tmp_path: Path, kept_in: object) -> AsyncIterator[Database]:
    opened = await open_empty(tmp_path)
    for name in (leases.KEEPER, *PARTS):
        await hold(opened, timedelta(minutes=1), lambda _: None, name)
    opened.fence = None
    yield opened
    await opened.close()


async def renewed(database: Database, name: str, demand: int) -> int:
    async with database.write() as conn:
        return await conn.run_sync(shares.renew, name, demand, POOL)


@pytest.mark.engines
async def test_what_quiet_processes_give_up_goes_to_a_busy_one_and_comes_back(
    database: Database,
) -> None:
    for name in PARTS:
        await renewed(database, name, 0)
    assert [await renewed(database, name, 0) for name in PARTS] == [POOL // 4] * 4
    first, *others = PARTS
    # Nothing is taken that another one still has.
    assert await renewed(database, first, 30_000) == POOL // 4
    # Of the 10 requests that are left over, 2.5 would be each one's.
    assert [await renewed(database, name, 0) for name in others] == [3_000, 2_000, 2_000]
    assert await renewed(database, first, 30_000) == 30_000 + 3_000
    second = others[0]
    assert await renewed(database, second, 30_000) == 3_000
    assert await renewed(database, first, 30_000) == POOL // 2
    assert [await renewed(database, name, 0) for name in others[1:]] == [0, 0]
    assert await renewed(database, second, 30_000) == POOL // 2


@pytest.mark.engines
async def test_a_share_that_is_not_renewed_lapses(database: Database) -> None:
    first, second, *_ = PARTS
    assert await renewed(database, first, 100_000) == POOL
    assert await renewed(database, second, 100_000) == 0
    async with database.write() as conn:
        await conn.execute(update(table).where(table.c.name == first).values(rate_until=0))
    assert await renewed(database, second, 100_000) == POOL, "nor does its old demand count"


needs = st.dictionaries(
    st.integers(0, 9).map(str),
    st.builds(Need, st.integers(0, 100_000), st.sampled_from([0.1, 0.25, 0.5])),
    min_size=1,
)


@given(needs, st.integers(0, 50).map(lambda count: count * WHOLE))
def test_no_more_is_divided_than_there_is_and_all_of_it(found: dict[str, Need], pool: int) -> None:
    shares_of = divided(found, pool)
    assert shares_of.keys() == found.keys()
    assert sum(shares_of.values()) == pool
    assert all(share % WHOLE == 0 for share in shares_of.values())
    for name, need in found.items():
        if shares_of[name] < need.demand - WHOLE:  # who has too little has no less than others
            for other, theirs in found.items():
                fair = (shares_of[name] + WHOLE) / need.weight
                assert (shares_of[other] - WHOLE) / theirs.weight <= fair + 1


def test_what_does_not_divide_goes_to_the_same_process_in_every_computation() -> None:
    found = {name: Need(50_000, 1 / 3) for name in "cab"}
    assert divided(found, 40_000) == {"a": 14_000, "b": 13_000, "c": 13_000}


@given(needs, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 100_000)), max_size=30))
def test_in_any_order_of_renewals_the_shares_are_never_more_than_all(
    found: dict[str, Need], renewals: list[tuple[int, int]]
) -> None:
    held = dict.fromkeys(found, 0)
    for number, demand in renewals:
        name = str(number)
        if name in found:
            found = {**found, name: Need(demand, found[name].weight)}
            others = sum(held.values()) - held[name]
            held[name] = max(0, min(divided(found, POOL)[name], POOL - others))
            assert sum(held.values()) <= POOL
