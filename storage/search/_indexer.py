"""Indexer: brings the index up to the database, incrementally, or rebuilds it."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from sqlalchemy import func, select

from storage import papers as stored_papers
from storage.database import Database
from storage.search._index import IndexBusyError, IndexDamagedError, PaperIndex
from storage.tables import papers

log = logging.getLogger(__name__)

BEHIND = 2_000
"""Papers that an index may lack and still answer; one that lacks more is being rebuilt."""

_PROBES = 50  # newest papers by which an index is known to be the database's own
_READ = 500  # papers indexed at a time; making them of rows holds the loop for 40 ms
_COMMIT = 40_000  # papers after which a long run is committed, to be resumed from there

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class Indexer:
    """Writes the index of a database, and knows whether it may answer."""

    def __init__(self, database: Database, index: PaperIndex) -> None:
        self._database = database
        self._index = index
        self._damaged = False
        self._following = asyncio.Lock()
        # One thread, so that closing a session always comes after what was under way in it.
        self._indexing = ThreadPoolExecutor(1, "indexing")
        self.ready = False
        """Whether the index is good enough to answer."""

    def invalidate(self) -> None:
        """Have the next `follow` rebuild the index."""
        self._damaged = True
        self.ready = False

    async def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring the index up to date; return how many papers were indexed.

        Args:
            progress: called with how many papers each batch had.
        """
        async with self._following:
            if self._damaged:
                await self._in_thread(self._index.clear)
                self._damaged = False
            try:
                taken = await self._take_in(progress)
            except IndexDamagedError as error:
                log.warning("rebuilding the search index: %s", error)
                self.ready = False
                await self._in_thread(self._index.clear)
                taken = await self._take_in(progress)
            except IndexBusyError:
                await self._in_thread(self._index.reload)
                taken = 0
            await self.refresh_state()
            return taken

    async def refresh_state(self) -> None:
        """Find out whether the index may answer."""
        try:
            mark = await self._in_thread(self._index.watermark)
            self._damaged |= not await self._belongs(mark)
        except IndexDamagedError:
            self._damaged = True
            mark = 0
        if self._damaged:
            self.ready = False
            return
        lacks = select(func.count()).select_from(papers).where(papers.c.revision > mark)
        async with self._database.read() as conn:
            total = await stored_papers.count(conn)
            lacking = await conn.scalar(lacks) or 0
        self.ready = lacking == 0 or lacking <= min(BEHIND, total // 2)

    def close(self) -> None:
        """Finish what is under way. Blocking."""
        self.ready = False
        self._indexing.shutdown(wait=True)

    async def _take_in(self, progress: Callable[[int], None] | None) -> int:
        mark = await self._in_thread(self._index.watermark)
        async with self._database.read() as conn:
            latest = await stored_papers.latest_revision(conn)
            total = await stored_papers.count(conn)
        if self._index.papers > total or not await self._belongs(mark):
            raise IndexDamagedError("it was made from another database")
        if mark == latest:
            return 0
        lacking = total - self._index.papers
        session = await self._in_thread(self._index.begin, many=lacking > BEHIND)
        try:
            taken = since_commit = 0
            while True:
                async with self._database.read() as conn:
                    batch = await stored_papers.changed_since(conn, session.watermark, _READ)
                if not batch:
                    break
                await self._in_thread(session.add, batch)
                taken += len(batch)
                since_commit += len(batch)
                if progress is not None:
                    progress(len(batch))
                if since_commit >= _COMMIT:
                    await self._in_thread(session.commit)
                    since_commit = 0
            await self._in_thread(session.commit)
        finally:
            # Queued behind whatever is under way, also when this task was cancelled.
            closing = self._indexing.submit(session.close)
            await asyncio.shield(asyncio.wrap_future(closing))
        return taken

    async def _belongs(self, mark: int) -> bool:
        """Tell whether the index was made from this database, as it still is.

        Where an older copy was put back, the same numbers soon stand for other papers.
        """
        newest = await self._in_thread(self._index.newest, _PROBES)
        statement = select(papers.c.row, papers.c.id, papers.c.revision).where(
            papers.c.row.in_([row for row, _, _ in newest])
        )
        async with self._database.read() as conn:
            known = {row: (each, last) for row, each, last in await conn.execute(statement)}
        for row, revision, paper_id in newest:
            same, last = known.get(row, ("", 0))
            # Of a paper that has changed since, the index learns next; it lacks no change before.
            if same != paper_id or not (last == revision or last > mark):
                return False
        return True

    async def _in_thread(
        self,
        call: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        return await asyncio.wrap_future(self._indexing.submit(call, *args, **kwargs))
