"""Whose commands stay registered while processes of two versions share the work."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.runtime.clock import FixedClock
from bot.services.registered_commands import STAYS, RegisteredCommands
from papers import program
from storage import leases, processes
from storage.database import Database
from storage.tables import leases as table
from tests.storage.shared import NOON

pytestmark = pytest.mark.engines

OLD, NEW = "1.9.0", "1.10.0"
APPLICATION = 1


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The version that this process is of."""
    of = {"this": NEW}
    monkeypatch.setattr(program, "version", lambda: of["this"])
    return of


async def work(database: Database, name: str) -> None:
    """Let a process of this version take a part of the work."""
    async with database.write() as conn:
        await conn.run_sync(leases.take, processes.current(), timedelta(hours=1), name)


async def end(database: Database, name: str) -> None:
    async with database.write() as conn:
        gone = update(table).where(table.c.name == name).values(expires_at=leases.ENDED)
        await conn.execute(gone)


async def test_what_a_newer_version_registered_stays_while_one_of_its_processes_works(
    database: Database, clock: FixedClock, version: dict[str, str]
) -> None:
    commands = RegisteredCommands(database, clock)
    await work(database, "shards 0/2")
    await commands.put(APPLICATION, "new", {"paper": 10})
    assert await commands.newer(APPLICATION) is None, "its own"
    version["this"] = OLD
    await work(database, leases.KEEPER)
    assert await commands.newer(APPLICATION) == NEW
    clock.at += 10 * STAYS
    assert await commands.newer(APPLICATION) == NEW
    # All have gone back to the older version.
    await end(database, "shards 0/2")
    assert await commands.newer(APPLICATION) is None
    assert await commands.newer(2) is None, "another application has none"


async def test_a_newer_keeper_that_ends_for_a_while_finds_its_commands_again(
    database: Database, clock: FixedClock, version: dict[str, str]
) -> None:
    commands = RegisteredCommands(database, clock)
    await commands.put(APPLICATION, "new", {"paper": 10})
    version["this"] = OLD
    clock.at += STAYS - timedelta(seconds=1)
    assert await commands.newer(APPLICATION) == NEW
    clock.at += timedelta(seconds=1)
    assert await commands.newer(APPLICATION) is None


async def test_a_newer_version_registers_its_own_over_those_of_an_older_one(
    database: Database, clock: FixedClock, version: dict[str, str]
) -> None:
    commands = RegisteredCommands(database, clock)
    version["this"] = OLD
    await work(database, "shards 0/2")
    await commands.put(APPLICATION, "old", {"paper": 10})
    version["this"] = NEW
    assert await commands.newer(APPLICATION) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.10.0", "1.9.0"), ("0.1.1", "0.1"), ("1.0", ""), ("2.0.0", "1.9.9rc1"), ("0", "")],
)
def test_versions_are_compared_number_by_number(one: str, other: str) -> None:
    assert program.is_newer(one, other)
    assert not program.is_newer(other, one)
    assert not program.is_newer(one, one)
