"""Putting the search together from the settings."""

import asyncio
import logging
from collections.abc import Sequence

from bot.clock import Clock
from bot.search._service import PaperSearch
from bot.settings import Settings
from papers.embedding import Embedder, EmbeddingError, load_embedder
from papers.sources import PaperSource
from storage.database import Database
from storage.search import SearchEngine

log = logging.getLogger(__name__)


async def open_search(
    settings: Settings, database: Database, sources: Sequence[PaperSource], clock: Clock
) -> PaperSearch:
    """Open the search over a database; whatever is missing of its index is made by `catch_up`.

    Without the model that the settings name it finds papers by their words only, and says so in the
    log: `paperboy check` names the reason.
    """
    embedder: Embedder | None = None
    try:
        embedder = await asyncio.to_thread(load_embedder, settings.embedder)
    except EmbeddingError as error:
        log.error("search by meaning is off: %s", error)
    engine = await SearchEngine.open(database, embedder=embedder, max_vectors=settings.max_vectors)
    return PaperSearch(database, engine, sources, clock)
