"""That the database is a backup put back: what was sent since then is not on record in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import leases, watermarks
from storage.tables import digests, followed_papers, posts, source_health

KEPT: Final = timedelta(days=60)
"""How long after a restore a channel is read back before its first thread."""

_AT: Final = "restored at"
_KNOWS_UNTIL: Final = "restored knows until"
_MARGIN: Final = timedelta(hours=1)
"""What was sent while the backup was made may be in it in part."""
_AT_LEAST: Final = timedelta(days=7)
"""How far back is read where the backup holds nothing by which to date it."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Restore:
    """When a backup was put back, and until when it knows what was sent."""

    at: datetime
    knows_until: datetime


async def mark(conn: AsyncConnection, now: datetime) -> None:
    """Record that this database is a backup that was put back at `now`.

    What became of saved papers since the backup may have been news already: what the sources say
    next is only remembered. No process has the lease that the backup brought with it.
    """
    columns = (posts.c.planned_at, digests.c.planned_at, source_health.c.succeeded_at)
    newest = [await conn.scalar(select(func.max(column))) for column in columns]
    knows = max((moment for moment in newest if moment is not None), default=now - _AT_LEAST)
    for name, moment in ((_AT, now), (_KNOWS_UNTIL, min(knows, now) - _MARGIN)):
        await watermarks.put(conn, name, (moment - _EPOCH) // _MICROSECOND)
    await leases.forget(conn)
    await conn.execute(update(followed_papers).values(archive_seen_at=None, community_seen_at=None))


async def newest(conn: AsyncConnection, now: datetime) -> Restore | None:
    """Return the last restore, `None` if there was none in the last `KEPT`."""
    at = _EPOCH + await watermarks.get(conn, _AT) * _MICROSECOND
    if now - at > KEPT:
        return None
    return Restore(at, _EPOCH + await watermarks.get(conn, _KNOWS_UNTIL) * _MICROSECOND)
