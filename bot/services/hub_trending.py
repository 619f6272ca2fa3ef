"""Asking the Hub what trends, where an overview wants to say it."""

import asyncio
import logging
from datetime import datetime
from typing import Final

from papers.sources import PaperSource, SourceError, TrendingSource
from storage import feeds, papers, trending
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
    try:
        async with asyncio.timeout(patience):
            records = await source.trending()
    except (SourceError, TimeoutError) as error:
        log.warning("trending papers not read source=%s: %s", source.name, error or "too slow")
        return
    except Exception:
        log.exception("trending papers not read source=%s", source.name)
        return
    async with database.write() as conn:
        await papers.upsert(conn, records, now=now)
        await trending.keep(conn, [record.paper.id for record in records], now)
