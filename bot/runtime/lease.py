"""One process per database: the lease that `paperboy run` holds, and what it does without it.

A process may be frozen for minutes, by a debugger, a full machine or a suspended one. Another one
may run the bot meanwhile. So before every request to Discord and in every writing transaction a
process makes sure that it still holds the lease, and ends at once if it does not: as after SIGKILL,
the process that holds it goes on with what the database says.

The check is the last step before a request's bytes are given to the system. A process that is
frozen between the two, within microseconds, still sends these bytes when it goes on: the nonce
keeps Discord from posting such a message twice, for the minutes for which Discord remembers it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Final, TypeAlias

import aiohttp
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import leases, processes
from storage.database import Database, Observe
from storage.database_file import DriverError, file_error, in_use, unusable
from storage.engines.urls import label_of, parsed

log = logging.getLogger(__name__)

LIFE: Final = leases.LIFE

RENEWALS: Final = 4
"""How often a lease is renewed in the time for which it lasts."""

MARGIN: Final = 0.1
"""The share of that time by which a process trusts its lease less long than others wait for it."""

FRESH: Final = 1.0
"""Seconds for which an answer about the lease is believed."""

LOOK_EVERY: Final = 0.25
"""Seconds between two looks at a lease that may have been left behind."""


class LeaseLostError(Exception):
    """Another process runs the bot on this database: nothing may be sent or written any more."""


class StoppedError(Exception):
    """The process was asked to stop while it waited for the lease."""


Lose: TypeAlias = Callable[[str], None]
"""What a process does when it has lost its lease, with a sentence for an operator: it ends, or
returns so that `LeaseLostError` is raised."""


class Lease:
    """The lease of this process on an open database."""

    def __init__(
        self, database: Database, held: leases.Lease, until: float, life: timedelta, lose: Lose
    ) -> None:
        self.database = database
        self._held = held
        self._until = until
        self._life = life
        self._lose = lose

    @property
    def certain(self) -> bool:
        """Whether no other process can have taken the lease since its last renewal.

        Two clocks have to agree: the machine's, which the database has too, may be set back, and
        the time since the renewal includes a suspension of the machine.
        """
        return _elapsed() < self._until and datetime.now(UTC) < self._held.expires_at

    @property
    def name(self) -> str:
        """What it is the lease of."""
        return self._held.name

    def install(self, trace: aiohttp.TraceConfig) -> None:
        """Stop every request of the sessions that this trace belongs to once the lease is lost;
        call it after what holds requests back."""
        trace.on_request_start.append(self._on_request)
        # A connection may be made before a request leaves, and a body is written by a task of its
        # own: only these two, called just before bytes are written, leave no time between.
        trace.on_request_headers_sent.append(self._on_request)
        trace.on_request_chunk_sent.append(self._on_request)

    async def check(self) -> None:
        """Make sure that this process holds the lease.

        Where a file cannot be read, no other process can have opened it either. A server may be out
        of reach for this process alone: this waits until it answers.

        Raises:
            LeaseLostError: another process has it.
        """
        while not self.certain:
            asked = _elapsed()
            try:
                async with self.database.read() as conn:
                    found = await conn.run_sync(leases.read, self.name)
            except DriverError:
                if self.database.is_file:
                    return
                await asyncio.sleep(LOOK_EVERY)
            else:
                self._compare(found)
                if _elapsed() - asked < FRESH:  # not frozen since
                    return

    async def fence(self, conn: AsyncConnection) -> None:
        """Make sure of it for the whole of a writing transaction, as its first step.

        Raises:
            LeaseLostError: another process has it.
        """
        # Several processes may be on several machines, whose clocks may differ.
        if self.name != leases.RUN or not self.certain:
            self._compare(await conn.run_sync(leases.read, self.name))

    async def renew(self) -> None:
        """Prolong the lease.

        Raises:
            LeaseLostError: another process has it.
            DriverError: the database cannot be written.
        """
        until = _until(self._life)
        async with self.database.write() as conn:
            held = self._compare(await conn.run_sync(leases.renew, self._held, self._life))
        self._held, self._until = held, until

    async def keep(self) -> None:
        """Renew the lease for as long as it is held; runs until it is cancelled."""
        pause = self._life / RENEWALS
        while True:
            await asyncio.sleep(pause.total_seconds())
            try:
                await self.renew()
            except LeaseLostError:
                return
            except DriverError as error:
                reason = file_error(error) or type(error).__name__
                log.warning("the database's lease was not renewed: %s", reason)

    async def release(self) -> None:
        """Leave the database to the next process, which need not wait then."""
        with suppress(DriverError, LeaseLostError):
            async with self.database.write() as conn:
                held = self._compare(await conn.run_sync(leases.read, self.name))
                await conn.run_sync(leases.end, held)

    @property
    def _work(self) -> str:
        label = self.database.label
        return label if self.name == leases.RUN else f"its work on {label} ({self.name})"

    async def _on_request(
        self,
        _: aiohttp.ClientSession,
        _context: SimpleNamespace,
        _started: object,
    ) -> None:
        await self.check()

    def _compare(self, found: leases.Lease | None) -> leases.Lease:
        if found is not None and self._held.same(found):
            return found
        by = "another process" if found is None else str(found.holder)
        sentence = (
            f"this process was frozen, or the machine was, and {by} took over"
            f" {self._work}. This one ends without sending anything more"
        )
        self._lose(sentence)
        raise LeaseLostError(sentence)


@asynccontextmanager
async def leased(
    url: str,
    stop: asyncio.Event,
    lose: Lose,
    *,
    observe: Observe | None = None,
    files: Path | None = None,
    life: timedelta = LIFE,
    migrate: bool = True,
    moving: bool = False,
) -> AsyncGenerator[Lease]:
    """Open a database for this process alone, waiting for a lease that was left behind.

    Args:
        url: as for `Database.open`.
        stop: ends the wait.
        lose: called when another process has taken the lease.
        observe: as for `Database.open`.
        files: as for `Database.open`.
        life: how long a lease outlasts its last renewal.
        migrate: as for `Database.open`.
        moving: as for `Database.open`.

    Raises:
        DatabaseError: the database cannot be used, or a bot is running on it already.
        StoppedError: `stop` was set.
    """
    await _until_free(url, stop, life)
    database = await Database.open(
        url, migrate=migrate, observe=observe, files=files, moving=moving
    )
    try:
        async with kept(await hold(database, life, lose)) as lease:
            yield lease
    finally:
        await database.close()


@asynccontextmanager
async def kept(lease: Lease) -> AsyncGenerator[Lease]:
    """Renew a lease while the block runs, and release it then."""
    keeping = asyncio.create_task(lease.keep(), name="lease")
    try:
        yield lease
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await lease.release()


async def hold(database: Database, life: timedelta, lose: Lose, name: str = leases.RUN) -> Lease:
    """Take a lease of an open database for this process; the caller keeps and releases it.

    Raises:
        OutdatedError: a newer version has changed the database.
        DatabaseError: another process has it, or the database cannot be written.
    """
    until = _until(life)
    try:
        async with database.write() as conn:
            await database.require_usable(conn)
            knows = database.revision
            held = await conn.run_sync(leases.take, processes.current(), life, name, knows)
    except leases.HeldError as error:
        raise in_use(database.label, error.holder) from error
    except DriverError as error:
        raise unusable(database.label, error) from error
    lease = Lease(database, held, until, life, lose)
    database.fence = lease.fence
    return lease


async def _until_free(url: str, stop: asyncio.Event, life: timedelta) -> None:
    """Wait until no other process has the lease of a database.

    A holder that cannot be seen from here shows that it runs by renewing its lease. One that does
    not in the whole of its life has ended, whatever the clocks say.

    Raises:
        DatabaseError: one has it, and runs.
        StoppedError: `stop` was set.
    """
    first = await leases.read_at(url)
    found, began = first, _elapsed()
    while found is not None and (held := found.is_held()) is not False:
        if held or first is None or found.expires_at != first.expires_at:
            raise in_use(label_of(parsed(url)), found.holder)
        if found is first:
            log.warning(
                "waiting up to %.0f s for the end of another bot's lease: %s may have ended without"
                " releasing it",
                life.total_seconds(),
                found.holder,
            )
        if _elapsed() - began >= life.total_seconds():
            try:
                await leases.end_at(url, found)
            except (DriverError, OSError) as error:
                raise unusable(label_of(parsed(url)), error) from error
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
            raise StoppedError
        found = await leases.read_at(url)


def _until(life: timedelta) -> float:
    return _elapsed() + life.total_seconds() * (1 - MARGIN)


def _elapsed() -> float:
    """Return seconds that go on while the machine is suspended, where the system has such."""
    if (clock := getattr(time, "CLOCK_BOOTTIME", None)) is not None:
        return time.clock_gettime(clock)
    return time.monotonic()
