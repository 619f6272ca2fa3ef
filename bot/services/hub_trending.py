"""Asking the Hub what trends, where an overview wants to say it."""

import asyncio
import logging
from datetime import datetime
from typing import Final

from papers.sources import PaperSource, SourceError, SourceErrorKind, TrendingSource
from storage import feeds, papers, source_health, trending
from storage.database import Database

log = logging.getLogger(__name__)

PATIENCE: Final = 20.0
"""Seconds that the answer may take: threads are posted after the pass that asks."""


async def read(
    database: Database, source: PaperSource, now: datetime, *, patience: float = PATIENCE
) -> None:
    """Store what trends at a source that knows it, if a feed wants it.

    A failure leaves what was stored, which overviews name no longer once it is old.
    """
    if not isinstance(source, TrendingSource):
        return
    async with database.read() as conn:
        if not await feeds.any_trending(conn):
            return
    name = source_health.of_trending(source.name)
    try:
        async with asyncio.timeout(patience):
            records = await source.trending()
    except Exception as error:
        failure = _failure(name, error)
        log.warning("trending papers not read source=%s: %s", source.name, failure.detail)
        async with database.write() as conn:
            await source_health.failed(conn, failure, now)
        return
    async with database.write() as conn:
        await papers.upsert(conn, records, now=now)
        await trending.keep(conn, [record.paper.id for record in records], now)
        await source_health.succeeded(conn, name, now)


def _failure(name: str, error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return SourceError(name, error.kind, error.detail, error.retry_after)
    if isinstance(error, TimeoutError):
        return SourceError(name, SourceErrorKind.UNREACHABLE, "too slow")  # not shown
    # The log has the whole story of what the source trips over.
    log.error("trending papers not read source=%s", name, exc_info=error)
    return SourceError(name, SourceErrorKind.MALFORMED, type(error).__name__)
