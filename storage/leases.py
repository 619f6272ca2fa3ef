"""Which process runs the bot on a database: the one that holds its lease, and renews it.

Where several share the work, each holds the lease of its part: of some shards, or of what one
process does for all. A part that two leases would overlap in has one holder.

A lease ends when it is released, when its holder has ended, or `LIFE` after its last renewal on the
database's clock. A writing transaction takes it: a process that finds in one of its own that
it holds the lease holds it until that transaction's end.
"""

import asyncio
from dataclasses import asdict, dataclass
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

from papers import program
from papers.shards import shards_of
from storage import processes
from storage.engines import postgresql, sqlite
from storage.engines.statements import insert, now
from storage.engines.urls import parsed
from storage.processes import Process
from storage.tables import leases
from storage.types import Integer, UTCDateTime

LIFE: Final = timedelta(seconds=20)
"""How long a lease outlasts its last renewal."""

RUN: Final = "run"
"""The lease of the one process that does everything."""
KEEPER: Final = "keeper"
"""The lease of the process that does what is done once for all servers."""

_PATIENCE: Final = 15
"""Seconds that a server gets for a statement about the lease."""
_TURN: Final = "turn: "
_COLUMNS: Final = [
    leases.c[name] for name in ("name", "epoch", "expires_at", "host", "system", "pid", "started")
]
"""Those that a lease had in every schema."""

ENDED: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
    name: str = RUN
    """Which lease: `RUN`, `KEEPER` or the name of `Shards`."""

    def is_held(self) -> bool | None:
        """Return whether its holder still runs the bot; `None` if only time can show."""
        return processes.is_running(self.holder) if self.valid else False

    def same(self, other: "Lease") -> bool:
        """Return whether the other one has the same holder, renewed or not."""
        return (other.name, other.epoch, other.holder) == (self.name, self.epoch, self.holder)


class HeldError(Exception):
    """Another process has the lease."""

    def __init__(self, holder: Process) -> None:
        super().__init__(str(holder))
        self.holder = holder


def read(conn: Connection, name: str = RUN) -> Lease | None:
    """Return a lease, `None` before the first one."""
    return next((lease for lease in read_all(conn) if lease.name == name), None)


def read_all(conn: Connection) -> list[Lease]:
    """Return every lease that there was, by name."""
    valid = (type_coerce(leases.c.expires_at, Integer) > now()).label("valid")
    return [
        Lease(
            row.epoch,
            row.expires_at,
            Process(row.host, row.system, row.pid, row.started),
            bool(row.valid),
            row.name,
        )
        for row in conn.execute(select(*_COLUMNS, valid).order_by(leases.c.name))
        if not row.name.startswith(_TURN)
    ]


def remaining(conn: Connection) -> dict[str, timedelta]:
    """Return for how long each lease is valid unless it is renewed; nothing where it is not."""
    asked_at = type_coerce(now(), UTCDateTime).label("asked_at")
    rows = conn.execute(select(leases.c.name, leases.c.expires_at, asked_at))
    return {
        name: max(timedelta(), expires_at - asked_at)
        for name, expires_at, asked_at in rows
        if not name.startswith(_TURN)
    }


def collide(one: str, other: str) -> bool:
    """Return whether two leases are of work that only one process may do."""
    if RUN in (one, other) or one == other:
        return True
    first, second = shards_of(one), shards_of(other)
    return first is not None and second is not None and first.collides(second)


def take(
    conn: Connection,
    process: Process,
    life: timedelta = LIFE,
    name: str = RUN,
    revision: str = "",
) -> Lease:
    """Give a lease to a process, and end those that it collides with.

    Args:
        conn: a writer.
        process: this one.
        life: how long the lease outlasts its last renewal.
        name: which lease.
        revision: the newest schema that the process knows.

    Raises:
        HeldError: a process holds one of those, or may hold it.
    """
    known = read_all(conn)
    others = [lease for lease in known if collide(lease.name, name)]
    for lease in others:
        if lease.is_held() is not False:
            raise HeldError(lease.holder)
    conn.execute(delete(leases).where(leases.c.name.in_([lease.name for lease in others])))
    conn.execute(
        insert(leases).values(
            name=name,
            epoch=1 + max((lease.epoch for lease in known), default=0),
            expires_at=_after(life),
            revision=revision,
            version=program.version(),
            **asdict(process),
        )
    )
    return next(lease for lease in read_all(conn) if lease.name == name)


def renew(conn: Connection, lease: Lease, life: timedelta = LIFE) -> Lease | None:
    """Prolong a lease, also one that has expired, unless another process has it; return the lease
    that there is then."""
    found = read(conn, lease.name)
    if found is None or not lease.same(found):
        return found
    conn.execute(update(leases).where(leases.c.name == lease.name).values(expires_at=_after(life)))
    return read(conn, lease.name)


def take_turn(conn: Connection, what: str, process: Process, span: timedelta) -> bool:
    """Let a process do something that may be done once in a while; return whether it may now."""
    name = f"{_TURN}{what}"
    due = select(leases.c.name).where(
        leases.c.name == name, type_coerce(leases.c.expires_at, Integer) > now()
    )
    if conn.execute(due).first() is not None:
        return False
    conn.execute(delete(leases).where(leases.c.name == name))
    conn.execute(
        insert(leases).values(name=name, epoch=0, expires_at=_after(span), **asdict(process))
    )
    return True


def end(conn: Connection, lease: Lease) -> None:
    """End a lease, unless it was renewed or taken since it was read."""
    conn.execute(
        update(leases)
        .where(
            leases.c.name == lease.name,
            leases.c.epoch == lease.epoch,
            leases.c.expires_at == lease.expires_at,
        )
        .values(expires_at=ENDED)
    )


def holders(conn: Connection) -> list[tuple[Lease, str]]:
    """Return every lease that a process has, or may have, of a database of any schema; and the
    newest schema that its holder knows, empty if its version is too old to say so."""
    columns = {column["name"] for column in inspect(conn).get_columns(leases.name)}
    known: dict[str, str] = {}
    if leases.c.revision.name in columns:
        rows = conn.execute(select(leases.c.name, leases.c.revision))
        known = {row.name: row.revision for row in rows}
    held = (lease for lease in read_all(conn) if lease.is_held() is not False)
    return [(lease, known.get(lease.name, "")) for lease in held]


def take_from_older(conn: Connection, revision: str) -> None:
    """End the leases of processes that do not know a schema: one that was frozen since its lease
    expired finds that it has lost it when it wakes up."""
    conn.execute(
        update(leases)
        .where(leases.c.revision < revision, ~leases.c.name.startswith(_TURN))
        .values(epoch=leases.c.epoch + 1, expires_at=ENDED, **asdict(processes.current()))
    )


async def versions(conn: AsyncConnection) -> set[str]:
    """Return the versions of the processes that hold a lease."""
    valid = type_coerce(leases.c.expires_at, Integer) > now()
    rows = await conn.execute(
        select(leases.c.version).where(valid, ~leases.c.name.startswith(_TURN))
    )
    return set(rows.scalars())


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
    """Return a lease of a database of any schema, one that is held rather than another."""
    known = read_all(conn) if inspect(conn).has_table(leases.name) else []
    held = (lease for lease in known if lease.is_held() is not False)
    return next(held, known[0] if known else None)


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
