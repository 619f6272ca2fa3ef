"""The open database: one writer, several readers."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Self, TypeAlias

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import database_server, migrations
from storage.database_file import prepare
from storage.engines.postgresql import PostgreSQL
from storage.engines.protocol import READERS, Engine, Observe
from storage.engines.sqlite import SQLiteFile
from storage.engines.timing import time_statements
from storage.engines.urls import parsed
from storage.priority import PriorityLock, is_background

LAST_READS = 5.0
"""Seconds for which closing waits for what is being read."""

WORTH_REBUILDING = 100_000_000
"""Bytes below which an old file keeps its free pages: they are used again."""

Fence: TypeAlias = Callable[[AsyncConnection], Awaitable[None]]


class Database:
    """One database with a single writer and readers that see committed states only.

    Made by `open`. Every connection of SQLite has a thread that keeps the process alive: `close`
    it.
    """

    def __init__(self, engine: Engine, path: Path, observe: Observe | None) -> None:
        self.path = path
        """The file of SQLite; for a server's database, the name of what is kept beside it here."""
        self.fence: Fence | None = None
        """Called at the start of each writing transaction, which ends with what it raises."""
        self.revision = ""
        """The newest schema that this program knows."""
        self.ahead = False
        """Whether a newer version had given the database another schema when it was opened."""
        self._engine = engine
        self._observe = observe
        self._writer = engine.writer
        self._readers = engine.readers
        self._lock = PriorityLock()
        # The patient never take every connection, however many they are.
        self._patient_reads = asyncio.Semaphore(READERS)
        self._reads: dict[asyncio.Future[None], asyncio.Task[object] | None] = {}
        self._writing: asyncio.Task[object] | None = None
        self._files = path.parent
        self._closed = False

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        migrate: bool = True,
        observe: Observe | None = None,
        history: Path = migrations.DIRECTORY,
        files: Path | None = None,
        moving: bool = False,
    ) -> Self:
        """Open the database that `url` names, bring its schema up to date, and check a file.

        Args:
            url: `sqlite+aiosqlite:///relative/or//absolute/path` (or `sqlite:///…`), or
                `postgresql+asyncpg://user:password@host/database`.
            migrate: create a missing file or missing tables and apply missing migrations; otherwise
                both are errors.
            observe: called with the kind of each statement (`select`, …, also `transaction` for a
                whole writing one and `wait` for the wait before it) and the seconds it took.
            history: where the migrations are.
            files: the folder for what is derived from the database, such as the search index; by
                default a file's own, and for a server's database the working directory.
            moving: open one that holds only a part of another (`storage.unfinished`), but none of
                an older schema.

        Raises:
            DatabaseError: with a sentence for the person who runs the bot.
        """
        found = parsed(url)
        if isinstance(found, URL):
            schema = await database_server.prepare(found, migrate, history, moving=moving)
            engine: Engine = PostgreSQL(found)
            path = (files or Path()) / f"{found.database}.db"
        else:
            await asyncio.to_thread(prepare, found, migrate, history, moving=moving)
            schema = migrations.known_revisions(history)[-1]
            engine = SQLiteFile(found)
            path = found
        if observe is not None:
            for pool in (engine.writer, engine.readers):
                time_statements(pool.sync_engine, observe)
        opened = cls(engine, path, observe)
        opened._files = path.parent if files is None else files
        opened.revision = migrations.known_revisions(history)[-1]
        opened.ahead = schema != opened.revision
        return opened

    async def require_usable(self, conn: AsyncConnection) -> None:
        """Refuse to go on where a newer version has changed the schema too much since.

        Raises:
            OutdatedError: with a sentence for the person who runs the bot.
        """
        await conn.run_sync(migrations.require_usable, self.label, self.revision)

    @property
    def label(self) -> str:
        """How messages name the database, without its password."""
        return self._engine.label

    @property
    def is_file(self) -> bool:
        """Whether it is a file of SQLite, not a server's."""
        return isinstance(self._engine, SQLiteFile)

    def beside(self, suffix: str) -> Path:
        """Return where a derived file or folder is kept, such as `.index` for the search index."""
        return self._files / (self.path.stem + suffix)

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncGenerator[AsyncConnection]:
        """Yield the one connection that may write; commit at the end, roll back on any error.

        The write lock is taken at the start, so what is read inside cannot change before it is
        written. Keep network and other slow work out of it.

        Args:
            durable: return when the commit, and all before it, outlast a power cut, too: where what
                follows cannot be taken back, as a message, or was promised. It waits for the disk.
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
        if durable:
            await self._engine.sync()

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
        await self._engine.backup(target)

    async def damage(self) -> str | None:
        """Return what is wrong with the database's file, `None` if it is intact."""
        return await self._engine.damage()

    async def size(self) -> int:
        """Return the bytes that the database takes, on whatever disk it is."""
        return await self._engine.size()

    def take_any_text(self) -> None:
        """Let what is read hold what is no character, as old files may; call it before reading."""
        self._engine.take_any_text()

    async def optimize(self) -> None:
        """Bring up to date what the engine knows of its tables, to choose the right indexes."""
        async with self.write() as connection:
            await connection.run_sync(self._engine.optimize)

    async def checkpoint(self) -> None:
        """Copy the log into the file without holding the writer, where there is one."""
        self._refuse_when_closed()
        await self._engine.checkpoint()

    async def give_back(self, pages: int = 500) -> int:
        """Return a few free pages to the disk; return how many, 0 when enough are."""
        async with self._lock:
            self._refuse_when_closed()
            return await self._engine.give_back(pages)

    async def rebuild(self, *, worth: int = WORTH_REBUILDING) -> int:
        """Rebuild a database made before free pages were given back, where that is worth it.

        Returns the bytes freed; writers wait meanwhile.

        Args:
            worth: bytes that have to be free at least.

        Raises:
            DatabaseError: it is worth it, but there is no room, or it failed.
        """
        async with self._lock:
            self._refuse_when_closed()
            return await self._engine.rebuild(worth)

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
