"""Which sources are asked, and when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services import editions
from papers.calendar import SourceDays
from papers.sources import DatedSource, EditionSource, PaperSource
from papers.sources.declared import names
from storage import batches, feeds, source_health, subscriptions
from storage.batches import BatchState
from storage.source_health import SourceHealth

FAILING_INTERVAL: Final = timedelta(minutes=5)
"""How soon a failing source is asked again, unless it names a time itself."""

WAITING_INTERVAL: Final = timedelta(minutes=30)
"""How soon a source whose day is over is asked again for it."""

LISTING_INTERVAL: Final = timedelta(hours=3)
"""arXiv refreshes its listings once a day and asks not to be polled."""


async def used(conn: AsyncConnection, sources: Sequence[PaperSource]) -> list[PaperSource]:
    """Return the sources, of the dated ones those that a feed which posts is made of, or that a
    topic is matched with."""
    groups = *await feeds.source_groups(conn), *await subscriptions.source_groups(conn)
    wanted = names(key for group in groups for key in group)
    return [
        source for source in sources if not isinstance(source, DatedSource) or source.name in wanted
    ]


async def due(
    conn: AsyncConnection,
    sources: Sequence[PaperSource],
    now: datetime,
    expected: date,
    interval: timedelta,
) -> list[PaperSource]:
    """Return the sources whose time it is.

    Args:
        conn: a reader.
        sources: all of them.
        now: the present instant.
        expected: the day whose batch a curated source should have by now.
        interval: how often a source is asked that is well.
    """
    found: list[PaperSource] = []
    known = {state.source: state for state in await source_health.all(conn)}
    for source in await used(conn, sources):
        state = known.get(source.name)
        day = _expected_of(source, now, expected)
        waits = day is not None and (
            await batches.state(conn, day, sources=[source.name]) is not BatchState.COMPLETE
        )
        if state is None or now >= _next(source, state, now, interval, waits=waits):
            found.append(source)
    return found


def _next(
    source: PaperSource, state: SourceHealth, now: datetime, interval: timedelta, *, waits: bool
) -> datetime:
    """Return when a source is to be asked again; `waits` if its newest day is not there yet."""
    interval = interval if source.curated else max(interval, LISTING_INTERVAL)
    again = FAILING_INTERVAL
    if isinstance(source, EditionSource):
        interval, again = source.interval(now), editions.FAILING_INTERVAL
    if state.failing_since is not None:
        return max((state.failed_at or now) + again, state.retry_at or now)
    if waits:
        interval = min(interval, FAILING_INTERVAL if source.curated else WAITING_INTERVAL)
    return (state.succeeded_at or now) + interval


def _expected_of(source: PaperSource, now: datetime, expected: date) -> date | None:
    """Return the day whose batch a source should have by now, `None` for one without days."""
    if source.curated:
        return expected
    dated = isinstance(source, DatedSource) and not isinstance(source, EditionSource)
    return SourceDays.DAILY.expected(now) if dated else None
