"""Putting the search together from the settings."""

import asyncio
import logging

from bot.runtime.clock import Clock
from bot.services.folding import Folding
from bot.services.search._service import PaperSearch
from bot.services.source_queries import SourceQueries
from bot.settings import Settings
from papers.embedding import Embedder, EmbeddingError, load_embedder
from storage.database import Database
from storage.search import SearchEngine

log = logging.getLogger(__name__)


async def open_embedder(settings: Settings, clock: Clock) -> Embedder | None:
    """Return the model that search and topics share; it is loaded when it is first needed.

    Without the one that the settings name everything is found by its words only, and the log says
    so: `paperboy check` names the reason.
    """

    def seconds() -> float:
        return clock.now().timestamp()

    try:
        return await asyncio.to_thread(load_embedder, settings.embedder, now=seconds)
    except EmbeddingError as error:
        log.warning("semantic search is off: %s", error)
        return None


async def open_search(
    settings: Settings,
    database: Database,
    queries: SourceQueries,
    clock: Clock,
    embedder: Embedder | None,
    *,
    embeds: bool = True,
) -> PaperSearch:
    """Open the search over a database; whatever is missing of its index is made by `catch_up`.

    Where it does not `embed` papers, another process does.
    """
    engine = await SearchEngine.open(
        database, embedder=embedder, max_vectors=settings.max_vectors, embeds=embeds
    )
    folding = Folding(database, engine, embedder)
    return PaperSearch(database, engine, folding, queries, clock)
