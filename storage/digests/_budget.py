"""The budgets of direct messages, and the breaker that keeps all of them back."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines import statements
from storage.tables import dm_breaker, dm_log

OPEN, SEND = "open", "send"
"""What is counted: channels that are opened, and messages into those that are."""


async def spend(
    conn: AsyncConnection, kind: str, *, limit: int, window: timedelta, now: datetime
) -> datetime | None:
    """Take one direct message out of a sliding-window budget; `None` if there was one left.

    Otherwise returns when the next one is. Spent before the message is sent, so that a budget can
    only be kept too strictly.
    """
    spent = select(dm_log.c.at).where(dm_log.c.kind == kind, dm_log.c.at > now - window)
    moments = list((await conn.execute(spent.order_by(dm_log.c.at))).scalars())
    if len(moments) >= limit:
        return moments[len(moments) - limit] + window
    await conn.execute(insert(dm_log).values(at=now, kind=kind))
    return None


async def broken_until(conn: AsyncConnection, now: datetime) -> datetime | None:
    """Return until when Discord's refusal keeps all direct messages back, `None` if it does not."""
    return await conn.scalar(select(dm_breaker.c.until).where(dm_breaker.c.until > now))


async def break_until(conn: AsyncConnection, until: datetime, reason: str) -> None:
    """Keep all direct messages back until then."""
    await conn.execute(
        statements.insert(dm_breaker)
        .values(id=1, until=until, reason=reason)
        .on_conflict_do_update(
            index_elements=[dm_breaker.c.id], set_={"until": until, "reason": reason}
        )
    )
