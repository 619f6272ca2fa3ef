"""What sources keep from one process to the next, so that a restart asks for nothing twice."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol, runtime_checkable

from papers.sources import PaperSource


class SourceMemory(Protocol):
    """Where sources keep their counts of requests, and what else they go on with after a stop."""

    async def claim(self, source: str, day: date, most: int) -> int | None:
        """Count one more request of a day; return how many were made, `None` if `most` were."""
        ...

    async def made(self, source: str, day: date) -> int:
        """Return how many requests of a day were counted."""
        ...

    async def read(self, source: str) -> Mapping[str, Any]:
        """Return what a source keeps, by name."""
        ...

    async def write(self, source: str, name: str, value: Any) -> None:
        """Keep a value of plain JSON under a name; `None` forgets it."""
        ...


@runtime_checkable
class RememberingSource(PaperSource, Protocol):
    """A source that goes on where an earlier process stopped."""

    async def restore(self, memory: SourceMemory) -> None:
        """Take up what was kept, and keep in `memory` what comes from now on.

        To be awaited before anything is asked.
        """
        ...
