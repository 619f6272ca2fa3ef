"""What only SQLite knows: pragmas, locks, the check and the copy of a file; no other SQL is."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    delete,
    event,
    literal_column,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = [
    "BUSY_TIMEOUT",
    "DRIVER_ARGUMENTS",
    "OLDEST",
    "SPARE",
    "check",
    "checkpoint",
    "copy",
    "delete_some",
    "give_back",
    "insert",
    "optimize",
    "rebuild",
    "set_up_readers",
    "set_up_writer",
    "take_out_of_service",
    "time_statements",
    "trouble",
    "waste",
]

BUSY_TIMEOUT = 15.0
"""Seconds that a statement waits for another process, such as an import, to release the file."""

DRIVER_ARGUMENTS = {"isolation_level": None, "timeout": BUSY_TIMEOUT}
"""The driver begins nothing itself: its own BEGIN is deferred, late, and skips reads and DDL."""

OLDEST = (3, 37, 0)
"""The first SQLite that knows STRICT tables."""

_HEADER = b"SQLite format 3\x00"

_TROUBLES = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_BUSY: "another program has it locked",
    sqlite3.SQLITE_LOCKED: "another program has it locked",
    sqlite3.SQLITE_READONLY: "its file is read-only",
    sqlite3.SQLITE_CANTOPEN: "its file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
}
"""Primary result codes (https://www.sqlite.org/rescode.html) that report the file's state, not
a mistake in a statement."""

SPARE = 0.1
"""The share of free pages that is kept: what a day adds needs not be taken from the disk again."""

_INCREMENTAL = 2
"""Of `PRAGMA auto_vacuum` (https://www.sqlite.org/pragma.html#pragma_auto_vacuum)."""

_KINDS = frozenset(("select", "insert", "update", "delete"))


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
        # committed, the kernel has it; a power cut may lose the last commits, but never the file.
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


def time_statements(engine: Engine, observe: Callable[[str, float], None]) -> None:
    """Tell `observe` the kind of every statement of `engine` and the seconds it took.

    The kind is the first word in lower case, `other` for what is none of the four usual ones.
    """

    def begins(connection: Connection, *_: Any) -> None:
        connection.info["paperboy_began"] = time.perf_counter()

    def ended(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:
        word = statement[:6].lower()
        seconds = time.perf_counter() - connection.info["paperboy_began"]
        observe(word if word in _KINDS else "other", seconds)

    event.listen(engine, "before_cursor_execute", begins)
    event.listen(engine, "after_cursor_execute", ended)


def check(path: Path, *, thorough: bool = False) -> str | None:
    """Return what is wrong with the file; `None` when it is empty or an intact SQLite database.

    Args:
        path: the file, which may be in use.
        thorough: compare every index with its table too, which takes several times as long.

    Raises:
        sqlite3.OperationalError: it cannot be opened or is locked, which says nothing of its state.
    """
    header = _header(path)
    if not header:
        return None
    if header != _HEADER:
        return "it is not a SQLite database"
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
            pragma = "integrity_check" if thorough else "quick_check"
            found = connection.execute(f"PRAGMA {pragma}(1)").fetchone()
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if found == ("ok",) else str(found[0] if found else "no answer")


def trouble(error: sqlite3.Error) -> str | None:
    """Return what is wrong with the file, for an error that comes from that."""
    return _TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_HEADER))


def copy(source: Path, target: Path) -> None:
    """Copy a database, also one that is being written to; `target` is whole or not there at all.

    Raises:
        sqlite3.Error, OSError: the copy could not be made.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with (
            closing(
                sqlite3.connect(
                    f"file:{quote(str(source.absolute()))}?mode=ro", uri=True, timeout=BUSY_TIMEOUT
                )
            ) as original,
            closing(sqlite3.connect(unfinished)) as duplicate,
        ):
            # The copy holds people's lists: not more users may read it than the original.
            shutil.copymode(source, unfinished)
            original.backup(duplicate)
            # One self-contained file; the bot turns WAL on again when it opens it.
            duplicate.execute("PRAGMA journal_mode = DELETE")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


async def delete_some(
    conn: AsyncConnection,
    table: Table,
    *where: ColumnElement[bool],
    first: ColumnElement[Any],
    most: int,
) -> int:
    """Delete at most `most` rows, those with the lowest `first`; return how many there were.

    An index on `first` makes the cost that of the deleted rows, however long the table is.
    """
    row = literal_column(f"{table.name}.rowid", Integer)
    some = select(row).select_from(table).where(*where).order_by(first).limit(most)
    return (await conn.execute(delete(table).where(row.in_(some)))).rowcount


def optimize(connection: Connection) -> None:
    """Refresh the statistics of the tables that have changed much, looking at a part of each."""
    connection.exec_driver_sql("PRAGMA analysis_limit = 400")
    connection.exec_driver_sql("PRAGMA optimize")


def checkpoint(path: Path) -> None:
    """Copy what is committed from the log into the file, as far as readers allow; writers go on.

    SQLite does so by itself in the commit after which the log has 1,000 pages, and holds the writer
    until the disk has them (https://www.sqlite.org/wal.html#ckpt). Called between transactions,
    this keeps the log short enough for their commits to return at once.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


def give_back(path: Path, pages: int) -> int:
    """Return at most `pages` free pages to the disk, and how many there were to return.

    A share of `SPARE` stays free for the next day's rows. Databases made before auto_vacuum was on
    return none; see `rebuild`.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:

        def read(name: str) -> int:
            return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

        if read("auto_vacuum") != _INCREMENTAL:
            return 0
        free = read("freelist_count")
        surplus = min(free - int(SPARE * read("page_count")), pages)
        if surplus <= 0:
            return 0
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(surplus):
            # The module takes one step of a statement without rows, and a step frees one page.
            connection.execute("PRAGMA incremental_vacuum(1)")
        connection.execute("COMMIT")
        return free - read("freelist_count")


def waste(path: Path) -> int | None:
    """Return the bytes that `rebuild` would free, `None` where free pages are given back anyway.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
        names = ("auto_vacuum", "freelist_count", "page_size")
        mode, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return None if mode == _INCREMENTAL else free * size


def rebuild(path: Path) -> None:
    """Rewrite the file without free pages, able to give them back from then on.

    Readers go on with what they see; every writer waits, some ten seconds for each GB that is kept.

    Raises:
        sqlite3.Error: it could not be done; the file is as it was.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def take_out_of_service(path: Path) -> bool:
    """Fold the write-ahead log into the file and return whether no other process has it open.

    Leaving WAL needs every other connection gone, whichever process holds it.

    Raises:
        sqlite3.DatabaseError: the file is damaged, so that its log has to be kept beside it.
    """
    if _header(path) not in (b"", _HEADER):
        # SQLite would throw the log away.
        raise sqlite3.DatabaseError("not a database")
    with closing(sqlite3.connect(path, timeout=1.0)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return False
            raise
    return mode == ("delete",)
