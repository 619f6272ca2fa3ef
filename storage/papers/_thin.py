"""Old snapshots thinned: one an hour, after a week one a day, after a quarter one a week."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import watermarks
from storage.engines.statements import row_of
from storage.tables import snapshots

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)

TIERS: Final = (
    ("snapshots by the hour", _HOUR, _HOUR),
    ("snapshots by the day", _WEEK, _DAY),
    ("snapshots by the week", timedelta(days=91), _WEEK),
)
"""How far each has come is kept under this name; snapshots older than that are thinned to one per
paper in so long a time."""

_EPOCH: Final = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday, which weeks are counted from."""


async def thin_snapshots(conn: AsyncConnection, now: datetime, *, most: int = 300) -> int:
    """Thin one hour, day or week of snapshots, deleting at most `most` of them.

    The last of each paper stays, which growth is counted from. Returns 0 when all are thin.
    """
    for name, age, width in TIERS:
        done = _EPOCH + timedelta(seconds=await watermarks.get(conn, name))
        first = await conn.scalar(select(func.min(snapshots.c.at)).where(snapshots.c.at >= done))
        if first is None:
            continue
        start = _EPOCH + (first - _EPOCH) // width * width
        end = start + width
        if end > now - age:
            continue
        later = snapshots.alias()
        row = row_of(snapshots)
        surplus = (
            select(row)
            .select_from(snapshots)
            .where(
                snapshots.c.at >= start,
                snapshots.c.at < end,
                exists().where(
                    later.c.paper_id == snapshots.c.paper_id,
                    later.c.at > snapshots.c.at,
                    later.c.at < end,
                ),
            )
            .limit(most)
        )
        deleted = (await conn.execute(delete(snapshots).where(row.in_(surplus)))).rowcount
        if deleted < most:
            await watermarks.put(conn, name, int((end - _EPOCH).total_seconds()))
        return deleted or 1
    return 0
