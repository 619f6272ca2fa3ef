"""The papers of the last two weeks: what previews look back on, and what makes a word rare."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bot.services.topics._vectors import embed_and_keep
from papers import calendar
from papers.embedding import Embedder, EmbeddingError
from papers.matching import Archive, Recent, TermStatistics, Wanted
from papers.model import Paper
from storage import papers, topic_matches
from storage.database import Database
from storage.topic_matches import Placed, Progress

Floats = NDArray[np.float32]

WINDOW = timedelta(days=14)

_PORTION = 512
"""Papers read at a time."""
_ARCHIVE = 5_000
"""Vectors that neighbourhoods are looked for in: 15 MB, and a few seconds for a day's listing."""

_MIN_COSINE = 0.3
"""The least cosine of a paper that says something about a topic; "zzz" has up to .28."""


def window_begins(now: datetime) -> datetime:
    """Return when the first batch day begins that previews and counts look back to."""
    return calendar.begins(_first_day(now))


def _first_day(now: datetime) -> date:
    return calendar.batch_day(now) - WINDOW


class RecentPapers:
    """What is known of the papers of the last two weeks, without their texts: 2 KB for each."""

    def __init__(
        self, database: Database, embedder: Embedder | None, sources: Collection[str]
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._sources = sources
        self._refreshing = asyncio.Lock()
        self._recent = Recent()
        self._vectors: dict[str, NDArray[np.float16]] = {}
        self._keywords: dict[str, tuple[str, ...]] = {}
        self._archive: Archive | None = None
        self._first = date.min
        self.reached = Progress(0, 0)
        """How far the database had come when this was read."""
        self.papers: dict[str, Placed] = {}
        """By id, in the order in which they came."""

    async def refresh(self, now: datetime) -> None:
        """Take in what is new, and leave out what is too old."""
        first = _first_day(now)
        async with self._refreshing:
            async with self._database.read() as conn:
                reached = await topic_matches.latest(conn)
                if (reached, first) == (self.reached, self._first):
                    return
                found = await topic_matches.placed(conn, first, sources=self._sources)
            known = self.papers
            new = [
                item.paper_id
                for item in found
                if item.paper_id not in known or known[item.paper_id].revision != item.revision
            ]
            for start in range(0, len(new), _PORTION):
                await self._take_in(new[start : start + _PORTION])
            placed = {item.paper_id: item for item in found}
            self._recent.keep(placed.keys())
            self._vectors = {key: row for key, row in self._vectors.items() if key in placed}
            self._keywords = {key: words for key, words in self._keywords.items() if key in placed}
            self.papers, self._archive = placed, None
            self.reached, self._first = reached, first

    async def _take_in(self, ids: Sequence[str]) -> None:
        async with self._database.read() as conn:
            stored = await papers.get_many(conn, ids)
            rows: dict[str, Floats] = {}
            if self._embedder is not None:
                rows = await topic_matches.vectors_of(
                    conn, topic_matches.model_key(self._embedder), ids
                )
        new: list[Paper] = [each.paper for each in stored.values()]
        await asyncio.to_thread(self._recent.put, new)
        for paper in new:
            self._keywords[paper.id] = paper.keywords
            self._vectors.pop(paper.id, None)
        self._keep(rows)

    async def embed(self, ids: Sequence[str], limit: int | None = None) -> None:
        """Embed those of the papers that are not embedded yet, at most `limit`.

        The others are matched by their words, as all are while the model cannot be loaded.
        """
        if self._embedder is None:
            return
        lacking = [paper_id for paper_id in ids if paper_id not in self._vectors][:limit]
        for start in range(0, len(lacking), _PORTION):
            some = lacking[start : start + _PORTION]
            async with self._database.read() as conn:
                # Papers of before the window, which posts of older batches ask for.
                known = await topic_matches.vectors_of(
                    conn, topic_matches.model_key(self._embedder), some
                )
                stored = await papers.get_many(conn, [key for key in some if key not in known])
            self._keep(known)
            try:
                made = await embed_and_keep(self._database, self._embedder, list(stored.values()))
            except EmbeddingError:
                return  # which is logged where the model is loaded
            self._keep(made)

    def _keep(self, rows: dict[str, Floats]) -> None:
        self._vectors |= {key: row.astype(np.float16) for key, row in rows.items()}
        if rows:
            self._archive = None

    def rows(self, ids: Sequence[str]) -> Floats | None:
        """Return the vectors of papers, zeros for those without; `None` without an embedder."""
        if self._embedder is None:
            return None
        table = np.zeros((len(ids), self._embedder.dimensions), dtype=np.float32)
        for place, paper_id in enumerate(ids):
            if (row := self._vectors.get(paper_id)) is not None:
                table[place] = row
        return table

    def archive(self) -> Archive | None:
        """Return what a batch's vectors are compared with."""
        if self._archive is None:
            newest = [key for key in reversed(self.papers) if key in self._vectors][:_ARCHIVE]
            if len(newest) > 1 and (rows := self.rows(newest)) is not None:
                self._archive = Archive(rows)
        return self._archive

    def statistics(self) -> TermStatistics:
        """Return how rare words are. Blocking, for a moment after something new came."""
        return self._recent.statistics()

    def possible(self, wanted: Wanted) -> list[str]:
        """Return the papers that could match, in the order in which they came. Blocking."""
        ids = list(self.papers)
        return self._recent.possible(wanted, ids, self.rows(ids))

    def nearest(self, wanted: Wanted, limit: int) -> list[str]:
        """Return papers that share words with a topic, then those that are close in meaning."""
        ids = list(self.papers)
        found = self._recent.sharing(wanted.topic.text, ids, limit)
        rows = self.rows(ids)
        if rows is not None and wanted.vectors is not None and len(wanted.vectors):
            cosines = (rows @ wanted.vectors.T).max(axis=1)
            best = np.argsort(-cosines)[:limit]
            found += [ids[place] for place in map(int, best) if cosines[place] >= _MIN_COSINE]
        return list(dict.fromkeys(found))[:limit]

    def keywords(self) -> Counter[str]:
        """Return the papers' keywords, by how many have them."""
        return Counter(word.casefold() for words in self._keywords.values() for word in words)
