"""The one search: `/paper search`, its background work, and the benchmarks all go through it."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

import numpy as np

from papers.embedding import Embedder, EmbeddingError
from papers.model import Paper
from papers.search import LIKE_TITLED, Analysis
from papers.topics import Topic
from storage import papers as stored_papers
from storage import vectors
from storage.database import Database
from storage.search import _fallback
from storage.search._answers import allowed, answer, ids_of
from storage.search._conditions import Conditions
from storage.search._index import PaperIndex
from storage.search._index_queries import IndexQueries
from storage.search._indexer import Indexer
from storage.search._matrix import COMPACT_FROM
from storage.search._ranking import DEPTH, like, like_by_title, rank
from storage.search._suggest import Suggester
from storage.search._types import (
    Answer,
    Degraded,
    EngineStatus,
    Hit,
    Passage,
    SearchRequest,
    Similar,
    Suggestion,
)
from storage.search._vector_file import VECTOR_FILE
from storage.search._vectors import BATCH, VectorCache
from storage.vectors import Floats

log = logging.getLogger(__name__)

MAX_VECTORS = 200_000
"""Papers, newest first, that are searched by meaning unless a setting says otherwise: 80 MB."""

_WORDS_SHOWN = 5

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class SearchEngine:
    """Search over all papers of a database: opened at start, kept up to date by `follow` and
    `embed_next`.

    Everything slow happens in its own threads. Without an index it answers from the database.
    """

    def __init__(self, database: Database, index: PaperIndex, memory: VectorCache | None) -> None:
        self._database = database
        self._index = index
        self._vectors = memory
        self._indexer = Indexer(database, index)
        self._suggester = Suggester(index)
        self._searching = ThreadPoolExecutor(2, "search")

    @classmethod
    async def open(
        cls,
        database: Database,
        *,
        embedder: Embedder | None,
        directory: Path | None = None,
        max_vectors: int = MAX_VECTORS,
        compact_from: int = COMPACT_FROM,
        embeds: bool = True,
    ) -> Self:
        """Open the index beside the database; the vectors are read when they are first needed.

        A missing, damaged or outdated index is no error: the next `follow` rebuilds it.

        Args:
            database: whose papers are searched.
            embedder: of papers and queries; without one all is found by its words.
            directory: of the index, if not beside the database.
            max_vectors: papers, newest first, that are searched by meaning.
            compact_from: vectors from which they are kept as int8, and in a file.
            embeds: whether papers are embedded here; otherwise another process does.
        """
        where = directory or database.beside(".index")
        index = await asyncio.to_thread(PaperIndex, where, Analysis())
        memory = None
        if embedder is not None:
            file = where / VECTOR_FILE
            memory = VectorCache(
                database, embedder, max_vectors, file, compact_from=compact_from, embeds=embeds
            )
        engine = cls(database, index, memory)
        await engine._indexer.refresh_state()
        return engine

    @property
    def analysis(self) -> Analysis:
        """How this index cuts texts into words."""
        return self._index.analysis

    @property
    def ready(self) -> bool:
        """Whether the index answers; otherwise the database does, slower and plainer."""
        return self._indexer.ready

    async def search(self, request: SearchRequest) -> Answer:
        """Return the papers that answer a request, at most 250 of them when sorted by best."""
        if self.ready:
            ranking = await self._by_meaning(rank, request)
            if ranking is not None:
                return await answer(self._database, request, ranking)
        words = self._index.analysis.query(request.text)
        async with self._database.read() as conn:
            found = await _fallback.find(conn, request, words, DEPTH)
        if request.expression is not None:
            found = await allowed(self._database, request.expression, found)
        return Answer(hits=tuple(Hit(paper_id, 0.0) for paper_id in found), degraded=Degraded.INDEX)

    async def suggest(self, text: str, limit: int = 25) -> list[Suggestion]:
        """Return ways to go on typing `text`; none while there is no index."""
        if not self.ready:
            return []
        found = await self._unless_damaged(self._suggester.suggest, text, limit)
        return found or []

    async def similar(self, paper_id: str, limit: int = 10) -> list[Similar]:
        """Return the papers most like one, each with what they share; none for unknown papers."""
        async with self._database.read() as conn:
            entry = await stored_papers.get(conn, paper_id)
        if entry is None or not self.ready:
            return []
        candidates = await self._by_meaning(like, entry)
        if candidates is None:
            return []
        known = await self._papers(list(islice(candidates.likeness, LIKE_TITLED)))
        titles = {row: other.title for row, other in known.items()}
        title = entry.paper.title
        found = await self._by_meaning(like_by_title, candidates, title, titles, limit) or []
        known |= await self._papers([row for row, *_ in found if row not in known])
        names = {author.name for author in entry.paper.authors}
        return [
            Similar(
                paper_id=other.id,
                score=score,
                cosine=cosine,
                words=tuple(words[:_WORDS_SHOWN]),
                authors=tuple(each.name for each in other.authors if each.name in names),
            )
            for row, score, cosine, words in found
            if (other := known.get(row)) is not None
        ]

    async def _papers(self, rows: Sequence[int]) -> dict[int, Paper]:
        async with self._database.read() as conn:
            ids = await ids_of(conn, rows)
            known = await stored_papers.get_many(conn, ids.values())
        return {row: known[ids[row]].paper for row in ids}

    async def counts(
        self, topics: Sequence[Topic], stretches: Sequence[tuple[date, date]]
    ) -> tuple[list[list[int]], list[int]] | None:
        """Return how many papers of each stretch hold each topic's words, and how many there are.

        A stretch is its first and its last day. None while there is no index.
        """

        def count() -> tuple[list[list[int]], list[int]]:
            lexicon = IndexQueries(self._index)
            conditions = Conditions(self._index.schema, self._index.analysis)
            days = [conditions.between(*stretch) for stretch in stretches]
            said = [conditions.said(topic) for topic in topics]
            return (
                [[lexicon.count(each, within) for within in days] for each in said],
                [lexicon.count(within) for within in days],
            )

        return await self._unless_damaged(count) if self.ready else None

    def vectors_of(self, rows: Sequence[int]) -> Floats | None:
        """Return the unit vectors of papers, zeros for one without; `None` without an embedder."""
        if self._vectors is None:
            return None
        known, found = self._vectors.matrix.of(rows)
        at = {row: place for place, row in enumerate(rows)}
        vectors = np.zeros((len(rows), self._vectors.embedder.dimensions), dtype=np.float32)
        vectors[[at[row] for row in known]] = found
        return vectors

    async def passages(self, text: str, texts: Sequence[str], length: int) -> list[Passage | None]:
        """Return of each text the passage that answers; None where no word of `text` is in it."""

        def find() -> list[Passage | None]:
            lexicon = IndexQueries(self._index)
            plan = lexicon.plan(text)
            found = [lexicon.snippet(plan, each, length) for each in texts]
            return [Passage(part, tuple(marks)) if marks else None for part, marks in found]

        found = await self._unless_damaged(find)
        return found if found is not None else [None] * len(texts)

    async def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Bring the index up to date; return how many papers were indexed.

        While another process writes the index, nothing is done: it follows the database there.

        Args:
            progress: called with how many papers each batch had.
        """
        taken = await self._indexer.follow(progress)
        await self._learn(taken)
        return taken

    async def embed_next(self, limit: int = BATCH) -> int:
        """Embed the next papers that need it, newest first; return how many, 0 when done or while
        the model cannot be loaded. Where another process embeds, take what it has made.
        """
        if self._vectors is None:
            return 0
        if not self._vectors.embeds:
            await self._vectors.follow()
            return 0
        try:
            done = await self._vectors.embed_next(limit)
        except EmbeddingError:
            return 0
        if not done:
            await self._vectors.forget_other_models()
        return done

    async def status(self) -> EngineStatus:
        """Return how far index and vectors are."""
        async with self._database.read() as conn:
            total = await stored_papers.count(conn)
            embedded = 0
            if self._vectors is not None:
                embedded = await vectors.count(conn, self._vectors.model)
        return EngineStatus(
            papers=total,
            indexed=self._index.papers,
            embedded=embedded,
            embedder=self._vectors.embedder.name if self._vectors and self._vectors.works else None,
            ready=self.ready,
        )

    async def close(self) -> None:
        """Finish what is under way and let the threads go."""
        await asyncio.to_thread(self._shut)

    async def _learn(self, changed: int) -> None:
        if self.ready:
            await self._unless_damaged(self._suggester.learn, changed)

    def _shut(self) -> None:
        # First of all it is no longer ready: from here on the database answers.
        self._indexer.close()
        self._searching.shutdown(wait=True, cancel_futures=True)
        if self._vectors is not None:
            self._vectors.close()

    async def _by_meaning(
        self,
        call: Callable[Concatenate[PaperIndex, VectorCache | None, Arguments], Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result | None:
        """Run a question to index and vectors; to the index alone if the model cannot be loaded."""
        if self._vectors is not None:
            await self._vectors.load()
            with suppress(EmbeddingError):  # which is logged where the model is loaded
                return await self._unless_damaged(call, self._index, self._vectors, *args, **kwargs)
        return await self._unless_damaged(call, self._index, None, *args, **kwargs)

    async def _unless_damaged(
        self,
        call: Callable[Arguments, Result],
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Result | None:
        """Run a question to the index; if its files cannot be read, have it rebuilt."""
        try:
            return await asyncio.wrap_future(self._searching.submit(call, *args, **kwargs))
        except (ValueError, OSError):
            # What tantivy raises for files that are gone or not what they were.
            log.exception("search index unreadable, rebuilding it")
            self._indexer.invalidate()
            return None
