"""Which days a source is asked for."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from papers import calendar
from papers.cadence import Every
from papers.sources import DatedSource
from storage import batches, feeds

REVISITED_BATCHES: Final = 2
"""Past batches asked for again on each pass, because votes go on growing (field.md: for a week
or two)."""

ROUNDUP_DAYS: Final = {Every.WEEK: timedelta(days=10), Every.MONTH: timedelta(days=33)}
"""How old the batches are at most whose votes a roundup shows."""

ROUNDUP_INTERVAL: Final = timedelta(hours=20)
"""How soon a batch older than `REVISITED_BATCHES` is asked for again while a feed posts roundups:
one on each pass, the one that was read the longest ago."""

CATCH_UP_BATCHES: Final = 7
"""Batches made up for after downtime, newest first; older ones come by `paperboy ingest
--since`."""


async def curated_days(conn: AsyncConnection, source: str, now: datetime) -> Sequence[date]:
    """Return the days to ask a curated source for, the newest first."""
    newest = calendar.batch_day(now)
    if not calendar.is_working_day(newest):
        newest = calendar.previous(newest)
    wanted = [newest]
    known = await batches.newest_complete(conn, newest, sources=[source])
    while len(wanted) <= REVISITED_BATCHES or (
        known is not None and wanted[-1] > known and len(wanted) < CATCH_UP_BATCHES
    ):
        wanted.append(calendar.previous(wanted[-1]))
    roundup = await feeds.longest_roundup(conn)
    if roundup is not None:
        first, last = newest - ROUNDUP_DAYS[roundup], calendar.previous(wanted[-1])
        wanted += await batches.read_longest_ago(
            conn, first, last, source, now - ROUNDUP_INTERVAL, limit=1
        )
    return wanted


async def unread_days(conn: AsyncConnection, source: DatedSource, now: datetime) -> Sequence[date]:
    """Return the days to ask a source for: those that were not read yet on this UTC day."""
    wanted = source.listed_days()
    if not wanted:
        return []
    rows = await batches.rows(conn, min(wanted), max(wanted), sources=[source.name])
    read = {row.day for row in rows if row.fetched_at.date() >= now.date()}
    return [day for day in wanted if day not in read]


def working_days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last` that can have a batch."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if calendar.is_working_day(day)]
