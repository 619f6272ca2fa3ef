"""Near-duplicates: which papers of a list say nearly the same, for threads, digests and pages."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.search_engine import Engine
from papers.folding import Group, Likeness, compare, fold
from storage import papers
from storage.database import Database
from storage.papers import StoredPaper

Item = TypeVar("Item")


class Folding:
    """Compares papers by the vectors that search has, their titles and their DOIs."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine

    async def likeness(self, conn: AsyncConnection, paper_ids: Sequence[str]) -> Likeness:
        """Compare these papers with each other; unknown ones are like none."""
        known = await papers.headings(conn, paper_ids)
        vectors = self._engine.vectors_of([each.row for each in known])
        suspects = await asyncio.to_thread(compare, [each.paper for each in known], vectors)
        # Thousands of people may have written one paper: they are read where they decide.
        authors = await papers.get_many(conn, suspects.undecided)
        return Likeness.decided(suspects, {key: each.paper for key, each in authors.items()})

    async def folded(
        self, ranked: Sequence[Item], paper_id: Callable[[Item], str]
    ) -> list[Group[Item]]:
        """Return a list of papers with near-duplicates behind the first of them."""
        if len(ranked) < 2:
            return [Group(item) for item in ranked]
        async with self._database.read() as conn:
            likeness = await self.likeness(conn, list(map(paper_id, ranked)))
        return fold(ranked, likeness, paper_id=paper_id)

    async def papers(self, paper_ids: Sequence[str]) -> list[StoredPaper]:
        """Return those papers that are known, in their order."""
        async with self._database.read() as conn:
            return list((await papers.get_many(conn, paper_ids)).values())
