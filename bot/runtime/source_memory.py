"""The sources' memory in the database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.runtime.clock import Clock
from papers.sources import PaperSource
from papers.sources.memory import RememberingSource
from storage import source_memory
from storage.database import Database


class DatabaseMemory:
    """Keeps what sources remember (`papers.sources.memory.SourceMemory`)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, source: str, day: date, most: int) -> int | None:
        """Count one more request of a day; return how many were made, `None` if `most` were."""
        async with self._database.write() as conn:
            return await source_memory.claim(conn, source, day, most)

    async def made(self, source: str, day: date) -> int:
        """Return how many requests of a day were counted."""
        async with self._database.read() as conn:
            return await source_memory.made(conn, source, day)

    async def read(self, source: str) -> Mapping[str, Any]:
        """Return what a source keeps, by name."""
        async with self._database.read() as conn:
            return await source_memory.read(conn, source)

    async def write(self, source: str, name: str, value: Any) -> None:
        """Keep a value under a name; `None` forgets it."""
        now = self._clock.now()
        async with self._database.write() as conn:
            await source_memory.write(conn, source, name, value, now=now)


async def restore(sources: Sequence[PaperSource], database: Database, clock: Clock) -> None:
    """Let the sources go on where the last process stopped."""
    memory = DatabaseMemory(database, clock)
    for source in sources:
        if isinstance(source, RememberingSource):
            await source.restore(memory)
