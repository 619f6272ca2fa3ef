"""Sessions of clubs: opened, decided, finished."""

from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clubs._types import Club, ClubState, Session, SessionState, session_of
from storage.engines.statements import insert
from storage.tables import club_sessions, club_steps, clubs, guilds

_OPEN = club_sessions.c.state == SessionState.OPEN.value


async def open_session(
    conn: AsyncConnection, club: Club, day: date, now: datetime
) -> Session | None:
    """Open a club's next session; `None` if one is open or was on that date."""
    if await the_open_one(conn, club.id) is not None:
        return None
    statement = (
        insert(club_sessions)
        .values(
            club_id=club.id,
            day=day,
            at=club.at,
            timezone=club.timezone,
            state=SessionState.OPEN.value,
            opened_at=now,
            look_at=now,
        )
        .on_conflict_do_nothing(index_elements=[club_sessions.c.club_id, club_sessions.c.day])
        .returning(club_sessions)
    )
    row = (await conn.execute(statement)).first()
    return None if row is None else session_of(row)


async def the_open_one(conn: AsyncConnection, club_id: int) -> Session | None:
    """Return the session that a club prepares or holds."""
    statement = select(club_sessions).where(club_sessions.c.club_id == club_id, _OPEN)
    row = (await conn.execute(statement)).first()
    return None if row is None else session_of(row)


async def session(conn: AsyncConnection, session_id: int) -> Session | None:
    """Return one session."""
    statement = select(club_sessions).where(club_sessions.c.id == session_id)
    row = (await conn.execute(statement)).first()
    return None if row is None else session_of(row)


async def sessions_before(conn: AsyncConnection, club_id: int, most: int) -> list[Session]:
    """Return the sessions of a club that were held, the latest first."""
    statement = (
        select(club_sessions)
        .where(
            club_sessions.c.club_id == club_id,
            club_sessions.c.state == SessionState.HELD.value,
        )
        .order_by(club_sessions.c.day.desc())
        .limit(most)
    )
    return [session_of(row) for row in await conn.execute(statement)]


async def last_day(conn: AsyncConnection, club_id: int) -> date | None:
    """Return the last date whose session was held, missed or cancelled."""
    statement = select(func.max(club_sessions.c.day)).where(
        club_sessions.c.club_id == club_id, ~_OPEN
    )
    return await conn.scalar(statement)


async def due(conn: AsyncConnection, now: datetime) -> list[tuple[int, int]]:
    """Return the sessions to look at now, each with its server."""
    statement = (
        select(club_sessions.c.id, clubs.c.guild_id)
        .join(clubs, clubs.c.id == club_sessions.c.club_id)
        .join(guilds, guilds.c.id == clubs.c.guild_id)
        .where(
            _OPEN,
            club_sessions.c.look_at <= now,
            clubs.c.state == ClubState.ACTIVE.value,
            guilds.c.left_at.is_(None),
        )
        .order_by(club_sessions.c.look_at)
    )
    return [(row.id, row.guild_id) for row in await conn.execute(statement)]


async def look_again(conn: AsyncConnection, session_id: int, at: datetime) -> None:
    """Look at an open session again at that moment."""
    await conn.execute(
        update(club_sessions).where(club_sessions.c.id == session_id, _OPEN).values(look_at=at)
    )


async def move(
    conn: AsyncConnection, club: Club, session_id: int, announcement: str, now: datetime
) -> None:
    """Give an open session its club's hour and zone, and forget its step `announcement`.

    Who was asked to present stays.
    """
    await conn.execute(
        update(club_sessions)
        .where(club_sessions.c.id == session_id, _OPEN)
        .values(at=club.at, timezone=club.timezone, opened_at=now, look_at=now)
    )
    announced = (club_steps.c.session_id == session_id, club_steps.c.step == announcement)
    await conn.execute(delete(club_steps).where(*announced))


async def discard(conn: AsyncConnection, session_id: int) -> None:
    """Delete a session that another one takes the place of, with its steps."""
    await conn.execute(delete(club_sessions).where(club_sessions.c.id == session_id))


async def choose(
    conn: AsyncConnection, session_id: int, paper_id: str | None, now: datetime
) -> None:
    """Record that a session's paper was chosen, or that there is none to choose from."""
    await conn.execute(
        update(club_sessions)
        .where(club_sessions.c.id == session_id)
        .values(paper_id=paper_id, decided_at=now)
    )


async def set_event(conn: AsyncConnection, session_id: int, event_id: int | None) -> None:
    """Record a session's scheduled event, or that it has none any more."""
    await conn.execute(
        update(club_sessions).where(club_sessions.c.id == session_id).values(event_id=event_id)
    )


async def set_thread(conn: AsyncConnection, session_id: int, thread_id: int) -> None:
    """Record the thread of a session's discussion."""
    await conn.execute(
        update(club_sessions).where(club_sessions.c.id == session_id).values(thread_id=thread_id)
    )


async def finish(
    conn: AsyncConnection, session_id: int, state: SessionState, now: datetime
) -> bool:
    """Close an open session; return whether it was open."""
    changed = await conn.execute(
        update(club_sessions)
        .where(club_sessions.c.id == session_id, _OPEN)
        .values(state=state.value, finished_at=now, look_at=None)
    )
    return changed.rowcount == 1
