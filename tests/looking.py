"""Looking into a database beside the bot that has it open, whichever engine keeps it."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import URL, NullPool, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

T = TypeVar("T")
Rows = list[tuple[Any, ...]]

BUSY: Final = 15.0
"""Seconds that a statement waits for the bot's own."""


class Look(Protocol):
    """A connection of a test's own; every statement is a transaction."""

    def rows(self, statement: str, **values: object) -> Rows:
        """Run a statement that both engines take, with values as `:name`."""
        ...

    def state(self) -> object:
        """Return what is another one whenever somebody else has written."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def look(url: str) -> Look:
    """Connect to the database that `url` names."""
    found = make_url(url)
    return _File(found) if found.get_backend_name() == "sqlite" else _Served(found)


def rows(url: str, statement: str, **values: object) -> Rows:
    """Run one statement on the database that `url` names."""
    with closing(look(url)) as there:
        return there.rows(statement, **values)


class _File:
    def __init__(self, url: URL) -> None:
        self._file = sqlite3.connect(str(url.database), timeout=BUSY, isolation_level=None)

    def rows(self, statement: str, **values: object) -> Rows:
        return self._file.execute(statement, values).fetchall()

    def state(self) -> object:
        return self.rows("PRAGMA data_version")

    def close(self) -> None:
        self._file.close()


class _Served:
    """Has a loop in a thread of its own: the caller's may be running one."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._conn = self._wait(self._connect())

    def rows(self, statement: str, **values: object) -> Rows:
        return self._wait(self._ask(statement, values))

    def state(self) -> object:
        return self.rows("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")

    def close(self) -> None:
        self._wait(self._conn.close())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

    async def _connect(self) -> Any:
        return await self._engine.connect()

    async def _ask(self, statement: str, values: dict[str, object]) -> Rows:
        result = await self._conn.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else []

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._thread.submit(self._runner.run, work).result()
