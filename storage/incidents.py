"""Incidents as rows with a beginning and an end, so that each is reported once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some, insert
from storage.tables import incidents

SETTLED = timedelta(minutes=10)
"""What comes back within this time was not over."""

KEPT = timedelta(days=90)


class Problem(NamedTuple):
    """Something that is wrong at this moment; kind and subject say which incident it is."""

    kind: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong, over when `ended_at` is there."""

    id: int
    kind: str
    subject: str
    text: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    told_at: datetime | None


class Change(NamedTuple):
    """What is new since the last look."""

    begun: tuple[Incident, ...]
    ended: tuple[Incident, ...]


async def note(conn: AsyncConnection, troubles: Sequence[Problem], now: datetime) -> Change:
    """Record what is wrong at this moment; return what began with it, and what is over."""
    known = {(incident.kind, incident.subject): incident for incident in await current(conn)}
    begun: list[Incident] = []
    for trouble in troubles:
        incident = known.pop((trouble.kind, trouble.subject), None)
        if incident is None:
            begun.append(await _begin(conn, trouble, now))
        else:
            await conn.execute(
                update(incidents).where(incidents.c.id == incident.id).values(seen_at=now)
            )
    over = [incident for incident in known.values() if now - incident.seen_at >= SETTLED]
    for incident in over:
        await conn.execute(
            update(incidents).where(incidents.c.id == incident.id).values(ended_at=incident.seen_at)
        )
    return Change(tuple(begun), tuple(over))


async def forget(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete incidents that ended longer ago than `KEPT`; return how many, 0 at the end."""
    ended = incidents.c.ended_at
    return await delete_some(conn, incidents, ended < now - KEPT, first=ended, most=most)


async def _begin(conn: AsyncConnection, trouble: Problem, now: datetime) -> Incident:
    number = await conn.scalar(
        insert(incidents)
        .values(**trouble._asdict(), began_at=now, seen_at=now)
        .returning(incidents.c.id)
    )
    return Incident(number or 0, *trouble, now, now, None, None)


async def add_over(conn: AsyncConnection, incident: Incident, now: datetime) -> None:
    """Record an incident that could have no row before, and is over."""
    await conn.execute(
        insert(incidents).values(
            kind=incident.kind,
            subject=incident.subject,
            text=incident.text,
            began_at=incident.began_at,
            seen_at=now,
            ended_at=now,
            told_at=incident.told_at,
        )
    )


async def current(conn: AsyncConnection) -> list[Incident]:
    """Return the incidents that are not over, oldest first."""
    rows = await conn.execute(
        select(incidents).where(incidents.c.ended_at.is_(None)).order_by(incidents.c.id)
    )
    return [Incident(*row) for row in rows]


async def mark_told(conn: AsyncConnection, incident_id: int, now: datetime) -> None:
    """Record that the owner was notified by direct message."""
    await conn.execute(update(incidents).where(incidents.c.id == incident_id).values(told_at=now))
