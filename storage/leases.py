"""Which process runs the bot on a database: the one that holds its lease, and renews it.

A lease ends when it is released, when its holder has ended, or `LIFE` after its last renewal on the
database's clock. A writing transaction takes it: a process that finds in one of its own that
it holds the lease holds it until that transaction's end.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    delete,
    inspect,
    select,
    type_coerce,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import processes
from storage.engines import postgresql, sqlite
from storage.engines.statements import insert, now
from storage.engines.urls import parsed
from storage.processes import Process
from storage.tables import leases
from storage.types import Integer, UTCDateTime

LIFE: Final = timedelta(seconds=20)
"""How long a lease outlasts its last renewal."""

_RUN: Final = "run"
_PATIENCE: Final = 15
"""Seconds that a server gets for a statement about the lease."""
_ENDED: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease as it stands in the database."""

    epoch: int
    """How many holders there have been."""
    expires_at: datetime
    """On the database's clock."""
    holder: Process
    valid: bool
    """Whether it had not expired when it was read."""

    def is_held(self) -> bool | None:
        """Return whether its holder still runs the bot; `None` if only time can show."""
        return processes.is_running(self.holder) if self.valid else False

    def same(self, other: "Lease") -> bool:
        """Return whether the other one has the same holder, renewed or not."""
        return (other.epoch, other.holder) == (self.epoch, self.holder)


class HeldError(Exception):
    """Another process has the lease."""

    def __init__(self, holder: Process) -> None:
        super().__init__(str(holder))
        self.holder = holder


def read(conn: Connection) -> Lease | None:
    """Return the lease, `None` before the first one."""
    row = conn.execute(
        select(leases, (type_coerce(leases.c.expires_at, Integer) > now()).label("valid")).where(
            leases.c.name == _RUN
        )
    ).first()
    if row is None:
        return None
    holder = Process(row.host, row.system, row.pid, row.started)
    return Lease(row.epoch, row.expires_at, holder, bool(row.valid))


def take(conn: Connection, process: Process, life: timedelta = LIFE) -> Lease:
    """Give the lease to a process.

    Raises:
        HeldError: a process holds it, or may hold it.
    """
    before = read(conn)
    if before is not None and before.is_held() is not False:
        raise HeldError(before.holder)
    values = {
        "epoch": 1 if before is None else before.epoch + 1,
        "expires_at": _after(life),
        "host": process.host,
        "system": process.system,
        "pid": process.pid,
        "started": process.started,
    }
    statement = insert(leases).values(name=_RUN, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=[leases.c.name], set_=values))
    ours = select(leases.c.epoch, leases.c.expires_at).where(leases.c.name == _RUN)
    epoch, expires_at = conn.execute(ours).one()
    return Lease(epoch, expires_at, process, valid=True)


def renew(conn: Connection, lease: Lease, life: timedelta = LIFE) -> Lease | None:
    """Prolong a lease, also one that has expired, unless another process has it; return the lease
    that there is then."""
    found = read(conn)
    if found is None or not lease.same(found):
        return found
    conn.execute(update(leases).where(leases.c.name == _RUN).values(expires_at=_after(life)))
    return read(conn)


def end(conn: Connection, lease: Lease) -> None:
    """End a lease, unless it was renewed or taken since it was read."""
    conn.execute(
        update(leases)
        .where(
            leases.c.name == _RUN,
            leases.c.epoch == lease.epoch,
            leases.c.expires_at == lease.expires_at,
        )
        .values(expires_at=_ENDED)
    )


def _after(life: timedelta) -> ColumnElement[datetime]:
    return type_coerce(now() + life // timedelta(microseconds=1), UTCDateTime)


async def forget(conn: AsyncConnection) -> None:
    """Drop what a backup brought with it: the lease of a process of that time."""
    await conn.execute(delete(leases))


async def read_at(url: str) -> Lease | None:
    """Return the lease of a database of any schema, which is not opened for it.

    `None` if there is none, or if it cannot be read: opening the database says why.
    """
    found = parsed(url)
    try:
        if isinstance(found, URL):
            return await postgresql.alone(found, read_any, patience=_PATIENCE)
        return await asyncio.to_thread(_read_file, found)
    except (DBAPIError, OSError):
        return None


async def in_use(url: str) -> bool:
    """Return whether a bot runs on a database, or may."""
    lease = await read_at(url)
    return lease is not None and lease.is_held() is not False


def _read_file(path: Path) -> Lease | None:
    return sqlite.alone(path, read_any, write=False) if path.exists() else None


def read_any(conn: Connection) -> Lease | None:
    """Return the lease of a database of any schema."""
    return read(conn) if inspect(conn).has_table(leases.name) else None


async def end_at(url: str, lease: Lease) -> None:
    """End a lease as `end` does, in a database that is not opened for it.

    Raises:
        DBAPIError: the database cannot be written.
    """
    found = parsed(url)

    def work(conn: Connection) -> None:
        end(conn, lease)

    if isinstance(found, URL):
        await postgresql.alone(found, work, lock=postgresql.WRITING, patience=_PATIENCE)
    else:
        await asyncio.to_thread(sqlite.alone, found, work, write=True)
