"""The lease that keeps a second process from running the bot on one database."""

import asyncio
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import make_url

from bot.runtime.lease import LeaseLostError, StoppedError, hold, leased
from storage import leases, processes, restores, watermarks
from storage.database import Database
from storage.database_file import DatabaseError
from tests import reliability
from tests.databases import is_file, open_empty, put_empty, url_in
from tests.looking import Rows, rows
from tests.storage.shared import NOON

SOON = timedelta(seconds=0.5)
LONG = timedelta(minutes=1)


def execute(folder: Path, statement: str, **values: object) -> Rows:
    return rows(url_in(folder), statement, **values)


def leave_lease(folder: Path, **known: Any) -> str:
    """Leave a lease as a process does that was killed; return the database's URL."""
    url = put_empty(folder)
    row = {
        "epoch": 7,
        "expires_at": int((time.time() + 60) * 1e6),
        "host": "web-1",
        "system": "another",
        "pid": 12,
        "started": "34",
    } | known
    execute(
        folder,
        "INSERT INTO leases (name, epoch, expires_at, host, system, pid, started)"
        " VALUES ('run', :epoch, :expires_at, :host, :system, :pid, :started)",
        **row,
    )
    return url


def nothing(_: str) -> None:
    """Lose the lease, and go on so that the error is seen."""


async def test_a_second_process_is_refused_while_the_first_one_runs(tmp_path: Path) -> None:
    url = put_empty(tmp_path)
    async with leased(url, asyncio.Event(), nothing):
        with pytest.raises(DatabaseError, match=r"already running on .*: process \d+ on"):
            async with leased(url, asyncio.Event(), nothing):
                pass
    async with leased(url, asyncio.Event(), nothing):
        assert execute(tmp_path, "SELECT epoch FROM leases") == [(2,)]


async def test_of_two_processes_that_start_together_one_is_refused(tmp_path: Path) -> None:
    first, second = await open_empty(tmp_path), await open_empty(tmp_path)
    await hold(first, LONG, nothing)
    with pytest.raises(DatabaseError, match="already running"):
        await hold(second, LONG, nothing)
    await first.close()
    await second.close()


async def test_a_database_that_takes_no_writes_is_refused_at_the_start(tmp_path: Path) -> None:
    url = put_empty(tmp_path)
    refuse = "CREATE TRIGGER t BEFORE INSERT ON leases BEGIN SELECT RAISE(FAIL, 'read-only'); END"
    expected = "must be writable for the user who runs the bot"
    if not is_file(url):
        name = make_url(url).database
        refuse = f"ALTER DATABASE {name} SET default_transaction_read_only = on"
        expected = "the server only lets it be read: it may be a replica"
    execute(tmp_path, refuse)
    with pytest.raises(DatabaseError, match=expected):
        async with leased(url, asyncio.Event(), nothing):
            pass


async def test_what_a_killed_process_of_this_machine_left_is_taken_over_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    over = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await over.wait()
    here = processes.current()
    url = leave_lease(tmp_path, system=here.system, pid=over.pid)
    async with leased(url, asyncio.Event(), nothing, life=LONG):
        assert execute(tmp_path, "SELECT epoch, pid FROM leases") == [(8, here.pid)]
    assert "waiting" not in caplog.text


async def test_a_process_that_got_the_number_of_a_killed_one_is_not_taken_for_it(
    tmp_path: Path,
) -> None:
    here = processes.current()
    url = leave_lease(tmp_path, system=here.system, pid=here.pid, started="1")
    async with leased(url, asyncio.Event(), nothing, life=LONG) as lease:
        assert lease.certain


@pytest.mark.parametrize(
    "expires_in", [60, 90 * 86_400], ids=["just-now", "before-the-clock-was-set-back"]
)
async def test_a_lease_of_a_process_that_cannot_be_seen_is_waited_for_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, expires_in: float
) -> None:
    url = leave_lease(tmp_path, expires_at=int((time.time() + expires_in) * 1e6))
    began = time.monotonic()
    async with leased(url, asyncio.Event(), nothing, life=SOON):
        assert time.monotonic() - began >= SOON.total_seconds()
        assert execute(tmp_path, "SELECT epoch FROM leases") == [(8,)]
    assert "process 12 on web-1 may have ended" in caplog.text
    wait = f"{leases.LIFE.total_seconds():.0f} s at most"
    row = "started again in another container after a kill"
    reliability.record("processes", row, "runs", "has ended", wait)


async def test_an_expired_lease_is_taken_over_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = leave_lease(tmp_path, expires_at=int((time.time() - 1) * 1e6))
    async with leased(url, asyncio.Event(), nothing, life=LONG):
        pass
    assert "waiting" not in caplog.text


async def test_a_process_that_cannot_be_seen_but_renews_its_lease_is_found_running(
    tmp_path: Path,
) -> None:
    """Two containers share a volume."""
    url = leave_lease(tmp_path)

    async def renew() -> None:
        await asyncio.sleep(0.3)
        execute(tmp_path, "UPDATE leases SET expires_at = expires_at + 1000000")

    async with asyncio.TaskGroup() as group:
        group.create_task(renew())
        with pytest.raises(DatabaseError, match=r"process 12 on web-1\. Stop that one first"):
            async with leased(url, asyncio.Event(), nothing, life=LONG):
                pass
    assert execute(tmp_path, "SELECT epoch FROM leases") == [(7,)]


async def test_the_wait_for_a_lease_ends_when_the_bot_is_stopped(tmp_path: Path) -> None:
    url = leave_lease(tmp_path)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, stop.set)
    with pytest.raises(StoppedError):
        async with leased(url, stop, nothing, life=LONG):
            pass


async def test_a_database_under_a_running_bot_is_not_migrated(tmp_path: Path) -> None:
    url = leave_lease(tmp_path)
    execute(tmp_path, "UPDATE alembic_version SET version_num = '0029'")
    with pytest.raises(DatabaseError, match="already running"):
        await Database.open(url)
    assert execute(tmp_path, "SELECT version_num FROM alembic_version") == [("0029",)]


async def test_a_restored_backup_brings_no_lease_with_it(tmp_path: Path) -> None:
    leave_lease(tmp_path)
    database = await open_empty(tmp_path)
    async with database.write() as conn:
        await restores.mark(conn, NOON)
    await database.close()
    assert execute(tmp_path, "SELECT * FROM leases") == []


async def test_a_lease_is_renewed_while_it_is_held(tmp_path: Path) -> None:
    async with leased(put_empty(tmp_path), asyncio.Event(), nothing, life=SOON) as lease:
        await asyncio.sleep(3 * SOON.total_seconds())
        assert lease.certain
        await lease.check()


class Frozen:
    """A process that was frozen for longer than its lease lasts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost: list[str] = []

    async def __aenter__(self) -> "Frozen":
        self.database = await open_empty(self.folder)
        self.lease = await hold(self.database, timedelta(seconds=0.02), self.lost.append)
        await asyncio.sleep(0.03)
        assert not self.lease.certain
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    def take_over(self) -> None:
        execute(self.folder, "UPDATE leases SET epoch = 2, host = 'web-2', pid = 34")


async def test_a_frozen_process_whose_lease_was_taken_sends_and_writes_nothing(
    tmp_path: Path,
) -> None:
    asked = 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    trace = aiohttp.TraceConfig()
    async with Frozen(tmp_path) as frozen:
        frozen.lease.install(trace)
        async with aiohttp.ClientSession(trace_configs=[trace]) as session:
            async with session.get(f"http://127.0.0.1:{runner.addresses[0][1]}") as response:
                assert response.status == 200, "nobody took over: it goes on"
            frozen.take_over()
            with pytest.raises(LeaseLostError, match="34 on web-2 took over"):
                await session.get(f"http://127.0.0.1:{runner.addresses[0][1]}")
        assert asked == 1
        with pytest.raises(LeaseLostError):
            async with frozen.database.write() as conn:
                await watermarks.put(conn, "late", 1)
        assert execute(tmp_path, "SELECT * FROM watermarks") == []
        with pytest.raises(LeaseLostError):
            await frozen.lease.renew()
        await frozen.lease.release()
        assert len(frozen.lost) == 4
    await runner.cleanup()
    # Whoever took over keeps it.
    assert execute(tmp_path, "SELECT epoch, pid FROM leases WHERE expires_at > 0") == [(2, 34)]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("moment", ["on_connection_create_end", "on_connection_reuseconn"])
async def test_a_process_that_is_frozen_just_before_a_request_leaves_does_not_send_it(
    tmp_path: Path, method: str, moment: str
) -> None:
    """A body is written by a task of its own, one turn of the loop later."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.text())
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    database = await open_empty(tmp_path)
    lost: list[str] = []
    lease = await hold(database, SOON, lost.append)
    armed = False

    def freeze() -> None:
        time.sleep(SOON.total_seconds())  # the whole process stands still
        execute(tmp_path, "UPDATE leases SET epoch = 2, host = 'web-2', pid = 34")

    async def connected(*_: object) -> None:
        if armed:
            loop = asyncio.get_running_loop()
            if method == "GET":  # written without another turn of the loop
                freeze()
            else:
                loop.call_soon(freeze)

    trace = aiohttp.TraceConfig()
    lease.install(trace)
    last = aiohttp.TraceConfig()
    getattr(last, moment).append(connected)
    async with aiohttp.ClientSession(trace_configs=[trace, last]) as session:
        if moment == "on_connection_reuseconn":
            async with session.get(url):
                pass
        asked.clear()
        armed = True
        with pytest.raises((LeaseLostError, aiohttp.ClientError)):
            await session.request(method, url, data=b"late" if method == "POST" else None)
    assert (asked, len(lost)) == ([], 1)
    await database.close()
    await runner.cleanup()


async def test_a_frozen_process_whose_lease_nobody_took_goes_on(tmp_path: Path) -> None:
    async with Frozen(tmp_path) as frozen:
        await frozen.lease.check()
        async with frozen.database.write() as conn:
            await watermarks.put(conn, "late", 1)
        await frozen.lease.renew()
        assert frozen.lost == []


async def test_a_database_that_cannot_be_read_costs_no_lease(tmp_path: Path) -> None:
    async with Frozen(tmp_path) as frozen:
        execute(tmp_path, "ALTER TABLE leases RENAME TO away")
        asked = asyncio.create_task(frozen.lease.check())
        if not frozen.database.is_file:  # a server may be out of reach for this process alone
            await asyncio.wait({asked}, timeout=0.3)
            assert not asked.done()
            execute(tmp_path, "ALTER TABLE away RENAME TO leases")
        await asked
        assert frozen.lost == []


async def test_a_certain_lease_costs_no_statement(tmp_path: Path) -> None:
    seen: list[str] = []
    url = put_empty(tmp_path)
    database = await Database.open(url, observe=lambda kind, _: seen.append(kind))
    lease = await hold(database, LONG, nothing)
    seen.clear()
    await lease.check()
    async with database.write():
        pass
    # A server's transaction takes its lock by one.
    assert seen.count("select") == (0 if database.is_file else 1)
    await database.close()


async def test_a_lease_that_could_not_be_renewed_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with leased(put_empty(tmp_path), asyncio.Event(), nothing, life=SOON) as lease:
        execute(tmp_path, "ALTER TABLE leases RENAME TO away")
        await asyncio.sleep(SOON.total_seconds() / 2)
        assert "the database's lease was not renewed" in caplog.text
        execute(tmp_path, "ALTER TABLE away RENAME TO leases")
        await asyncio.sleep(SOON.total_seconds())
        assert lease.certain
