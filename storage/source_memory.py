"""What sources keep between processes: requests of a day, listings read in part, validators."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some, insert
from storage.tables import source_memory, source_requests

UNUSED_KEPT = timedelta(days=30)
"""How long something is kept that its source has not written again."""


async def claim(conn: AsyncConnection, source: str, day: date, most: int) -> int | None:
    """Count one more request to a source; return how many its day has, `None` if that is `most`.

    Each attempt is counted before it is made, so that one that a killed process made counts, too.
    """
    if most < 1:
        return None
    requests = source_requests.c
    new = insert(source_requests).values(source=source, day=day, made=1)
    same = requests.day == new.excluded.day
    counted = new.on_conflict_do_update(
        index_elements=[requests.source],
        set_={"day": new.excluded.day, "made": requests.made + 1},
        where=same & (requests.made < most),
    ).returning(requests.made)
    # Another day begins at one, also an earlier one after the clock was set back.
    await conn.execute(
        delete(source_requests).where(requests.source == source, requests.day != day)
    )
    return (await conn.execute(counted)).scalar()


async def made(conn: AsyncConnection, source: str, day: date) -> int:
    """Return how many requests were counted for a source on a day."""
    requests = source_requests.c
    count = select(requests.made).where(requests.source == source, requests.day == day)
    return await conn.scalar(count) or 0


async def read(conn: AsyncConnection, source: str) -> Mapping[str, Any]:
    """Return what a source keeps, by name."""
    rows = await conn.execute(
        select(source_memory.c.name, source_memory.c.value).where(source_memory.c.source == source)
    )
    return {row.name: row.value for row in rows}


async def write(
    conn: AsyncConnection, source: str, name: str, value: Any, *, now: datetime
) -> None:
    """Keep a value of a source; `None` forgets it."""
    if value is None:
        await conn.execute(
            delete(source_memory).where(
                source_memory.c.source == source, source_memory.c.name == name
            )
        )
        return
    values = {"value": value, "written_at": now}
    await conn.execute(
        insert(source_memory)
        .values(source=source, name=name, **values)
        .on_conflict_do_update(
            index_elements=[source_memory.c.source, source_memory.c.name], set_=values
        )
    )


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 50) -> int:
    """Delete what was not written for `UNUSED_KEPT`; return how much, 0 at the end."""
    old = source_memory.c.written_at < now - UNUSED_KEPT
    return await delete_some(conn, source_memory, old, first=source_memory.c.written_at, most=most)
