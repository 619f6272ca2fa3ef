"""SQLite's driver for SQLAlchemy, with one trip to a connection's thread for each statement.

aiosqlite keeps a thread for each connection. SQLAlchemy's adapter crosses to it four times for one
statement: for a cursor, to execute, to fetch the rows, and to close the cursor. Each time wakes a
thread and then the event loop, which takes longer than most statements. Here all four are done in
one go. A cancelled task therefore leaves no statement half read either, which would keep its lock.
"""

import collections
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.util import await_only


class _Outcome(NamedTuple):
    """What a statement left, after its cursor was closed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


_NOTHING = _Outcome()


def _execute(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    cursor = connection.cursor()
    try:
        cursor.execute(operation, parameters or ())
        rows = cursor.fetchall() if cursor.description else ()
        return _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()


def _execute_many(connection: sqlite3.Connection, operation: str, parameters: Any) -> _Outcome:
    cursor = connection.cursor()
    try:
        cursor.executemany(operation, parameters)
        return _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()


class OneTripCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor (PEP 249) that has every row when its statement has run."""

    __slots__ = ("_arraysize", "_outcome")

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        # Not the adapter's own, which makes a cursor in the thread.
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection.driver_connection
        self._rows = collections.deque()
        self._outcome = _NOTHING
        self._arraysize = 1

    @property
    def description(self) -> Any:
        """The columns of the statement's rows, `None` where it has none."""
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed, -1 where that is not known."""
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> Any:
        """The id of the last row that was inserted."""
        return self._outcome.lastrowid

    @property
    def arraysize(self) -> int:
        """How many rows `fetchmany` returns."""
        return self._arraysize

    @arraysize.setter
    def arraysize(self, value: int) -> None:
        self._arraysize = value

    def execute(self, operation: Any, parameters: Any = None) -> None:
        """Run a statement and take its rows.

        Raises:
            sqlite3.Error: as SQLite has it.
        """
        self._run(_execute, operation, parameters)

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        """Run a statement once for each of the parameters.

        Raises:
            sqlite3.Error: as SQLite has it.
        """
        self._run(_execute_many, operation, seq_of_parameters)

    def _run(self, work: Any, operation: Any, parameters: Any) -> None:
        connection: Any = self._connection
        self._outcome = _NOTHING
        self._rows.clear()
        try:
            self._outcome = await_only(
                connection._execute(work, connection._conn, operation, parameters)
            )
        except Exception as error:
            _raise_as_adapter(self._adapt_connection, error)
        self._rows.extend(self._outcome.rows)
        self._outcome = self._outcome._replace(rows=())

    async def _async_soft_close(self) -> None:
        """Do nothing: the cursor in the thread is closed already."""

    def close(self) -> None:
        """Forget the rows."""
        self._rows.clear()


def _raise_as_adapter(connection: Any, error: Exception) -> NoReturn:
    # A closed connection is an OperationalError there, which SQLAlchemy knows to reconnect for.
    connection._handle_exception(error)
    raise error


class OneTripConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose cursors take one trip for each statement."""

    __slots__ = ()

    _cursor_cls = OneTripCursor


class OneTripDriver(AsyncAdapt_aiosqlite_dbapi):
    """The driver's module as SQLAlchemy takes it (`create_engine(module=…)`)."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arguments: Any, **named: Any) -> OneTripConnection:
        """Open a connection with a thread of its own."""
        made = super().connect(*arguments, **named)
        return OneTripConnection(self, made.driver_connection)
