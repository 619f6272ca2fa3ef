"""Papers that people nominate for a club to read."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clubs._types import Nomination, SessionState
from storage.engines.statements import insert
from storage.papers import families, keys_of
from storage.tables import club_nominations, club_sessions, users

MAX_NOMINATIONS: Final = 50
"""Papers that may wait in one club."""
MAX_OF_ONE: Final = 5
"""Papers of one person that may wait in one club, so that no one fills its polls."""


class Nominated(StrEnum):
    """What became of a nomination."""

    NEW = "new"
    THERE = "there"
    READ = "read"
    """The club has read it, or is about to."""
    TOO_MANY_OF_YOURS = "too many of yours"
    TOO_MANY = "too many"


async def nominate(
    conn: AsyncConnection, club_id: int, paper_id: str, user_id: int, now: datetime
) -> Nominated:
    """Nominate a known paper in a club, each once."""
    keys = await families(conn, [paper_id])
    in_club = club_nominations.c.club_id == club_id
    read = select(club_sessions.c.id).where(
        club_sessions.c.club_id == club_id,
        club_sessions.c.paper_id.in_(keys),
        club_sessions.c.state.in_((SessionState.OPEN.value, SessionState.HELD.value)),
    )
    if await conn.scalar(read.limit(1)) is not None:
        return Nominated.READ
    there = select(club_nominations.c.id).where(in_club, club_nominations.c.paper_id.in_(keys))
    if await conn.scalar(there.limit(1)) is not None:
        return Nominated.THERE
    mine = club_nominations.c.user_id == user_id
    counted = select(func.count(), func.count().filter(mine)).where(in_club)
    everyone, own = (await conn.execute(counted)).one()
    if own >= MAX_OF_ONE:
        return Nominated.TOO_MANY_OF_YOURS
    if everyone >= MAX_NOMINATIONS:
        return Nominated.TOO_MANY
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(club_nominations).values(
            club_id=club_id, paper_id=paper_id, user_id=user_id, nominated_at=now
        )
    )
    return Nominated.NEW


async def nominations(conn: AsyncConnection, club_id: int) -> list[Nomination]:
    """Return what is nominated in a club, the earliest first; keys of one work are one paper."""
    statement = (
        select(club_nominations)
        .where(club_nominations.c.club_id == club_id)
        .order_by(club_nominations.c.nominated_at, club_nominations.c.id)
    )
    rows = (await conn.execute(statement)).all()
    works = await keys_of(conn, [row.paper_id for row in rows])
    found: dict[str, Nomination] = {}
    for row in rows:
        work = works[row.paper_id]
        found.setdefault(work, Nomination(work, row.user_id, row.nominated_at))
    return list(found.values())


async def drop(conn: AsyncConnection, club_id: int, paper_ids: Collection[str]) -> None:
    """Take papers off a club's nominations."""
    keys = await families(conn, paper_ids)
    await conn.execute(
        delete(club_nominations).where(
            club_nominations.c.club_id == club_id, club_nominations.c.paper_id.in_(keys)
        )
    )
