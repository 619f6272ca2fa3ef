"""What recent papers are like: every interest is learned against them, and they are read once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.runtime.clock import Clock
from bot.services.search_engine import Engine
from papers.picks import Background, Reader, Reading
from storage import papers, picks
from storage.database import Database
from storage.papers import StoredPaper

_RECENT: Final = 2_000
"""Newest papers that new ones are compared with: three days of all of arXiv's, or two months of
the Hub's."""
_FRESH: Final = timedelta(minutes=5)
"""How long new papers may go unnoticed: reading all takes about a second of CPU."""
_STALE: Final = timedelta(hours=1)
"""When the recent papers are read again in any case: some may have got their vectors since."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The newest papers, as they were read at a moment."""

    made_at: datetime
    newest: int
    """The revision that the database had reached."""
    papers: tuple[StoredPaper, ...]
    reading: Reading
    background: Background


class RecentReading:
    """Reads papers and holds the newest ones, for all that learn from what people save."""

    def __init__(self, database: Database, engine: Engine, clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._recent: Recent | None = None
        self._reading = asyncio.Lock()
        self._reader = Reader()

    async def recent(self) -> Recent:
        """Return the newest papers, at most some minutes old.

        Raises:
            ValueError: there is no paper.
        """
        async with self._reading:
            async with self._database.read() as conn:
                newest = await papers.latest_revision(conn)
                known, now = self._recent, self._clock.now()
                if known is not None:
                    kept_for = _STALE if known.newest == newest else _FRESH
                    if timedelta() <= now - known.made_at < kept_for:
                        return known
                entries = await picks.recent(conn, _RECENT)
            reading = await asyncio.to_thread(self.read, entries)
            background = await asyncio.to_thread(Background, reading)
            self._recent = Recent(now, newest, tuple(entries), reading, background)
            return self._recent

    def read(self, entries: Sequence[StoredPaper]) -> Reading:
        """Return papers as they are compared, about a thousand new ones a second. Blocking."""
        vectors = self._engine.vectors_of([entry.row for entry in entries])
        keys = [(entry.row, entry.revision) for entry in entries]
        return self._reader.read([entry.paper for entry in entries], keys, vectors)
