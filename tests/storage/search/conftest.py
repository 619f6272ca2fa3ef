from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from papers.embedding import Embedder
from storage.database import Database
from storage.search import SearchEngine
from tests.storage.search.library import CountingEmbedder, fill

Opener = Callable[[Embedder | None], Awaitable[SearchEngine]]


@pytest.fixture
async def opened(database: Database) -> AsyncIterator[Opener]:
    """Open engines over the database; they are closed at the end."""
    async with AsyncExitStack() as stack:

        async def open_engine(embedder: Embedder | None) -> SearchEngine:
            engine = await SearchEngine.open(database, embedder=embedder)
            stack.push_async_callback(engine.close)
            return engine

        yield open_engine


@pytest.fixture
async def engine(database: Database, opened: Opener) -> SearchEngine:
    """An engine that has everything indexed and embedded."""
    await fill(database)
    made = await opened(CountingEmbedder())
    await made.follow()
    while await made.embed_next():
        pass
    return made
