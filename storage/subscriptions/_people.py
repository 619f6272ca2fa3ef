"""People who follow topics: when they want a digest, and whether it reaches them."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import update as change
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import insert
from storage.subscriptions._types import Every, Subscriber
from storage.tables import subscribers, users

STRIKES = 3
"""Refusals in a row after which a person's direct messages count as closed."""


async def subscriber(conn: AsyncConnection, user_id: int) -> Subscriber | None:
    """Return a person's settings."""
    row = (
        await conn.execute(select(subscribers).where(subscribers.c.user_id == user_id))
    ).one_or_none()
    return None if row is None else _subscriber(row)


async def ensure_subscriber(
    conn: AsyncConnection,
    user_id: int,
    *,
    at: time,
    timezone: str,
    every: Every,
    now: datetime,
    language: str | None = None,
) -> Subscriber:
    """Return a person's settings, with these defaults for a new person."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(subscribers)
        .values(
            user_id=user_id,
            at=at,
            timezone=timezone,
            every=every.value,
            strikes=0,
            created_at=now,
            language=language,
        )
        .on_conflict_do_nothing()
    )
    mine = select(subscribers).where(subscribers.c.user_id == user_id)
    return _subscriber((await conn.execute(mine)).one())


async def change_settings(conn: AsyncConnection, wanted: Subscriber) -> None:
    """Store what a person may set, made with `dataclasses.replace`."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == wanted.user_id)
        .values(
            at=wanted.at,
            timezone=wanted.timezone,
            every=wanted.every.value,
            quiet_until=wanted.quiet_until,
            language=wanted.language,
        )
    )


async def open_channel(conn: AsyncConnection, user_id: int, channel_id: int) -> None:
    """Record the direct message channel that a person can be reached in."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id)
        .values(dm_channel_id=channel_id, strikes=0, closed_at=None, closed_reason=None)
    )


async def try_again(conn: AsyncConnection, user_id: int) -> bool:
    """Take closed direct messages for open until the next refusal; return whether they were."""
    result = await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.closed_at.is_not(None))
        .values(strikes=STRIKES - 1, closed_at=None, closed_reason=None)
    )
    return result.rowcount == 1


async def reached(conn: AsyncConnection, user_id: int) -> None:
    """Record that a direct message arrived."""
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.strikes > 0)
        .values(strikes=0)
    )


async def refused(conn: AsyncConnection, user_id: int, reason: str, now: datetime) -> bool:
    """Record a direct message that was refused; return whether they count as closed now."""
    strikes = await conn.scalar(
        change(subscribers)
        .where(subscribers.c.user_id == user_id)
        .values(strikes=subscribers.c.strikes + 1)
        .returning(subscribers.c.strikes)
    )
    if strikes is None or strikes < STRIKES:
        return False
    await conn.execute(
        change(subscribers)
        .where(subscribers.c.user_id == user_id, subscribers.c.closed_at.is_(None))
        .values(closed_at=now, closed_reason=reason)
    )
    return True


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        user_id=row.user_id,
        at=row.at,
        timezone=row.timezone,
        every=Every(row.every),
        quiet_until=row.quiet_until,
        dm_channel_id=row.dm_channel_id,
        strikes=row.strikes,
        closed_at=row.closed_at,
        closed_reason=row.closed_reason,
        created_at=row.created_at,
        language=row.language,
    )
