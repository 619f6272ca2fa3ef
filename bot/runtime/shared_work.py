"""Several processes on one database: each waits for its part of the work, and then does it alone.

A process that waits has the database open and nothing else: it is not connected to Discord. A part
is free when its holder released it, has ended on this machine, or has not renewed its lease for as
long as that lasts.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias

from bot.runtime.lease import LIFE, Lease, Lose, StoppedError, hold, kept
from papers.shards import AnyShards, Shards, shards_of
from storage import leases, processes
from storage.database import Database
from storage.database_file import DatabaseError, DriverError, file_error
from storage.engines.errors import OutdatedError
from storage.engines.protocol import Observe

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the parts that other processes have."""

IDENTIFY_EVERY: Final = timedelta(seconds=5.5)
"""How long one process after another identifies: Discord asks for five seconds between two shards
(topics/gateway, Rate Limiting), however many a large bot may start at a time."""

Waiting: TypeAlias = Callable[[str, bool], None]
"""Hears why a process waits, and whether the database can be reached meanwhile."""

TURN_EVERY: Final = 0.25
"""Seconds between two looks at whose turn it is."""


@asynccontextmanager
async def sharing(
    url: str,
    wanted: Shards | AnyShards | None,
    stop: asyncio.Event,
    lose: Lose,
    *,
    observe: Observe | None = None,
    files: Path | None = None,
    life: timedelta = LIFE,
    waiting: Waiting = lambda _why, _reachable: None,
) -> AsyncGenerator[Lease]:
    """Open a database that several processes share, and hold a part of the work.

    Args:
        url: as for `Database.open`.
        wanted: some shards, whichever have no process, or `None` for what is done once for all.
        stop: ends the wait for it.
        lose: called when another process has taken the lease.
        observe: as for `Database.open`.
        files: as for `Database.open`; no other process may use this folder.
        life: how long a lease outlasts its last renewal.
        waiting: called whenever the reason changes for which this process waits.

    Raises:
        DatabaseError: the database cannot be used, or no longer, as a newer version changed it.
        StoppedError: `stop` was set.
    """
    database = await Database.open(url, observe=observe, files=files)
    try:
        async with kept(await _wait(database, wanted, stop, lose, life, waiting)) as lease:
            log.info("this process has %s", lease.name)
            yield lease
    finally:
        await database.close()


async def take_turn(lease: Lease, what: str, span: timedelta) -> None:
    """Wait until no process has done something that may be done once in a while.

    Args:
        lease: this process's.
        what: its name.
        span: how long the next process waits after this one.
    """
    process = processes.current()
    while True:
        with suppress(DriverError):
            async with lease.database.write() as conn:
                if await conn.run_sync(leases.take_turn, what, process, span):
                    return
        await asyncio.sleep(TURN_EVERY)


async def _wait(
    database: Database,
    wanted: Shards | AnyShards | None,
    stop: asyncio.Event,
    lose: Lose,
    life: timedelta,
    waiting: Waiting,
) -> Lease:
    said = ""
    while not stop.is_set():
        reachable = True
        try:
            for name in await _free(database, wanted):
                try:
                    return await hold(database, life, lose, name)
                except OutdatedError:
                    raise
                except DatabaseError:
                    continue  # another process was faster
            reason = f"other processes have {_words(wanted)}"
        except DriverError as error:
            reachable, reason = False, file_error(error) or type(error).__name__
        if reason != said:
            log.info("waiting as a spare: %s", reason)
            waiting(reason, reachable)
            said = reason
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)
    raise StoppedError


async def _free(database: Database, wanted: Shards | AnyShards | None) -> list[str]:
    """Return the leases that may be taken now, of those that are wanted.

    Raises:
        OutdatedError: this process could go on with none of them.
    """
    async with database.read() as conn:
        await database.require_usable(conn)
        known = await conn.run_sync(leases.read_all)
    held = [lease.name for lease in known if lease.is_held() is not False]
    match wanted:
        case None:
            names = [leases.KEEPER]
        case Shards():
            names = [wanted.name]
        case AnyShards(count):
            parts = ((lease.name, shards_of(lease.name)) for lease in known)
            names = [name for name, part in parts if part is not None and part.count == count]
    return [name for name in names if not any(leases.collide(name, other) for other in held)]


def _words(wanted: Shards | AnyShards | None) -> str:
    match wanted:
        case None:
            return "the keeper's work"
        case Shards():
            return f"{wanted.name}, or some of them"
        case AnyShards(count):
            return f"all of the {count} shards that were ever started"
