"""The steps of a session: written before they are taken, and what came of each after."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clubs._types import Step, StepState
from storage.engines.statements import insert
from storage.tables import club_steps


async def plan(
    conn: AsyncConnection, session_id: int, name: str, payload: object, now: datetime
) -> Step:
    """Freeze what a step will send, unless that is on record; return what is."""
    await conn.execute(
        insert(club_steps)
        .values(
            session_id=session_id,
            step=name,
            state=StepState.PLANNED.value,
            payload=payload,
            planned_at=now,
        )
        .on_conflict_do_nothing()
    )
    row = (await conn.execute(_named(session_id, name))).one()
    return _step(row)


async def steps(conn: AsyncConnection, session_id: int) -> dict[str, Step]:
    """Return the steps of a session that are on record, by name."""
    statement = select(club_steps).where(club_steps.c.session_id == session_id)
    return {row.step: _step(row) for row in await conn.execute(statement)}


async def tried(conn: AsyncConnection, taken: Step) -> None:
    """Record that a step is about to be tried: from then on Discord may know it."""
    await _set(conn, taken, attempts=taken.attempts + 1)


async def done(
    conn: AsyncConnection,
    taken: Step,
    state: StepState,
    made_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Record what came of a step."""
    await _set(conn, taken, state=state.value, made_id=made_id, reason=reason)


async def _set(conn: AsyncConnection, taken: Step, **values: Any) -> None:
    await conn.execute(
        update(club_steps)
        .where(club_steps.c.session_id == taken.session_id, club_steps.c.step == taken.step)
        .values(**values)
    )


def _named(session_id: int, name: str) -> Select[Any]:
    return select(club_steps).where(
        club_steps.c.session_id == session_id, club_steps.c.step == name
    )


def _step(row: Row[Any]) -> Step:
    return Step(
        row.session_id,
        row.step,
        StepState(row.state),
        row.payload,
        row.planned_at,
        row.attempts,
        row.made_id,
        row.reason,
    )
