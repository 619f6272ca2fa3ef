"""Clubs, and who takes turns in them."""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import delete, select
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.club_schedule import Every
from storage.clubs._types import SESSIONS_KEPT, Club, ClubState, Member, club_of
from storage.engines.statements import delete_some, insert
from storage.tables import club_members, club_sessions, clubs, guilds, users


async def add(
    conn: AsyncConnection,
    *,
    guild_id: int,
    channel_id: int,
    anchor: date,
    every: Every,
    at: time,
    timezone: str,
    rotates: bool,
    now: datetime,
    place: str | None = None,
) -> Club | None:
    """Give a channel its club; `None` if it has one already."""
    await conn.execute(insert(guilds).values(id=guild_id, joined_at=now).on_conflict_do_nothing())
    statement = (
        insert(clubs)
        .values(
            guild_id=guild_id,
            channel_id=channel_id,
            anchor=anchor,
            every=every.value,
            at=at,
            timezone=timezone,
            rotates=int(rotates),
            state=ClubState.ACTIVE.value,
            created_at=now,
            place=place,
        )
        .on_conflict_do_nothing(index_elements=[clubs.c.channel_id])
        .returning(clubs)
    )
    row = (await conn.execute(statement)).first()
    return None if row is None else club_of(row)


async def get(conn: AsyncConnection, club_id: int) -> Club | None:
    """Return one club."""
    row = (await conn.execute(select(clubs).where(clubs.c.id == club_id))).first()
    return None if row is None else club_of(row)


async def all_of(conn: AsyncConnection, guild_id: int) -> list[Club]:
    """Return a server's clubs, the oldest first."""
    statement = select(clubs).where(clubs.c.guild_id == guild_id).order_by(clubs.c.id)
    return [club_of(row) for row in await conn.execute(statement)]


async def update(conn: AsyncConnection, club: Club) -> None:
    """Store when and where a club meets and who presents, made with `dataclasses.replace`."""
    await conn.execute(
        change(clubs)
        .where(clubs.c.id == club.id)
        .values(
            anchor=club.anchor,
            every=club.every.value,
            at=club.at,
            timezone=club.timezone,
            rotates=int(club.rotates),
            place=club.place,
        )
    )


async def set_state(
    conn: AsyncConnection, club_id: int, state: ClubState, reason: str | None = None
) -> bool:
    """Stop a club or start it again; return whether that changed anything."""
    changed = await conn.execute(
        change(clubs)
        .where(clubs.c.id == club_id, clubs.c.state != state.value)
        .values(state=state.value, reason=reason)
    )
    return changed.rowcount == 1


async def remove(conn: AsyncConnection, club_id: int) -> bool:
    """Delete a club with its sessions and nominations."""
    return (await conn.execute(delete(clubs).where(clubs.c.id == club_id))).rowcount == 1


async def members(conn: AsyncConnection, club_id: int) -> list[Member]:
    """Return who takes turns: who presented longest ago first, then in the order given."""
    order = (club_members.c.presented_on.is_not(None), club_members.c.presented_on)
    statement = (
        select(club_members)
        .where(club_members.c.club_id == club_id)
        .order_by(*order, club_members.c.position)
    )
    return [Member(row.user_id, row.presented_on) for row in await conn.execute(statement)]


async def set_members(
    conn: AsyncConnection, club_id: int, user_ids: Sequence[int], now: datetime
) -> None:
    """Let these take turns, in this order; who stays keeps the date that they last presented."""
    gone = club_members.c.user_id.not_in(user_ids)
    await conn.execute(delete(club_members).where(club_members.c.club_id == club_id, gone))
    for position, user_id in enumerate(user_ids):
        await conn.execute(
            insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing()
        )
        await conn.execute(
            insert(club_members)
            .values(club_id=club_id, user_id=user_id, position=position)
            .on_conflict_do_update(
                index_elements=[club_members.c.club_id, club_members.c.user_id],
                set_={"position": position},
            )
        )


async def forget_sessions(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete the oldest sessions that finished before `SESSIONS_KEPT`; return how many."""
    finished = club_sessions.c.finished_at
    return await delete_some(
        conn, club_sessions, finished < now - SESSIONS_KEPT, first=finished, most=most
    )
