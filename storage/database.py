"""The open database: one writer, several readers."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Self, TypeAlias

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage import migrations
from storage.database_file import DatabaseError, file_of, prepare
from storage.engines import sqlite, sqlite_file
from storage.priority import PriorityLock, is_background

READERS = 4
"""Connections kept for reading; SQLite reads from memory, more only wait for the interpreter."""

LAST_READS = 5.0
"""Seconds for which closing waits for what is being read."""

WORTH_REBUILDING = 100_000_000
"""Bytes below which an old file keeps its free pages: they are used again."""

Observe: TypeAlias = Callable[[str, float], None]
Fence: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]


class Database:
    """One SQLite file with a single writer and readers that see committed states only.

    Made by `open`. Every connection has a thread that keeps the process alive: `close` it.
    """

    def __init__(
        self, path: Path, writer: AsyncEngine, readers: AsyncEngine, observe: Observe | None
    ) -> None:
        self.path = path
        self.fence: Fence | None = None
        """Called at the start of each writing transaction, which ends with what it raises."""
        self._observe = observe
        self._writer = writer
        self._readers = readers
        self._lock = PriorityLock()
        # The patient never take every connection, however many they are.
        self._patient_reads = asyncio.Semaphore(READERS)
        self._reads: dict[asyncio.Future[None], asyncio.Task[object] | None] = {}
        self._writing: asyncio.Task[object] | None = None
        self._closed = False

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        migrate: bool = True,
        observe: Observe | None = None,
        history: Path = migrations.DIRECTORY,
    ) -> Self:
        """Open the file that `url` names, bring its schema up to date, and check that it is whole.

        Args:
            url: `sqlite+aiosqlite:///relative/or//absolute/path` (or `sqlite:///…`).
            migrate: create a missing file and apply missing migrations; otherwise both are errors.
            observe: called with the kind of each statement (`select`, …, also `transaction` for a
                whole writing one and `wait` for the wait before it) and the seconds it took.
            history: where the migrations are.

        Raises:
            DatabaseError: with a sentence for the person who runs the bot.
        """
        path = file_of(url)
        await asyncio.to_thread(prepare, path, migrate, history)
        writer = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,
            max_overflow=0,
            connect_args=sqlite.DRIVER_ARGUMENTS,
        )
        readers = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)),
            poolclass=AsyncAdaptedQueuePool,
            pool_size=READERS,
            max_overflow=READERS,
            connect_args=sqlite.DRIVER_ARGUMENTS,
        )
        sqlite.set_up_writer(writer.sync_engine)
        sqlite.set_up_readers(readers.sync_engine)
        if observe is not None:
            for engine in (writer, readers):
                sqlite.time_statements(engine.sync_engine, observe)
        return cls(path, writer, readers, observe)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """Yield the one connection that may write; commit at the end, roll back on any error.

        The write lock is taken at the start, so what is read inside cannot change before it is
        written. Keep network and other slow work out of it.
        """
        if self._writing is asyncio.current_task():
            raise RuntimeError("this task is already writing: pass its connection on")
        asked = time.perf_counter()
        async with self._lock:
            self._refuse_when_closed()
            began = time.perf_counter()
            self._writing = asyncio.current_task()
            try:
                async with self._writer.begin() as connection:
                    if self.fence is not None:
                        await self.fence(connection)
                    yield connection
            finally:
                self._writing = None
                if self._observe is not None:
                    self._observe("wait", began - asked)
                    self._observe("transaction", time.perf_counter() - began)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """Yield a connection that sees one committed state throughout and refuses to write."""
        self._refuse_when_closed()
        turn = self._patient_reads if is_background() else nullcontext()
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reads[over] = asyncio.current_task()
        try:
            async with turn, self._readers.connect() as connection:
                try:
                    yield connection
                finally:
                    if self._closed:
                        # It came from a pool that is gone, and nothing else would end its thread.
                        await connection.invalidate()
        finally:
            del self._reads[over]
            over.set_result(None)

    async def backup(self, target: Path) -> None:
        """Write a copy of the present state to `target` while the bot goes on.

        Raises:
            DatabaseError: `target` exists, or cannot be written.
        """
        await asyncio.to_thread(_back_up, self.path, target)

    async def optimize(self) -> None:
        """Let SQLite bring up to date what it knows of its tables, to choose the right indexes."""
        async with self.write() as connection:
            await connection.run_sync(sqlite.optimize)

    async def checkpoint(self) -> None:
        """Copy SQLite's log into the file without holding the writer (`sqlite_file.checkpoint`)."""
        self._refuse_when_closed()
        await asyncio.to_thread(sqlite_file.checkpoint, self.path)

    async def give_back(self, pages: int = 500) -> int:
        """Return a few free pages to the disk; return how many, 0 when enough are."""
        async with self._lock:
            self._refuse_when_closed()
            return await asyncio.to_thread(sqlite_file.give_back, self.path, pages)

    async def rebuild(self, *, worth: int = WORTH_REBUILDING) -> int:
        """Rebuild a database made before free pages were given back, where that is worth it.

        Only where half of the file is free, and only with room for twice what is kept. Returns the
        bytes freed; writers wait meanwhile.

        Args:
            worth: bytes that have to be free at least.

        Raises:
            DatabaseError: it is worth it, but there is no room, or it failed.
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
        async with self._lock:
            self._refuse_when_closed()
            try:
                await asyncio.to_thread(sqlite_file.rebuild, self.path)
            except sqlite3.Error as error:
                raise DatabaseError(f"{self.path} could not be made smaller: {error}") from error
        return size - self.path.stat().st_size

    async def close(self) -> None:
        """Close every connection; waits for the writer, and may be called again.

        A block that is still reading may finish, after which its connection goes too; it is waited
        for, too, unless it is the caller's own, or takes longer than `LAST_READS`.
        """
        async with self._lock:
            self._closed = True
            await self._writer.dispose()
            await self._readers.dispose()
        # A loop that ends in the middle of such a connection's end would wait for it for ever.
        here = asyncio.current_task()
        if others := [over for over, task in self._reads.items() if task is not here]:
            await asyncio.wait(others, timeout=LAST_READS)

    def _refuse_when_closed(self) -> None:
        # The engines would quietly connect again, and that connection would never be closed.
        if self._closed:
            raise RuntimeError("the database is closed")


def _back_up(source: Path, target: Path) -> None:
    if target.exists():
        raise DatabaseError(f"{target} exists already; name a file that does not")
    try:
        sqlite_file.copy(source, target)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"cannot write the backup {target}: {error}") from error
