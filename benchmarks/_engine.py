"""Our own search, as the bot runs it: a database of the papers, its engine, and one question."""

import hashlib
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bot.interactions.errors import UserError
from bot.services.search import read
from papers.embedding import Embedder
from papers.model import Paper, Record
from storage import papers as stored_papers
from storage.database import Database
from storage.search import SearchEngine
from storage.search_sessions import Question
from storage.vectors import model_key

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_AT_ONCE = 2_000


class Remembering:
    """An embedder that keeps every vector in a file: a set is embedded once, not at each run."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        self.name = embedder.name
        self.version = embedder.version
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("CREATE TABLE IF NOT EXISTS seen (text BLOB PRIMARY KEY, vector BLOB)")

    def release_idle(self) -> None:
        """Free what the embedder holds."""
        self._embedder.release_idle()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text."""
        keys = [hashlib.sha256(f"{model_key(self)}\n{text}".encode()).digest() for text in texts]
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        new: list[int] = []
        for place, key in enumerate(keys):
            seen = self._file.execute("SELECT vector FROM seen WHERE text = ?", (key,)).fetchone()
            if seen is None:
                new.append(place)
            else:
                rows[place] = np.frombuffer(seen[0], dtype=np.float32)
        if new:
            rows[new] = self._embedder.embed([texts[place] for place in new])
            self._file.executemany(
                "INSERT OR REPLACE INTO seen VALUES (?, ?)",
                [(keys[place], rows[place].tobytes()) for place in new],
            )
            self._file.commit()
        return rows


@asynccontextmanager
async def engine_with(
    papers: Sequence[Paper], embedder: Embedder | None
) -> AsyncGenerator[tuple[Database, SearchEngine]]:
    """Yield a database with these papers and its engine, everything indexed and embedded."""
    with TemporaryDirectory(prefix="paperboy-benchmark-") as folder:
        database = await Database.open(f"sqlite+aiosqlite:///{folder}/papers.db")
        await fill(database, papers)
        engine = await SearchEngine.open(database, embedder=embedder)
        try:
            await engine.follow()
            while await engine.embed_next(256):
                pass
            yield database, engine
        finally:
            await engine.close()
            await database.close()


async def fill(database: Database, papers: Sequence[Paper]) -> None:
    """Put papers into a database."""
    for start in range(0, len(papers), _AT_ONCE):
        async with database.write() as conn:
            records = [Record(paper) for paper in papers[start : start + _AT_ONCE]]
            await stored_papers.upsert(conn, records, now=_NOW)


async def ranking(engine: SearchEngine, text: str) -> list[str]:
    """Return the ids that `/paper search` would show for a text, page after page."""
    try:
        request = read(" ".join(text.split())).request(Question(text))
    except UserError:  # there is no word in it
        return []
    answer = await engine.search(request)
    return [hit.paper_id for hit in answer.hits]
