"""Rows dated in the future, which a clock that was wrong for a while leaves behind.

They would hold everything up until real time has caught up with them: sources would not be asked,
local dates would count as used, budgets as spent. A step back is recognised by the sources' rows,
which every pass over them writes.
"""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Column, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import calendar
from storage.batches import BatchState
from storage.tables import (
    batch_papers,
    batches,
    digests,
    metadata,
    posts,
    shelf_posts,
    source_health,
)
from storage.types import UTCDateTime

TOLERANCE: Final = timedelta(minutes=10)
"""Steps that ordinary clock synchronisation makes, and that hold nothing up for long."""

_AHEAD: Final = timedelta(days=2)
"""How far ahead a moment may lie that is meant to: retries, and the end of a digest's day."""

FACTS: Final = frozenset({"papers.published_at", "papers.updated_at", "papers.withdrawn_at"})
"""What sources say of papers, whenever that is."""

PLANS: Final = frozenset(
    {
        "posts.next_try_at",
        "shelf_posts.next_try_at",
        "digests.next_try_at",
        "digests.expires_at",
        "leases.expires_at",
        "club_sessions.look_at",
        "followed_papers.archive_due_at",
        "followed_papers.community_due_at",
        "source_health.retry_at",
        "dm_breaker.until",
        "web_feeds.next_at",
    }
)
"""Moments that lie ahead by their nature."""

DROPPED: Final = frozenset(
    {
        "dm_log.at",
        "dm_breaker.until",
        "snapshots.at",
        "source_health.succeeded_at",
        "source_health.failed_at",
        "trending_papers.read_at",
    }
)
"""Moments without which their row says nothing: the row is deleted, and each source asked now."""


async def ahead(conn: AsyncConnection, now: datetime) -> timedelta | None:
    """Return how far the newest row is ahead of `now`, `None` if no more than `TOLERANCE`."""
    columns = (source_health.c.succeeded_at, source_health.c.failed_at)
    newest = (await conn.execute(select(*(func.max(column) for column in columns)))).one()
    far = max((moment - now for moment in newest if moment is not None), default=timedelta())
    return far if far > TOLERANCE else None


async def is_behind(conn: AsyncConnection, now: datetime) -> bool:
    """Return whether `now` is wrong rather than the rows: a batch is there that has not begun."""
    newest = await conn.scalar(
        select(func.max(batches.c.day)).where(batches.c.state == BatchState.COMPLETE.value)
    )
    return newest is not None and now < calendar.begins(newest) - TOLERANCE


async def repair(conn: AsyncConnection, now: datetime) -> int:
    """Date every row from the future as of `now`, and free the local dates that it used up.

    What was sent stays on record, so that nothing is sent twice. Returns how many rows changed.
    """
    changed = 0
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, UTCDateTime):
                changed += await _repair_column(conn, column, now)
    # No clock on Earth is a day ahead of UTC's tomorrow.
    tomorrow = now.date() + timedelta(days=1)
    freed = await conn.execute(
        update(posts).where(posts.c.local_date > tomorrow).values(local_date=None)
    )
    changed += freed.rowcount
    # What such a post brought stays marked as posted.
    over = shelf_posts.c.state.not_in(("planned", "sending"))
    dated = await conn.execute(delete(shelf_posts).where(shelf_posts.c.local_date > tomorrow, over))
    changed += dated.rowcount
    for table in (batch_papers, batches):
        changed += (await conn.execute(delete(table).where(table.c.day > tomorrow))).rowcount
    moved = select(digests.c.id, digests.c.user_id).where(digests.c.local_date > tomorrow)
    for row in (await conn.execute(moved.order_by(digests.c.id))).all():
        await _move_digest(conn, row.id, row.user_id, tomorrow)
        changed += 1
    return changed


async def _repair_column(conn: AsyncConnection, column: Column[datetime], now: datetime) -> int:
    name = f"{column.table.name}.{column.name}"
    if name in FACTS:
        return 0
    wrong = column > now + (_AHEAD if name in PLANS else TOLERANCE)
    if name in DROPPED:
        return (await conn.execute(delete(column.table).where(wrong))).rowcount
    return (await conn.execute(update(column.table).where(wrong).values({column: now}))).rowcount


async def _move_digest(conn: AsyncConnection, digest_id: int, user_id: int, before: date) -> None:
    """Give a digest the latest date two days before, or earlier, that its reader has none for."""
    dates = select(digests.c.local_date).where(digests.c.user_id == user_id)
    used = set((await conn.execute(dates)).scalars())
    day = before - timedelta(days=2)
    while day in used:
        day -= timedelta(days=1)
    await conn.execute(update(digests).where(digests.c.id == digest_id).values(local_date=day))
