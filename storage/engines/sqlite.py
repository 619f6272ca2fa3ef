"""What only SQLite knows of connections: pragmas and locks; `storage.sqlite_file` has its files."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

BUSY_TIMEOUT = 15.0
"""Seconds that a statement waits for another process, such as an import, to release the file."""

DRIVER_ARGUMENTS = {"isolation_level": None, "timeout": BUSY_TIMEOUT}
"""The driver begins nothing itself: its own BEGIN is deferred, late, and skips reads and DDL."""

OLDEST = (3, 37, 0)
"""The first SQLite that knows STRICT tables."""

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


def optimize(connection: Connection) -> None:
    """Refresh the statistics of the tables that have changed much, looking at a part of each."""
    connection.exec_driver_sql("PRAGMA analysis_limit = 400")
    connection.exec_driver_sql("PRAGMA optimize")
