"""Processes that share a database: who holds which part, who waits, and who is fenced off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.runtime.lease import LeaseLostError, StoppedError, hold
from bot.runtime.own_folder import own_folder
from bot.runtime.part import WHOLE, Part
from bot.runtime.shared_work import sharing, take_turn
from papers.shards import AnyShards, Shards
from storage import leases, watermarks
from storage.database import Database
from storage.database_file import DatabaseError
from storage.tables import leases as table
from tests.databases import open_empty, put_empty

pytestmark = pytest.mark.engines

LONG = timedelta(minutes=1)
LEFT, RIGHT = Shards(0, 0, 2), Shards(1, 1, 2)


def nothing(_: str) -> None:
    """Lose the lease, and go on so that the error is seen."""


@pytest.fixture
async def two(tmp_path: Path, kept_in: object) -> AsyncIterator[tuple[Database, Database]]:
    first, second = await open_empty(tmp_path), await open_empty(tmp_path)
    yield first, second
    await first.close()
    await second.close()


async def expire(database: Database, name: str) -> None:
    """Let a lease's time pass, as for a process that is frozen."""
    async with database.write() as conn:
        await conn.execute(
            update(table).where(table.c.name == name).values(expires_at=leases.ENDED)
        )


async def test_parts_that_do_not_collide_have_a_process_each(
    two: tuple[Database, Database],
) -> None:
    first, second = two
    for database, name in ((first, LEFT.name), (second, RIGHT.name), (first, leases.KEEPER)):
        await hold(database, LONG, nothing, name)
    for name in (LEFT.name, Shards(0, 1, 2).name, Shards(0, 3, 8).name, leases.KEEPER, leases.RUN):
        with pytest.raises(DatabaseError, match="already running"):
            await hold(second, LONG, nothing, name)


async def test_one_process_for_everything_lets_no_other_have_a_part(
    two: tuple[Database, Database],
) -> None:
    first, second = two
    await hold(first, LONG, nothing)
    for name in (LEFT.name, leases.KEEPER):
        with pytest.raises(DatabaseError, match="already running"):
            await hold(second, LONG, nothing, name)


@pytest.mark.parametrize("taken", [LEFT.name, Shards(0, 1, 2).name, leases.RUN])
async def test_the_database_refuses_what_a_process_writes_whose_part_was_taken(
    two: tuple[Database, Database], taken: str
) -> None:
    """Also while its own clock says that its lease is good."""
    first, second = two
    lost: list[str] = []
    lease = await hold(first, LONG, lost.append, LEFT.name)
    async with first.write() as conn:
        await watermarks.put(conn, "before", 1)
    await expire(second, LEFT.name)
    assert lease.certain
    newer = await hold(second, LONG, nothing, taken)
    with pytest.raises(LeaseLostError):
        async with first.write() as conn:
            await watermarks.put(conn, "late", 1)
    with pytest.raises(LeaseLostError):
        await lease.renew()
    assert "took over its work" in lost[0]
    async with second.read() as conn:
        assert await watermarks.get(conn, "before") == 1
        assert await watermarks.get(conn, "late") == 0
    await lease.release()
    await newer.renew()
    assert newer.certain


async def test_a_spare_takes_a_part_as_soon_as_its_process_releases_it(
    tmp_path: Path, kept_in: object
) -> None:
    url, stop = put_empty(tmp_path), asyncio.Event()

    async def spare() -> str:
        async with sharing(url, AnyShards(2), stop, nothing, files=tmp_path) as lease:
            return lease.name

    async with sharing(url, RIGHT, stop, nothing, files=tmp_path):
        async with sharing(url, LEFT, stop, nothing, files=tmp_path):
            waiting = asyncio.create_task(spare())
            await asyncio.sleep(1.5)
            assert not waiting.done()
        assert await asyncio.wait_for(waiting, 20) == LEFT.name


async def test_a_spare_takes_no_shard_that_no_process_was_ever_started_for(
    tmp_path: Path, kept_in: object
) -> None:
    url, stop = put_empty(tmp_path), asyncio.Event()
    asyncio.get_running_loop().call_later(1.5, stop.set)
    with pytest.raises(StoppedError):
        async with sharing(url, AnyShards(2), stop, nothing, files=tmp_path):
            pass


async def test_only_one_process_at_a_time_has_its_turn(two: tuple[Database, Database]) -> None:
    first, second = two
    loop = asyncio.get_running_loop()
    here = await hold(first, LONG, nothing, LEFT.name)
    there = await hold(second, LONG, nothing, RIGHT.name)
    await take_turn(here, "identify", timedelta(seconds=0.6))
    began = loop.time()
    await take_turn(there, "identify", LONG)
    assert loop.time() - began >= 0.4
    async with first.write() as conn:
        known = await conn.run_sync(leases.read_all)
    assert [lease.name for lease in known] == [LEFT.name, RIGHT.name], "a turn is no lease"


def test_each_process_of_a_machine_has_a_folder_of_its_own(tmp_path: Path) -> None:
    with own_folder(tmp_path) as first:
        with own_folder(tmp_path) as second:
            assert first != second
        with own_folder(tmp_path) as again:
            assert again == second


def test_the_requests_of_all_parts_are_no_more_than_one_process_may_send() -> None:
    parts = [Part(LEFT, keeps=False), Part(RIGHT, keeps=False), Part(listens=False)]
    assert sum(part.pace(49) for part in parts) == pytest.approx(49)
    assert WHOLE.pace(49) == 49
    assert [part.has_digests for part in parts] == [True, False, False]
