"""Near-duplicates: which papers of a list say nearly the same, for threads, digests and pages."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.search_engine import Engine
from papers.embedding import Embedder
from papers.folding import AUTHORS, MODEL, Group, Likeness, compare, fold
from storage import papers as stored_papers
from storage.database import Database
from storage.papers import StoredPaper
from storage.vectors import Floats

Item = TypeVar("Item")


class Folding:
    """Compares papers by the vectors that search has, their titles and their DOIs.

    Vectors of another model than the measured one (`papers.folding.MODEL`) are not compared.
    """

    def __init__(self, database: Database, engine: Engine, embedder: Embedder | None) -> None:
        self._database = database
        self._engine = engine
        self._measured = embedder is not None and MODEL in embedder.name

    async def likeness(self, conn: AsyncConnection, paper_ids: Sequence[str]) -> Likeness:
        """Compare these papers with each other; unknown ones are like none."""
        known = await stored_papers.headings(conn, paper_ids)
        vectors = self._vectors_of([each.row for each in known])
        suspects = await asyncio.to_thread(compare, [each.paper for each in known], vectors)
        authors = await stored_papers.first_authors(conn, suspects.undecided, AUTHORS)
        return Likeness.decided(suspects, authors)

    async def folded_ids(self, paper_ids: Sequence[str]) -> list[Group[str]]:
        """Return a list of papers with near-duplicates behind the first of them."""
        if len(paper_ids) < 2:
            return [Group(paper_id) for paper_id in paper_ids]
        async with self._database.read() as conn:
            likeness = await self.likeness(conn, paper_ids)
        return fold(paper_ids, likeness, paper_id=str)

    async def folded(
        self, ranked: Sequence[Item], paper: Callable[[Item], StoredPaper]
    ) -> list[Group[Item]]:
        """Return the same of papers that are at hand; the database is not asked."""
        if len(ranked) < 2:
            return [Group(item) for item in ranked]
        known = {each.paper.id: each for each in map(paper, ranked)}
        vectors = self._vectors_of([each.row for each in known.values()])
        suspects = await asyncio.to_thread(
            compare, [each.paper for each in known.values()], vectors
        )
        authors = {
            paper_id: [author.name for author in known[paper_id].paper.authors[:AUTHORS]]
            for paper_id in suspects.undecided
        }
        likeness = Likeness.decided(suspects, authors)
        return fold(ranked, likeness, paper_id=lambda item: paper(item).paper.id)

    async def papers(self, paper_ids: Sequence[str]) -> list[StoredPaper]:
        """Return those papers that are known, in their order."""
        async with self._database.read() as conn:
            return list((await stored_papers.get_many(conn, paper_ids)).values())

    def _vectors_of(self, rows: Sequence[int]) -> Floats | None:
        return self._engine.vectors_of(rows) if self._measured else None
