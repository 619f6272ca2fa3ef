import asyncio
import shutil
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import migrations
from storage.database import Database
from storage.tables import guilds, metadata, posts
from tests.databases import new_in, open_empty, url_in
from tests.looking import rows
from tests.power import Disk
from tests.storage.shared import NOON


async def numbers(connection: AsyncConnection) -> list[int]:
    return list((await connection.execute(select(guilds.c.id).order_by(guilds.c.id))).scalars())


async def put(connection: AsyncConnection, number: int) -> None:
    await connection.execute(insert(guilds).values(id=number, joined_at=NOON))


async def test_what_was_written_is_there_after_closing_and_opening_again(tmp_path: Path):
    where = new_in(tmp_path / "new")
    database = await Database.open(where)
    async with database.write() as connection:
        await put(connection, 1)
    await database.close()

    assert (tmp_path / "new" / "paperboy.db").exists() == database.is_file
    database = await Database.open(where)
    async with database.read() as connection:
        assert await numbers(connection) == [1]
    await database.close()


async def test_what_is_written_durably_and_all_before_it_outlasts_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    where = new_in(tmp_path)
    database = await Database.open(where)
    disk = Disk(monkeypatch, database)
    for number, durable in enumerate((False, True, False)):
        async with database.write(durable=durable) as connection:
            await put(connection, number)
    left = disk.after_a_power_cut(where, tmp_path / "left.db")
    await database.close()
    database = await Database.open(left)
    async with database.read() as connection:
        assert await numbers(connection) == ([0, 1] if database.is_file else [0, 1, 2])
    await database.close()


async def test_both_spellings_of_the_url_name_the_same_database(tmp_path: Path):
    whole = new_in(tmp_path)
    short = whole.replace("+aiosqlite", "").replace("+asyncpg", "")
    assert short != whole
    for number, spelled in enumerate((whole, short)):
        database = await Database.open(spelled)
        async with database.write() as connection:
            assert await numbers(connection) == list(range(number))
            await put(connection, number)
        await database.close()


async def test_opening_a_database_that_is_up_to_date_does_not_touch_the_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    where = new_in(tmp_path)
    await (await Database.open(where)).close()

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is to be migrated")

    monkeypatch.setattr(migrations, "upgrade", refuse)
    monkeypatch.setattr(metadata, "create_all", refuse)
    await (await Database.open(where)).close()


async def test_an_error_undoes_the_whole_block(database: Database):
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await put(connection, 1)
            _ = 1 / 0
    async with database.read() as connection:
        assert await numbers(connection) == []


async def test_a_cancelled_block_is_undone_and_the_next_one_works(database: Database):
    started = asyncio.Event()

    async def hang() -> None:
        async with database.write() as connection:
            await put(connection, 1)
            started.set()
            await asyncio.Event().wait()

    async def work() -> None:
        async with database.write() as connection:
            started.set()
            for number in range(100, 10_000):
                await put(connection, number)

    for cancelled in (hang, work):
        started.clear()
        task = asyncio.create_task(cancelled())
        await started.wait()
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with database.write() as connection:
        await put(connection, 2)
    async with database.read() as connection:
        assert await numbers(connection) == [2]


async def test_tasks_that_write_at_once_take_turns(database: Database):
    async def add_one() -> None:
        async with database.write() as connection:
            count = await connection.scalar(select(func.count()).select_from(guilds))
            await asyncio.sleep(0)
            await put(connection, (count or 0) + 1)

    await asyncio.gather(*(add_one() for _ in range(50)))
    async with database.read() as connection:
        assert await numbers(connection) == list(range(1, 51))


async def test_a_task_that_writes_inside_its_own_write_is_told_instead_of_hanging(
    database: Database,
):
    with pytest.raises(RuntimeError, match="already writing"):
        async with database.write(), database.write():
            pass


async def test_readers_see_committed_states_only(database: Database):
    async with database.write() as connection:
        await put(connection, 1)
        async with database.read() as other:
            assert await numbers(other) == []
    async with database.read() as other:
        assert await numbers(other) == [1]


async def test_a_reader_sees_one_state_throughout(database: Database):
    async with database.read() as reader:
        before = await numbers(reader)
        async with database.write() as connection:
            await put(connection, 1)
        assert await numbers(reader) == before == []


async def test_many_readers_at_once_wait_for_each_other(database: Database):
    async def look() -> list[int]:
        async with database.read() as reader:
            await asyncio.sleep(0.001)
            return await numbers(reader)

    assert await asyncio.gather(*(look() for _ in range(60))) == [[]] * 60


async def test_readers_cannot_write(database: Database):
    async with database.read() as connection:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await put(connection, 1)


async def test_references_to_nothing_are_refused(database: Database):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        async with database.write() as connection:
            await connection.execute(
                insert(posts).values(
                    guild_id=404, channel_id=1, batch_day=NOON.date(), state="x", planned_at=NOON
                )
            )


async def test_strict_columns_refuse_another_type(database: Database):
    said = "cannot store TEXT value in INTEGER column|invalid input syntax for type bigint"
    with pytest.raises(DBAPIError, match=said):
        async with database.write() as connection:
            await connection.exec_driver_sql(
                "INSERT INTO guilds (id, joined_at) VALUES (1, 'noon')"
            )


async def test_a_write_waits_for_another_process_that_is_writing(
    database: Database, tmp_path: Path
):
    other = await open_empty(tmp_path)
    began, order = asyncio.Event(), list[str]()

    async def hold() -> None:
        async with other.write() as connection:
            await put(connection, 1)
            began.set()
            await asyncio.sleep(0.3)
            order.append("let go")

    holding = asyncio.create_task(hold())
    await began.wait()
    async with database.write() as connection:
        order.append("got in")
        assert await numbers(connection) == [1]
        await put(connection, 2)
    await holding
    await other.close()
    assert order == ["let go", "got in"]
    async with database.read() as connection:
        assert await numbers(connection) == [1, 2]


KILLED = """
import asyncio, sys
from sqlalchemy import insert
from storage.database import Database
from storage.tables import guilds
from datetime import datetime, UTC

async def main():
    database = await Database.open(sys.argv[1])
    number = 0
    while True:
        number += 1
        async with database.write() as connection:
            for part in range(10):
                row = dict(id=number * 10 + part, joined_at=datetime.now(UTC))
                await connection.execute(insert(guilds).values(row))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path):
    where = new_in(tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, where),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    while await process.stdout.readline() != b"50\n":
        assert process.returncode is None
    process.kill()
    rest = (await process.stdout.read()).split()
    acknowledged = max([50, *map(int, rest)])
    await process.wait()

    database = await Database.open(where)
    async with database.read() as connection:
        kept = await numbers(connection)
    await database.close()
    assert len(kept) >= acknowledged * 10
    assert kept == list(range(10, 10 + len(kept))), "a half-written block"
    assert len(kept) % 10 == 0


def connection_threads(others: set[threading.Thread]) -> list[threading.Thread]:
    # What asyncio keeps for blocking calls is named after it, and does end with the process.
    started = set(threading.enumerate()) - others
    return [thread for thread in started if not thread.name.startswith("asyncio")]


def lasting_threads(others: set[threading.Thread]) -> list[threading.Thread]:
    for thread in (threads := connection_threads(others)):
        thread.join(timeout=5)
    return [thread for thread in threads if thread.is_alive()]


async def test_closing_ends_every_thread_and_may_be_repeated(tmp_path: Path):
    # Each connection has a thread that would keep the process from ending.
    before = set(threading.enumerate())
    database = await open_empty(tmp_path)
    async with database.write() as one, database.read() as two, database.read() as three:
        for connection in (one, two, three):
            await numbers(connection)
    assert bool(connection_threads(before)) == database.is_file
    await database.close()
    await database.close()
    assert not await asyncio.to_thread(lasting_threads, before)


async def test_a_reader_may_finish_while_the_database_closes(tmp_path: Path):
    before = set(threading.enumerate())
    database = await open_empty(tmp_path)
    async with database.read() as connection:
        await database.close()
        assert await numbers(connection) == []
    assert not await asyncio.to_thread(lasting_threads, before)


async def test_cancelled_readers_leave_nothing_behind(tmp_path: Path):
    before = set(threading.enumerate())
    database = await open_empty(tmp_path)

    async def count() -> None:
        async with database.read() as connection:
            while True:
                await connection.exec_driver_sql(
                    "WITH RECURSIVE n(i) AS"
                    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT max(i) FROM n"
                )

    for pause in (0.0, 0.001, 0.01, 0.05):
        tasks = [asyncio.create_task(count()) for _ in range(6)]
        await asyncio.sleep(pause)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with database.read() as connection:
        assert await numbers(connection) == []
    await database.close()
    assert not await asyncio.to_thread(lasting_threads, before)


async def test_closing_waits_for_what_others_read(tmp_path: Path):
    database = await open_empty(tmp_path)
    reading = asyncio.Event()

    async def read() -> None:
        async with database.read() as conn:
            reading.set()
            await asyncio.sleep(0.05)
            assert await numbers(conn) == []

    reader = asyncio.create_task(read())
    await reading.wait()
    await database.close()
    await asyncio.wait_for(reader, 0.01)


async def test_a_closed_database_answers_nothing(tmp_path: Path):
    database = await open_empty(tmp_path)
    await database.close()
    with pytest.raises(RuntimeError, match="closed"):
        async with database.read():
            pass
    with pytest.raises(RuntimeError, match="closed"):
        async with database.write():
            pass


async def test_a_checkpoint_shortens_the_next_commit_and_leaves_the_writer_free(tmp_path: Path):
    database = await open_empty(tmp_path)
    async with database.write() as connection:
        for number in range(1, 2_000):
            await put(connection, number)
        await asyncio.wait_for(database.checkpoint(), 5)  # beside a transaction that goes on

    await database.checkpoint()

    where = url_in(tmp_path)
    if database.is_file:
        ((_, pages, copied),) = rows(where, "PRAGMA wal_checkpoint(PASSIVE)")
        assert copied == pages
        # Without its log the file has everything already.
        shutil.copyfile(database.path, tmp_path / "copy.db")
        where = url_in(tmp_path, "copy.db")
    assert rows(where, "SELECT count(*) FROM guilds") == [(1_999,)]
    await database.close()
