"""Who presents a session: asked in turn, or offered."""

from datetime import date, datetime

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clubs._types import Answer, Turn
from storage.engines.statements import insert
from storage.tables import club_members, club_turns, users


async def turns(conn: AsyncConnection, session_id: int) -> list[Turn]:
    """Return who was asked to present a session or offered to, in order."""
    statement = (
        select(club_turns)
        .where(club_turns.c.session_id == session_id)
        .order_by(club_turns.c.planned_at, club_turns.c.user_id)
    )
    return [
        Turn(
            row.session_id,
            row.user_id,
            Answer(row.answer),
            row.planned_at,
            row.attempts,
            row.message_id,
        )
        for row in await conn.execute(statement)
    ]


async def plan_turn(conn: AsyncConnection, session_id: int, user_id: int, now: datetime) -> None:
    """Make it someone's turn to be asked, once."""
    await conn.execute(
        insert(club_turns)
        .values(session_id=session_id, user_id=user_id, answer=Answer.NONE.value, planned_at=now)
        .on_conflict_do_nothing()
    )


async def turn_tried(conn: AsyncConnection, turn: Turn) -> None:
    """Record that someone is about to be asked: from then on Discord may know it."""
    await conn.execute(_where(turn.session_id, turn.user_id).values(attempts=turn.attempts + 1))


async def asked(conn: AsyncConnection, turn: Turn, message_id: int) -> None:
    """Record the message that asks someone."""
    await conn.execute(_where(turn.session_id, turn.user_id).values(message_id=message_id))


async def answer(conn: AsyncConnection, session_id: int, user_id: int, given: Answer) -> bool:
    """Record what someone answered; return whether it was their turn."""
    changed = await conn.execute(_where(session_id, user_id).values(answer=given.value))
    return changed.rowcount == 1


async def offer(conn: AsyncConnection, session_id: int, user_id: int, now: datetime) -> None:
    """Let someone present a session, in the place of who would have."""
    others = (club_turns.c.session_id == session_id) & (club_turns.c.user_id != user_id)
    await conn.execute(update(club_turns).where(others).values(answer=Answer.NO.value))
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(club_turns)
        .values(session_id=session_id, user_id=user_id, answer=Answer.YES.value, planned_at=now)
        .on_conflict_do_update(
            index_elements=[club_turns.c.session_id, club_turns.c.user_id],
            set_={"answer": Answer.YES.value},
        )
    )


async def presented(conn: AsyncConnection, club_id: int, user_id: int, day: date) -> None:
    """Record that a member presented on a date: their turn comes after the others'."""
    await conn.execute(
        update(club_members)
        .where(club_members.c.club_id == club_id, club_members.c.user_id == user_id)
        .values(presented_on=day)
    )


def _where(session_id: int, user_id: int) -> Update:
    return update(club_turns).where(
        club_turns.c.session_id == session_id, club_turns.c.user_id == user_id
    )
