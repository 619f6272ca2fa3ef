"""A PostgreSQL server that cannot be reached for a while, by this process or by all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text, update
from sqlalchemy.exc import DBAPIError

from bot.runtime.lease import LeaseLostError, hold
from storage import watermarks
from storage.database import Database
from storage.database_file import DriverError, file_error
from storage.engines.postgresql import MIGRATING, PostgreSQL
from storage.tables import leases
from tests import postgresql

SOON = timedelta(seconds=0.4)


class Line:
    """The network between a process and the server."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        """Let connections through."""
        self._listener = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End all connections, and refuse new ones."""
        if self._listener is not None:
            self._listener.close()
        for each in self._open:
            each.transport.abort()
        await asyncio.sleep(0.01)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._address)
        self._open |= {writer, back}
        await asyncio.gather(_copy(reader, back), _copy(there, writer))
        self._open -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class Away:
    """A process with a lease, another one beside it, and the first one's line to the server."""

    def __init__(self, url: str, line: Line, database: Database, other: Database) -> None:
        self.url = url
        self.line = line
        self.database = database
        self.other = other
        self.lost: list[str] = []


@pytest.fixture
async def away(tmp_path: Path) -> AsyncIterator[Away]:
    server = postgresql.server()
    if isinstance(server, str):
        pytest.skip(server)
    url = make_url(server.empty(tmp_path))
    line = Line(url.host or "127.0.0.1", url.port or 5432)
    await line.mend()
    near = url.set(host="127.0.0.1", port=line.port).render_as_string(hide_password=False)
    database = await Database.open(near, files=tmp_path)
    straight = url.render_as_string(hide_password=False)
    other = await Database.open(straight, files=tmp_path)
    yield Away(straight, line, database, other)
    await line.cut()
    await database.close()
    await other.close()
    server.clear()


async def take_over(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(update(leases).values(epoch=leases.c.epoch + 1, host="web-2"))


async def test_what_cannot_be_reached_is_an_error_of_the_database_and_comes_back(
    away: Away,
) -> None:
    await away.line.cut()
    for unit in (away.database.read, away.database.write) * 2:
        with pytest.raises(DriverError) as failed:
            async with unit() as conn:
                await watermarks.get(conn, "any")
        assert file_error(failed.value) == "the server cannot be reached"
    await away.line.mend()
    async with away.database.write() as conn:
        await watermarks.put(conn, "any", 2)


async def test_nothing_is_sent_until_the_server_says_who_has_the_lease(away: Away) -> None:
    lease = await hold(away.database, SOON, away.lost.append)
    await away.line.cut()
    await asyncio.sleep(SOON.total_seconds())
    asked = asyncio.create_task(lease.check())
    await asyncio.sleep(0.3)
    assert not asked.done()
    await take_over(away.other)
    await away.line.mend()
    with pytest.raises(LeaseLostError):
        await asked
    assert "on web-2 took over" in away.lost[0]


async def test_a_lease_is_renewed_again_after_the_server_was_away(away: Away) -> None:
    lease = await hold(away.database, SOON, away.lost.append)
    keeping = asyncio.create_task(lease.keep())
    await away.line.cut()
    await asyncio.sleep(SOON.total_seconds())
    assert not lease.certain
    await away.line.mend()
    await asyncio.wait_for(lease.check(), 5)
    await asyncio.sleep(SOON.total_seconds() / 2)
    assert lease.certain
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_server_that_never_answers_counts_as_lost(tmp_path: Path) -> None:
    server = postgresql.server()
    if isinstance(server, str):
        pytest.skip(server)
    engine = PostgreSQL(make_url(server.empty(tmp_path)), 0.5)
    try:
        async with engine.readers.connect() as conn:
            await conn.exec_driver_sql("SELECT 1")
            with pytest.raises(DriverError) as caught:
                await conn.exec_driver_sql("SELECT pg_sleep(60)")
            assert file_error(caught.value) == "the connection to the server was lost"
        async with engine.readers.connect() as conn:
            assert (await conn.exec_driver_sql("SELECT 2")).scalar_one() == 2
    finally:
        await engine.writer.dispose()
        await engine.readers.dispose()
        server.clear()


async def test_a_connection_that_the_server_cut_is_replaced(away: Away) -> None:
    database = away.other
    async with database.read() as conn:
        await watermarks.get(conn, "any")
    with pytest.raises(DBAPIError) as failed:
        async with database.write() as conn:
            await conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert file_error(failed.value) is not None
    async with database.write() as conn:
        await watermarks.put(conn, "any", 1)


async def test_a_process_that_is_frozen_while_it_writes_holds_others_up_for_seconds(
    away: Away,
) -> None:
    with pytest.raises(DriverError) as failed:
        async with away.database.write() as frozen:
            await watermarks.put(frozen, "any", 1)
            async with asyncio.timeout(9), away.other.write() as conn:
                await watermarks.put(conn, "any", 2)
            await watermarks.put(frozen, "any", 3)
    assert file_error(failed.value) is not None
    async with away.database.read() as conn:
        assert await watermarks.get(conn, "any") == 2


async def test_a_process_that_is_frozen_while_it_starts_keeps_no_other_from_starting(
    away: Away, tmp_path: Path
) -> None:
    async with away.other.read() as frozen:
        await frozen.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATING})"))
        async with asyncio.timeout(9):
            database = await Database.open(away.url, files=tmp_path)
        await database.close()


async def test_what_was_written_outlasts_a_failure_of_a_server_that_is_set_to_forget(
    tmp_path: Path,
) -> None:
    program = await asyncio.to_thread(postgresql.program)
    if isinstance(program, str):
        pytest.skip(program)
    url = program.url.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    database = await Database.open(url, files=tmp_path)
    for number in range(3):
        async with database.write() as conn:
            await watermarks.put(conn, "any", number)
        await asyncio.to_thread(program.stop)
        assert await asyncio.to_thread(program.start)
        async with database.read() as conn:
            assert await watermarks.get(conn, "any") == number
    await database.close()
    await asyncio.to_thread(program.stop)
