"""A database in a file of SQLite: connections, pragmas and locks; `sqlite_file` has the file."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.engines import sqlite_file
from storage.engines.errors import DatabaseError
from storage.engines.protocol import READERS
from storage.engines.sqlite_driver import OneTripDriver
from storage.engines.sqlite_file import BUSY_TIMEOUT

DRIVER_ARGUMENTS = {"isolation_level": None, "timeout": BUSY_TIMEOUT}
"""The driver begins nothing itself: its own BEGIN is deferred, late, and skips reads and DDL."""

T = TypeVar("T")

OLDEST = (3, 37, 0)
"""The first SQLite that knows STRICT tables."""


def set_up_writer(engine: Engine, *, foreign_keys: bool = True) -> None:
    """Make every transaction of `engine` take the write lock at its start, on a durable WAL file.

    `foreign_keys` is off for migrations only: rebuilding a table drops it, and with the checks on
    that would cascade to the rows that refer to it.
    """

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        # Before the first page is written, or it takes a VACUUM; free pages then go bit by bit.
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
        cursor.execute("PRAGMA journal_mode = WAL")
        # In WAL, NORMAL syncs at checkpoints only. A killed process loses nothing that was
        # committed, the kernel has it; a power cut may lose the last commits since `sync`, but
        # never the file.
        cursor.execute("PRAGMA synchronous = NORMAL")
        # What people erase is overwritten in the file; not every build of SQLite does so by itself.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    def begun(connection: Connection) -> None:
        # A deferred transaction that reads first and writes later fails at once, without waiting,
        # when another process wrote in between. IMMEDIATE waits at the start instead.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "invalidate", _given_up)


def _given_up(connection: Any, _record: object, _error: object) -> None:
    """Roll back what a cancelled task leaves, before its connection is closed.

    Closing does not end a transaction that has a statement with rows left to give: SQLite keeps
    the connection, and with it what it has locked, until that statement is collected as garbage
    (https://www.sqlite.org/c3ref/close.html, on zombies).
    """
    if isinstance(connection, sqlite3.Connection):
        connection.rollback()
        return
    # Only started here: the driver does one thing after the other, and closing comes next.
    rollback: asyncio.Future[None] = asyncio.ensure_future(connection.driver_connection.rollback())
    rollback.add_done_callback(lambda done: done.cancelled() or done.exception())


def set_up_readers(engine: Engine) -> None:
    """Make every connection of `engine` refuse writes and read one state per transaction."""

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN DEFERRED")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "invalidate", _given_up)


class SQLiteFile:
    """A database in a file, whose schema is up to date (`storage.engines.protocol.Engine`)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = str(path)
        url = URL.create("sqlite+aiosqlite", database=str(path))
        self.writer = create_async_engine(
            url,
            module=OneTripDriver(),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            connect_args=DRIVER_ARGUMENTS,
        )
        self.readers = create_async_engine(
            url,
            module=OneTripDriver(),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=READERS,
            max_overflow=READERS,
            connect_args=DRIVER_ARGUMENTS,
        )
        set_up_writer(self.writer.sync_engine)
        set_up_readers(self.readers.sync_engine)

    async def sync(self) -> None:
        """Let the disk have the log."""
        await asyncio.to_thread(sqlite_file.sync, self.path)

    async def backup(self, target: Path) -> None:
        """Copy the file while it is in use."""
        await asyncio.to_thread(_back_up, self.path, target)

    async def damage(self) -> str | None:
        """Check the file."""
        return await asyncio.to_thread(sqlite_file.check, self.path)

    async def size(self) -> int:
        """Return the bytes of the file."""
        return self.path.stat().st_size

    def take_any_text(self) -> None:
        """Read halves of characters as they are, which the driver refuses by itself."""

        def connected(connection: Any, _record: object) -> None:
            connection.driver_connection.text_factory = _any_text

        event.listen(self.readers.sync_engine, "connect", connected)

    def optimize(self, connection: Connection) -> None:
        """Look at a part of each table that has changed much."""
        connection.exec_driver_sql("PRAGMA analysis_limit = 400")
        connection.exec_driver_sql("PRAGMA optimize")

    async def checkpoint(self) -> None:
        """Copy the log into the file without holding the writer (`sqlite_file.checkpoint`)."""
        await asyncio.to_thread(sqlite_file.checkpoint, self.path)

    async def give_back(self, pages: int) -> int:
        """Return free pages to the disk (`sqlite_file.give_back`)."""
        return await asyncio.to_thread(sqlite_file.give_back, self.path, pages)

    async def rebuild(self, worth: int) -> int:
        """Rewrite a file made before free pages were given back, if half of it is free.

        Needs room for twice what is kept.
        """
        free = await asyncio.to_thread(sqlite_file.waste, self.path)
        size = self.path.stat().st_size
        if free is None or free < max(size / 2, worth):
            return 0
        if (room := shutil.disk_usage(self.path.parent).free) < 2.2 * (size - free):
            raise DatabaseError(
                f"{self.path} has {free / 1e6:,.0f} MB that it does not use; giving them back takes"
                f" {2.2 * (size - free) / 1e6:,.0f} MB of disk, and {room / 1e6:,.0f} MB are free"
            )
        try:
            await asyncio.to_thread(sqlite_file.rebuild, self.path)
        except sqlite3.Error as error:
            raise DatabaseError(f"{self.path} could not be made smaller: {error}") from error
        return size - self.path.stat().st_size


def _any_text(stored: bytes) -> str:
    try:
        return stored.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return stored.decode("utf-8", "replace")


def _back_up(source: Path, target: Path) -> None:
    if target.exists():
        raise DatabaseError(f"{target} exists already; name a file that does not")
    try:
        sqlite_file.copy(source, target)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"cannot write the backup {target}: {error}") from error


def alone(path: Path, work: Callable[[Connection], T], *, write: bool) -> T:
    """Do something in a transaction on a connection of its own, whatever the schema; blocks."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args=DRIVER_ARGUMENTS,
    )
    (set_up_writer if write else set_up_readers)(engine)
    with engine.begin() as connection:
        return work(connection)
