"""The one search: `/paper search`, its background work, and the benchmarks all go through it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.embedding import Embedder
from papers.search import Analysis, Ranked
from papers.topics import Field, FieldName, Topic
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.index import IndexBusyError, IndexDamagedError, PaperIndex
from storage.papers._read import chunks
from storage.search import _fallback
from storage.search._lexicon import Lexicon
from storage.search._memory import BATCH, Memory
from storage.search._ranking import DEPTH, Ranking, like, rank
from storage.search._suggest import suggest
from storage.search._types import (
    Answer,
    Degraded,
    EngineStatus,
    Hit,
    Passage,
    SearchRequest,
    Similar,
    Sort,
    Suggestion,
)
from storage.tables import papers

log = logging.getLogger(__name__)

MAX_VECTORS = 200_000
"""Papers, newest first, that are searched by meaning unless a setting says otherwise: 80 MB."""

BEHIND = 2_000
"""Papers that an index may lack and still answer; one that lacks more is being made anew."""

_READ = 2_000  # papers indexed at a time
_COMMIT = 40_000  # papers after which a long run is committed, to be resumed from there
_POLL = 30.0  # seconds after which other processes' writes are looked for
_PAUSE = 300.0  # seconds to wait after an unexpected failure of the background work
_WORDS_SHOWN = 5

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class SearchEngine:
    """Search over all papers of a database: opened at start, kept up to date by `run`.

    Everything slow happens in its own threads. Without an index it answers from the database.
    """

    def __init__(self, database: Database, index: PaperIndex, memory: Memory | None) -> None:
        self._database = database
        self._index = index
        self._memory = memory
        self._ready = False
        self._damaged = False
        self._wake = asyncio.Event()
        self._following = asyncio.Lock()
        self._searching = ThreadPoolExecutor(2, "search")
        # One thread, so that closing a session always comes after what was under way in it.
        self._indexing = ThreadPoolExecutor(1, "indexing")

    @classmethod
    async def open(
        cls,
        database: Database,
        *,
        embedder: Embedder | None,
        directory: Path | None = None,
        max_vectors: int = MAX_VECTORS,
    ) -> Self:
        """Open the index beside the database, and read the vectors that are there.

        A missing, damaged or outdated index is no error: it is made anew by `run` or `follow`.
        """
        where = directory or database.path.with_suffix(".index")
        index = await asyncio.to_thread(PaperIndex, where, Analysis())
        memory = None if embedder is None else Memory(database, embedder, max_vectors)
        engine = cls(database, index, memory)
        if memory is not None:
            await memory.load()
        await engine._see_how_far()
        return engine

    @property
    def analysis(self) -> Analysis:
        """How this index cuts texts into words."""
        return self._index.analysis

    @property
    def ready(self) -> bool:
        """Whether the index answers; otherwise the database does, slower and plainer."""
        return self._ready

    async def search(self, request: SearchRequest) -> Answer:
        """Return the papers that answer a request, at most 250 of them when sorted by best."""
        if self._ready:
            ranking = await self._unless_damaged(
                self._searching, rank, self._index, self._memory, request
            )
            if ranking is not None:
                return await self._answer(request, ranking)
        words = self._index.analysis.query(request.text)
        async with self._database.read() as conn:
            found = await _fallback.find(conn, request, words, DEPTH)
        if request.expression is not None:
            found = await self._allowed(request.expression, found)
        return Answer(hits=tuple(Hit(paper_id, 0.0) for paper_id in found), degraded=Degraded.INDEX)

    async def suggest(self, text: str, limit: int = 25) -> list[Suggestion]:
        """Return ways to go on typing `text`; none while there is no index."""
        if not self._ready:
            return []
        found = await self._unless_damaged(self._searching, suggest, self._index, text, limit)
        return found or []

    async def similar(self, paper_id: str, limit: int = 10) -> list[Similar]:
        """Return the papers most like one, each with what they share; none for unknown papers."""
        async with self._database.read() as conn:
            entry = await stored_papers.get(conn, paper_id)
        if entry is None or not self._ready:
            return []
        found = await self._unless_damaged(
            self._searching, like, self._index, self._memory, entry, limit
        )
        async with self._database.read() as conn:
            ids = await _ids(conn, [row for row, *_ in found or []])
            known = await stored_papers.get_many(conn, ids.values())
        names = {author.name for author in entry.paper.authors}
        return [
            Similar(
                paper_id=ids[row],
                score=score,
                cosine=cosine,
                words=tuple(words[:_WORDS_SHOWN]),
                authors=tuple(
                    author.name for author in known[ids[row]].paper.authors if author.name in names
                ),
            )
            for row, score, cosine, words in found or []
            if row in ids
        ]

    async def passages(
        self, text: str, abstracts: Sequence[str], length: int
    ) -> list[Passage | None]:
        """Return of each abstract the passage that answers `text`; None where no word of it is."""

        def find() -> list[Passage | None]:
            lexicon = Lexicon(self._index)
            plan = lexicon.plan(text)
            found = [lexicon.snippet(plan, abstract, length) for abstract in abstracts]
            return [Passage(part, tuple(marks)) if marks else None for part, marks in found]

        found = await self._unless_damaged(self._searching, find)
        return found if found is not None else [None] * len(abstracts)

    def wake(self) -> None:
        """Tell the background work that papers have changed."""
        self._wake.set()

    async def run(self) -> None:
        """Keep index and vectors up to date until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.follow()
                if await self.embed_next():
                    continue
            except Exception:
                log.exception("search could not be brought up to date")
                await asyncio.sleep(_PAUSE)
            try:
                async with asyncio.timeout(_POLL):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring the index up to date; return how many papers were taken in.

        While another process writes the index, nothing is done: it follows the database there.

        Args:
            progress: is told how many papers each batch had.
        """
        async with self._following:
            if self._damaged:
                await self._in(self._indexing, self._index.clear)
                self._damaged = False
            try:
                taken = await self._take_in(progress)
            except IndexDamagedError as error:
                log.warning("the search index is damaged and is made anew error=%s", error)
                self._ready = False
                await self._in(self._indexing, self._index.clear)
                taken = await self._take_in(progress)
            except IndexBusyError:
                await self._in(self._indexing, self._index.reload)
                taken = 0
            await self._see_how_far()
            return taken

    async def embed_next(self, limit: int = BATCH) -> int:
        """Embed the next papers that need it, newest first; return how many, 0 when done."""
        if self._memory is None:
            return 0
        done = await self._memory.embed_next(limit)
        if not done:
            await self._memory.forget_other_models()
        return done

    async def status(self) -> EngineStatus:
        """Return how far index and vectors are."""
        async with self._database.read() as conn:
            total = await stored_papers.count(conn)
            embedded = 0
            if self._memory is not None:
                embedded = await vectors.count(conn, self._memory.model)
        return EngineStatus(
            papers=total,
            indexed=self._index.papers,
            embedded=embedded,
            embedder=None if self._memory is None else self._memory.embedder.name,
            ready=self._ready,
        )

    async def close(self) -> None:
        """Finish what is under way and let the threads go."""
        self._ready = False
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._searching.shutdown(wait=True, cancel_futures=True)
        self._indexing.shutdown(wait=True)
        if self._memory is not None:
            self._memory.close()

    async def _take_in(self, progress: Callable[[int], None] | None) -> int:
        mark = await self._in(self._indexing, self._index.watermark)
        async with self._database.read() as conn:
            latest = await stored_papers.latest_revision(conn)
            total = await stored_papers.count(conn)
        if mark > latest or self._index.papers > total:
            # An older database was put back beside a newer index.
            raise IndexDamagedError("it holds papers that the database does not")
        if mark == latest:
            return 0
        lacking = total - self._index.papers
        session = await self._in(self._indexing, self._index.begin, many=lacking > BEHIND)
        try:
            taken = since_commit = 0
            while True:
                async with self._database.read() as conn:
                    batch = await stored_papers.changed_since(conn, session.watermark, _READ)
                if not batch:
                    break
                await self._in(self._indexing, session.add, batch)
                taken += len(batch)
                since_commit += len(batch)
                if progress is not None:
                    progress(len(batch))
                if since_commit >= _COMMIT:
                    await self._in(self._indexing, session.commit)
                    since_commit = 0
            await self._in(self._indexing, session.commit)
        finally:
            # Queued behind whatever is under way, also when this task was cancelled.
            closing = self._indexing.submit(session.close)
            await asyncio.shield(asyncio.wrap_future(closing))
        return taken

    async def _see_how_far(self) -> None:
        async with self._database.read() as conn:
            total = await stored_papers.count(conn)
            lacking = (
                await conn.scalar(
                    select(func.count())
                    .select_from(papers)
                    .where(papers.c.revision > await self._watermark())
                )
                or 0
            )
        self._ready = not self._damaged and (lacking == 0 or lacking <= min(BEHIND, total // 2))

    async def _watermark(self) -> int:
        try:
            return await self._in(self._indexing, self._index.watermark)
        except IndexDamagedError:
            self._damaged = True
            return 0

    async def _answer(self, request: SearchRequest, ranking: Ranking) -> Answer:
        rows = [hit.row for hit in ranking.hits]
        if request.sort is Sort.BEST:
            async with self._database.read() as conn:
                ids = await _ids(conn, rows)
            hits = tuple(_hit(ids[hit.row], hit) for hit in ranking.hits if hit.row in ids)
        else:
            hits = await self._sorted(request.sort, ranking.hits)
        if request.expression is not None and _names_abstract(request.expression):
            allowed = set(await self._allowed(request.expression, [hit.paper_id for hit in hits]))
            hits = tuple(hit for hit in hits if hit.paper_id in allowed)
        return Answer(hits, ranking.plan.corrections, ranking.by_meaning)

    async def _allowed(self, topic: Topic, paper_ids: Sequence[str]) -> list[str]:
        """Return the papers that meet a topic's conditions by their text, not by the index."""
        async with self._database.read() as conn:
            known = await stored_papers.get_many(conn, paper_ids)
        entries = known.items()
        return await asyncio.to_thread(
            lambda: [paper_id for paper_id, entry in entries if topic.allows(entry.paper)]
        )

    async def _sorted(self, sort: Sort, ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
        async with self._database.read() as conn:
            facts = await _facts(conn, [hit.row for hit in ranked])
        hits = [hit for hit in ranked if hit.row in facts]
        by = 1 if sort is Sort.NEWEST else 2
        hits.sort(key=lambda hit: facts[hit.row][by], reverse=True)
        return tuple(_hit(facts[hit.row][0], hit) for hit in hits)

    async def _unless_damaged(
        self,
        pool: ThreadPoolExecutor,
        call: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result | None:
        """Run a question to the index; if its files cannot be read, have it made anew."""
        try:
            return await self._in(pool, call, *args, **kwargs)
        except (ValueError, OSError):
            # What tantivy raises for files that are gone or not what they were.
            log.exception("the search index cannot be read and is made anew")
            self._damaged = True
            self._ready = False
            self.wake()
            return None

    async def _in(
        self,
        pool: ThreadPoolExecutor,
        call: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result:
        return await asyncio.wrap_future(pool.submit(call, *args, **kwargs))


def _names_abstract(topic: Topic) -> bool:
    leaves = (condition.leaf for branch in topic.branches for condition in branch.conditions)
    return any(isinstance(leaf, Field) and leaf.name is FieldName.ABSTRACT for leaf in leaves)


async def _ids(conn: AsyncConnection, rows: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in chunks(rows):
        statement = select(papers.c.row, papers.c.id).where(papers.c.row.in_(part))
        for row, paper_id in await conn.execute(statement):
            found[row] = paper_id
    return found


async def _facts(
    conn: AsyncConnection, rows: Sequence[int]
) -> dict[int, tuple[str, datetime, int]]:
    """Return id, time of publication and votes of papers by row."""
    found: dict[int, tuple[str, datetime, int]] = {}
    for part in chunks(rows):
        statement = select(
            papers.c.row,
            papers.c.id,
            papers.c.published_at,
            papers.c.first_seen_at,
            papers.c.upvotes,
        ).where(papers.c.row.in_(part))
        for row, paper_id, published, seen, votes in await conn.execute(statement):
            found[row] = paper_id, published or seen, votes or 0
    return found


def _hit(paper_id: str, hit: Ranked) -> Hit:
    return Hit(paper_id, hit.score, hit.tier, hit.cosine)
