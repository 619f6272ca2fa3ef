"""Processes of two versions on one PostgreSQL server: the newer one changes the schema under the
older one where that can go on with it, and otherwise not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, text, update

from bot.runtime.lease import Lease, LeaseLostError, hold
from bot.runtime.shared_work import sharing
from papers.shards import Shards
from storage import database_server, leases, migrations, watermarks
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines.errors import OutdatedError
from storage.engines.urls import parsed
from storage.tables import leases as table
from tests.postgresql import Server, server
from tests.storage import histories

LONG = timedelta(minutes=1)
EXPANDS = (
    "op.add_column('leases', sa.Column('more', sa.Text));"
    " op.add_column('watermarks', sa.Column('more', sa.BigInteger, nullable=False,"
    " server_default='7'));"
    " op.create_index('ix_more', 'watermarks', ['more']);"
    " op.create_table('more', sa.Column('id', sa.BigInteger, primary_key=True))",
    None,
)
CONTRACTS = ("op.drop_column('watermarks', 'value')", "9000")
SLEEPS = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'"
LEFT = Shards(0, 0, 2)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    found = server()
    if isinstance(found, str):
        pytest.skip(found)
    assert isinstance(found, Server)
    yield found.empty(tmp_path)
    found.clear()


@pytest.fixture
def history(tmp_path: Path) -> Callable[..., Path]:
    """Makes what a newer version brings."""
    return lambda *steps: histories.newer(tmp_path / "history", *steps)


@pytest.fixture
async def older(url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """The database as an older process has it open."""
    database = await Database.open(url, files=tmp_path)
    yield database
    await database.close()


def nothing(_: str) -> None:
    """Lose the lease, and go on so that the error is seen."""


async def migrate(url: str, directory: Path, patience: float = 20) -> str:
    found = parsed(url)
    assert isinstance(found, URL)
    return await database_server.prepare(found, True, directory, patience=patience)


async def expire(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(update(table).values(expires_at=leases.ENDED))


async def test_a_running_process_goes_on_under_a_schema_that_only_expanded(
    url: str, older: Database, history: Callable[..., Path], tmp_path: Path
) -> None:
    lease = await hold(older, LONG, nothing, LEFT.name)
    async with older.write() as conn:
        await watermarks.put(conn, "before", 1)
    assert await migrate(url, history(EXPANDS)) == "9000"
    await lease.renew()
    async with older.write() as conn:
        await watermarks.put(conn, "before", 2)
        await watermarks.put(conn, "after", 3)
    async with older.read() as conn:
        assert await watermarks.get(conn, "before") == 2
        assert set(await conn.scalars(text("SELECT more FROM watermarks"))) == {7}
    # So does one of the older version that starts now, and takes its part.
    again = await Database.open(url, files=tmp_path)
    assert again.ahead
    await hold(again, LONG, nothing, leases.KEEPER)
    await again.close()


async def test_a_schema_that_takes_something_waits_for_all_processes_that_need_it(
    url: str, older: Database, history: Callable[..., Path], tmp_path: Path
) -> None:
    spare = await Database.open(url, files=tmp_path)
    lease = await hold(older, LONG, nothing, LEFT.name)
    directory = history(CONTRACTS)
    with pytest.raises(DatabaseError) as refused:
        await migrate(url, directory)
    assert f"{lease.name}). Stop every process of the older version" in str(refused.value)
    async with older.write() as conn:
        await watermarks.put(conn, "still", 1)
    await lease.release()
    assert await migrate(url, directory) == "9000"
    # What had it open finds that out before it begins, and nothing opens it again.
    with pytest.raises(OutdatedError, match=r"changed by a newer version .* needs one that knows"):
        await hold(spare, LONG, nothing, LEFT.name)
    await spare.close()
    with pytest.raises(OutdatedError, match="needs one that knows schema 9000"):
        await Database.open(url, files=tmp_path)


async def test_processes_of_a_version_in_between_may_run_meanwhile(
    url: str, history: Callable[..., Path], tmp_path: Path
) -> None:
    between = history(EXPANDS)
    database = await Database.open(url, files=tmp_path, history=between)
    lease = await hold(database, LONG, nothing, LEFT.name)
    newest = histories.newer(tmp_path / "newest", EXPANDS, ("op.drop_table('more')", "9000"))
    assert await migrate(url, newest) == "9001"
    await lease.renew()
    await database.close()


async def test_a_lease_that_an_older_version_left_without_a_word_counts_as_the_oldest(
    url: str, older: Database, history: Callable[..., Path]
) -> None:
    await hold(older, LONG, nothing, LEFT.name)
    async with older.write() as conn:
        await conn.execute(update(table).values(revision=""))
    with pytest.raises(DatabaseError, match="while an older version runs on it"):
        await migrate(url, history(EXPANDS))


async def test_a_process_that_slept_through_the_change_has_lost_its_lease(
    url: str, older: Database, history: Callable[..., Path]
) -> None:
    lease: Lease = await hold(older, LONG, nothing, LEFT.name)
    await expire(older)
    await migrate(url, history(CONTRACTS))
    with pytest.raises(LeaseLostError):
        await lease.renew()
    with pytest.raises(LeaseLostError):
        async with older.write():
            pass
    async with older.read() as conn:
        known = await conn.run_sync(leases.read_all)
    assert [each.name for each in known] == [LEFT.name], "a spare still knows the part"


async def test_a_spare_that_could_not_take_over_any_more_ends_at_once_and_says_why(
    url: str, older: Database, history: Callable[..., Path], tmp_path: Path
) -> None:
    holder = await hold(older, LONG, nothing, LEFT.name)

    async def spare() -> None:
        async with sharing(url, LEFT, asyncio.Event(), nothing, files=tmp_path):
            pass

    waiting = asyncio.create_task(spare())
    await asyncio.sleep(1.5)
    async with older.write() as conn:
        # The holder is of the version in between.
        await conn.execute(update(table).values(revision="9000"))
    await migrate(url, history(CONTRACTS))
    with pytest.raises(OutdatedError, match="Install the newer version"):
        await asyncio.wait_for(waiting, 20)
    await holder.renew()


async def test_a_migration_does_not_wait_for_ever_nor_let_others_wait_for_it(
    url: str, older: Database, history: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    directory = history(EXPANDS)
    async with older.read() as reader:  # as pg_dump does, for longer
        await watermarks.get(reader, "any")
        with pytest.raises(DatabaseError, match="other programs had it locked for 2 seconds"):
            await migrate(url, directory, 2)
        migrating = asyncio.create_task(migrate(url, directory))
        for _ in range(3):
            await asyncio.sleep(0.5)
            async with asyncio.timeout(10), older.write() as conn:
                await watermarks.put(conn, "meanwhile", 1)
        assert not migrating.done()
    assert await migrating == "9000"
    assert "waiting up to 2 s until other programs unlock" in caplog.text


async def test_no_process_of_the_older_version_begins_while_the_schema_changes(
    url: str, older: Database, history: Callable[..., Path]
) -> None:
    slowly = ("op.execute('SELECT pg_sleep(1.5)'); " + CONTRACTS[0], "9000")
    migrating = asyncio.create_task(migrate(url, history(slowly)))
    sleeping = 0
    while not sleeping:
        await asyncio.sleep(0.02)
        async with older.read() as conn:  # one transaction always sees the same
            sleeping = await conn.scalar(text(SLEEPS)) or 0
    with pytest.raises(OutdatedError):
        await hold(older, LONG, nothing, LEFT.name)
    assert await migrating == "9000"


async def test_no_spare_takes_a_part_over_because_the_change_took_long(
    url: str, older: Database, history: Callable[..., Path], tmp_path: Path
) -> None:
    spare = await Database.open(url, files=tmp_path)
    lease = await hold(older, timedelta(seconds=1), nothing, LEFT.name)
    await migrate(url, history((f"op.execute('SELECT pg_sleep(1.5)'); {EXPANDS[0]}", None)))
    assert not lease.certain
    with pytest.raises(DatabaseError, match="already running"):
        await hold(spare, LONG, nothing, LEFT.name)
    await lease.renew()
    await spare.close()


async def test_of_two_newer_processes_that_start_together_one_migrates(
    url: str, older: Database, history: Callable[..., Path], tmp_path: Path
) -> None:
    await hold(older, LONG, nothing, LEFT.name)
    directory = history(EXPANDS)
    opened = await asyncio.gather(
        *(Database.open(url, files=tmp_path, history=directory) for _ in range(3))
    )
    assert not any(database.ahead for database in opened)
    for database in opened:
        await database.close()


async def test_a_new_database_says_what_its_schema_needs(
    url: str, history: Callable[..., Path], older: Database
) -> None:
    async with older.read() as conn:
        schema = await conn.run_sync(migrations.schema_of)
    newest = migrations.known_revisions()[-1]
    assert schema == migrations.Schema(newest, migrations.needed_by(newest))
