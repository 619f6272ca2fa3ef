"""What the search needs of its engine, so that tests may bring another one."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from papers.topics import Topic
from storage.search import Answer, EngineStatus, Passage, SearchRequest, Similar, Suggestion
from storage.vectors import Floats


class Engine(Protocol):
    """Finds papers of the database; `storage.search.SearchEngine` is the real one."""

    async def search(self, request: SearchRequest) -> Answer:
        """Return the papers that answer a request, best first."""
        ...

    async def passages(
        self, text: str, texts: Sequence[str], length: int
    ) -> Sequence[Passage | None]:
        """Return of each text the passage that answers, where one does."""
        ...

    async def similar(self, paper_id: str, limit: int) -> Sequence[Similar]:
        """Return the papers most like one, with why."""
        ...

    async def suggest(self, text: str, limit: int) -> Sequence[Suggestion]:
        """Return how a begun query may go on; quick enough for autocomplete."""
        ...

    async def follow(self) -> int:
        """Take into the index what has changed in the database; return how many papers."""
        ...

    async def embed_next(self) -> int:
        """Embed some of the papers that lack it; return how many, 0 when there is none."""
        ...

    async def status(self) -> EngineStatus:
        """Return how far index and vectors are."""
        ...

    async def counts(
        self, topics: Sequence[Topic], stretches: Sequence[tuple[date, date]]
    ) -> tuple[list[list[int]], list[int]] | None:
        """Return how many papers of each stretch of days hold each topic's words, and how many
        there are; None while there is no index."""
        ...

    def vectors_of(self, rows: Sequence[int]) -> Floats | None:
        """Return the unit vectors of papers, zeros for one without; `None` without an embedder."""
        ...

    async def close(self) -> None:
        """Stop what runs in the background."""
        ...
