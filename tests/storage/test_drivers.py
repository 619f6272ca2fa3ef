"""What a statement did is known after it, however it ends; on SQLite that takes one trip."""

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, closing, nullcontext
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

ROWS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT"


@pytest.fixture
async def tries(database: Database) -> Database:
    """A database with a table to try things on."""
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE tries (n INTEGER PRIMARY KEY)"))
    return database


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each thing that was done in a connection's thread, in order."""
    done: list[str] = []
    execute: Callable[..., Awaitable[Any]] = vars(aiosqlite.Connection)["_execute"]

    async def counted(self: object, work: Any, *arguments: Any, **named: Any) -> Any:
        done.append(work.__name__)
        return await execute(self, work, *arguments, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    return done


@pytest.mark.sqlite
async def test_each_statement_takes_one_trip(tries: Database, trips: list[str]) -> None:
    async with tries.write() as conn:
        del trips[:]
        await conn.execute(text("INSERT INTO tries VALUES (:n)"), [{"n": 1}, {"n": 2}])
        assert await conn.scalar(text("INSERT INTO tries VALUES (3) RETURNING n")) == 3
        assert (await conn.execute(text("SELECT n FROM tries ORDER BY n"))).all() == [
            (1,),
            (2,),
            (3,),
        ]
        assert len(trips) == 3


async def test_what_a_statement_did_is_known_after_it(tries: Database) -> None:
    async with tries.write() as conn:
        many = await conn.execute(text("INSERT INTO tries VALUES (:n)"), [{"n": 5}, {"n": 6}])
        one = await conn.execute(text("INSERT INTO tries VALUES (7)"))
        assert one.rowcount == 1
        if tries.is_file:  # the server says nothing of the others
            assert (many.rowcount, one.lastrowid) == (2, 7)
        changed = await conn.execute(text("UPDATE tries SET n = n + 10 WHERE n > 5"))
        assert changed.rowcount == 2
        assert not changed.returns_rows
        none = await conn.execute(text("SELECT n FROM tries WHERE n > 99"))
        assert list(none.keys()) == ["n"]
        assert none.all() == []
        result = await conn.execute(text(f"{ROWS} x FROM n"))
        assert (result.fetchone(), result.fetchmany(2)) == ((1,), [(2,), (3,)])
        assert len(result.all()) == 6


async def test_a_failed_statement_says_why_and_the_next_one_works(tries: Database) -> None:
    async with tries.write() as conn:
        await conn.execute(text("INSERT INTO tries VALUES (1)"))
        with pytest.raises(IntegrityError, match=r"(?i)unique") as caught:
            async with apart(tries, conn):
                await conn.execute(text("INSERT INTO tries VALUES (1)"))
        if tries.is_file:
            assert isinstance(caught.value.orig, sqlite3.IntegrityError)
        with pytest.raises(IntegrityError):
            async with apart(tries, conn):
                await conn.execute(text("INSERT INTO tries VALUES (:n)"), [{"n": 2}, {"n": 1}])
        with pytest.raises(DBAPIError, match=r"no such table|does not exist"):
            async with apart(tries, conn):
                await conn.execute(text("SELECT * FROM absent"))
        assert await conn.scalar(text("SELECT max(n) FROM tries")) == (2 if tries.is_file else 1)


async def test_a_connection_that_is_gone_is_replaced(tries: Database) -> None:
    async with tries.read() as conn:
        await (await conn.get_raw_connection()).driver_connection.close()  # pyright: ignore
        gone = r"no active connection|connection is closed"
        with pytest.raises(DBAPIError, match=gone) as caught:
            await conn.execute(text("SELECT 1"))
        assert caught.value.connection_invalidated
    async with tries.read() as conn:
        assert await conn.scalar(text("SELECT 1")) == 1


def apart(database: Database, conn: AsyncConnection) -> AbstractAsyncContextManager[object]:
    """Return the block that a failed statement undoes, where it is not itself alone."""
    return nullcontext() if database.is_file else conn.begin_nested()


async def _with_gate(conn: AsyncConnection, gate: Callable[[], int]) -> None:
    raw: Any = (await conn.get_raw_connection()).driver_connection
    await raw.create_function("gate", 0, gate)


@pytest.mark.sqlite
async def test_who_gives_up_while_a_statement_runs_keeps_nothing_locked(tries: Database) -> None:
    for held in (1, 2, 9):  # while it is executed, fetched, and fetched to the end
        await _give_up(tries, held)
        # Another program's connection, which waits for no lock.
        with closing(sqlite3.connect(tries.path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT count(*) FROM tries").fetchone() == (0,)
            other.execute("ROLLBACK")
            busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy, "a reader still holds what it saw"


async def _give_up(tries: Database, held: int) -> None:
    """Cancel a write while its statement is at such a row."""
    inside, passed = threading.Event(), threading.Event()
    calls = 0

    def gate() -> int:
        nonlocal calls
        calls += 1
        if calls == held:
            inside.set()
            assert passed.wait(30)
        return calls

    async def write() -> None:
        async with tries.write() as conn:
            await _with_gate(conn, gate)
            await conn.execute(text("INSERT INTO tries VALUES (1) RETURNING n"))
            await conn.execute(text(f"{ROWS} gate() FROM n"))

    task = asyncio.create_task(write())
    await asyncio.to_thread(inside.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    passed.set()
    with pytest.raises(asyncio.CancelledError):
        await task
