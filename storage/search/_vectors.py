"""The semantic half: the embedder, the vectors in memory, and the queue that fills both."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cachetools import LRUCache

from papers.embedding import Embedder, EmbeddingError, paper_text
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.search._matrix import COMPACT_FROM, VectorMatrix
from storage.search._unembedded import Unembedded
from storage.search._vector_memory import VectorMemory
from storage.vectors import Embedded, Floats

log = logging.getLogger(__name__)

BATCH = 32
"""Papers embedded and written at a time: below a second of work, so that stopping is quick."""

HELPERS = 2
"""Two searches at a time have two halves each."""

_NICE = 10  # the thread's priority below the rest of the process, where the system can do that
_QUERIES = 512  # vectors of queries kept: turning a page embeds nothing
_TITLES = 4_000  # vectors of titles kept, 6 MB: papers alike are alike to the same papers
_QUERY_WORDS = 64  # a longer query's vector is that of its beginning


class VectorCache:
    """Vectors of the newest papers, kept up to date with the database by one embedder."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        limit: int,
        file: Path,
        *,
        compact_from: int = COMPACT_FROM,
        embeds: bool = True,
    ) -> None:
        """`limit` is of papers, and the rest as `VectorMemory` takes it.

        One that does not `embed` papers takes the vectors that another process makes.
        """
        self.embedder = embedder
        self.embeds = embeds
        self._followed = 0
        self.model = vectors.model_key(embedder)
        self._database = database
        self._memory = VectorMemory(
            database, file, self.model, embedder.dimensions, limit, compact_from=compact_from
        )
        self._limit = limit
        self.matrix = VectorMatrix(embedder.dimensions, limit)
        self.works = True
        """Whether the model embedded what it was last asked for."""
        self._unembedded = Unembedded(self.model)
        self._kept: int | None = None
        self._loading = asyncio.Lock()
        self._loaded = False
        self._queries: LRUCache[str, Floats] = LRUCache(_QUERIES)
        self._titles: LRUCache[str, Floats] = LRUCache(_TITLES)
        self._queries_lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "embedding", initializer=_step_back)
        self.helper = ThreadPoolExecutor(HELPERS, "search-half")
        """Threads for one half of a search each."""

    async def load(self) -> None:
        """Read the vectors that the database has, unless they have been read."""
        async with self._loading:
            if not self._loaded:
                if not self.embeds:
                    async with self._database.read() as conn:
                        self._followed = await vectors.embedded_up_to(conn, self.model)
                self.matrix = await self._memory.load()
                self._loaded = True

    async def follow(self) -> None:
        """Take in the vectors that another process has made since the last time."""
        await self.load()
        async with self._database.read() as conn:
            latest = await stored_papers.latest_revision(conn)
            if latest == self._followed:
                return
            upto = await vectors.embedded_up_to(conn, self.model)
            above = min(self._followed, upto)
            found = vectors.newest(
                conn, self.model, self.embedder.dimensions, self._limit, above=above
            )
            async for rows, made in found:
                await asyncio.to_thread(self.matrix.add, rows, made)
        self._followed = upto

    async def embed_next(self, limit: int = BATCH) -> int:
        """Embed the newest papers that lack a vector of their present text; return how many.

        Raises:
            EmbeddingError: the model cannot be loaded.
        """
        await self.load()
        async with self._database.read() as conn:
            batch = await self._unembedded.next(conn, limit)
        if not batch:
            if (upto := self._unembedded.up_to) is not None:
                await self._keep(upto)
            return 0
        loop = asyncio.get_running_loop()
        texts = [paper_text(entry.paper) for entry in batch]
        found = await loop.run_in_executor(self._thread, self.embed, texts)
        embedded = [
            Embedded(entry.paper.id, entry.row, entry.revision, vector)
            for entry, vector in zip(batch, found, strict=True)
        ]
        async with self._database.write() as conn:
            await vectors.put(conn, self.model, embedded)
        self._unembedded.done(batch)
        self._memory.changed += len(batch)
        await asyncio.to_thread(self.matrix.add, [item.row for item in embedded], found)
        return len(batch)

    async def _keep(self, upto: int) -> None:
        """Keep how far the model is, and what was embedded since the last time."""
        if upto != self._kept:
            async with self._database.write() as conn:
                await vectors.put_embedded_up_to(conn, self.model, upto)
            self._kept = upto
        await self._memory.keep(self.matrix, upto)

    async def forget_other_models(self) -> None:
        """Drop what an earlier model left, once everything is embedded again."""
        forgotten, more = 0, 1
        while more:
            async with self._database.write() as conn:  # in turns with other writers
                more = await vectors.forget_other_models(conn, self.model)
            forgotten += more
        if forgotten:
            log.info("dropped vectors of other models vectors=%d", forgotten)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return one unit row per text. Blocking.

        Raises:
            EmbeddingError: the model cannot be loaded.
        """
        try:
            found = self.embedder.embed(texts)
        except EmbeddingError:
            self.works = False
            raise
        self.works = True
        return found

    def of_titles(self, titles: Sequence[str]) -> list[Floats]:
        """Return one unit vector per title. Blocking.

        Raises:
            EmbeddingError: the model cannot be loaded.
        """
        with self._queries_lock:
            found = {title: self._titles.get(title) for title in titles}
        new = [title for title, vector in found.items() if vector is None]
        made = dict(zip(new, self.embed(new), strict=True)) if new else {}
        with self._queries_lock:
            self._titles.update(made)
        return [made[title] if (known := found[title]) is None else known for title in titles]

    def of_query(self, words: Sequence[str], text: str) -> Floats:
        """Return a query's unit vector. Blocking.

        Raises:
            EmbeddingError: the model cannot be loaded.
        """
        asked = " ".join(text.split()[:_QUERY_WORDS]) or " ".join(words)
        with self._queries_lock:
            if (known := self._queries.get(asked)) is not None:
                return known
        vector = self.embed([asked])[0]
        with self._queries_lock:
            self._queries[asked] = vector
        return vector

    def nearest(self, vector: Floats, limit: int) -> list[int]:
        """Return the rows of the nearest papers, the nearest first."""
        return self.matrix.nearest(vector, limit)

    def close(self) -> None:
        """Let the batch under way finish, and start no other."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        self.helper.shutdown(wait=True, cancel_futures=True)


def _step_back() -> None:
    # On Linux priorities are per thread; elsewhere this would slow the whole process down.
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
