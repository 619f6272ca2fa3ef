"""Who is owed a digest, and freezing it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.digests._types import EMPTY, INBOX, PLANNED, SHOWN, UNFINISHED, Digest, DueDigest
from storage.subscriptions import Every
from storage.tables import digest_papers, digests, subscribers, subscriptions

_MONDAY, _SATURDAY = 0, 5


async def claim_due(conn: AsyncConnection, now: datetime) -> list[DueDigest]:
    """Return the people who are owed a digest: their hour has come, on a day they want one.

    A calendar day is used once, whatever becomes of the time zone.
    """
    zones = (await conn.execute(select(subscribers.c.timezone).distinct())).scalars().all()
    due: list[DueDigest] = []
    for zone_name in zones:
        zone = ZoneInfo(zone_name)
        local = now.astimezone(zone)
        today = local.date()
        used = exists().where(
            digests.c.user_id == subscribers.c.user_id, digests.c.local_date >= today
        )
        follows_since = (
            select(func.min(subscriptions.c.created_at))
            .where(subscriptions.c.user_id == subscribers.c.user_id, subscriptions.c.paused == 0)
            .scalar_subquery()
        )
        wanted = [Every.DAY.value]
        if today.weekday() < _SATURDAY:
            wanted.append(Every.WEEKDAYS.value)
        if today.weekday() == _MONDAY:
            wanted.append(Every.WEEK.value)
        rows = await conn.execute(
            select(
                subscribers.c.user_id,
                subscribers.c.every,
                subscribers.c.at,
                follows_since.label("since"),
            ).where(
                subscribers.c.timezone == zone_name,
                subscribers.c.at <= local.time().replace(tzinfo=None),
                subscribers.c.every.in_(wanted),
                or_(subscribers.c.quiet_until.is_(None), subscribers.c.quiet_until <= today),
                follows_since.is_not(None),
                ~used,
            )
        )
        midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), zone)
        due += [
            DueDigest(
                row.user_id,
                today,
                Every(row.every),
                datetime.combine(today, row.at, zone),
                midnight,
            )
            for row in rows
            # Who subscribes after their hour gets a first digest tomorrow, not an empty one now.
            if row.since <= datetime.combine(today, row.at, zone)
        ]
    return due


async def plan(
    conn: AsyncConnection,
    due: DueDigest,
    paper_ids: Sequence[str],
    *,
    payload: Any | None,
    state: str,
    now: datetime,
    reason: str | None = None,
) -> int | None:
    """Freeze a digest; `None` if that day was used. Without papers the day is on record only."""
    finished = now if state not in UNFINISHED else None
    digest_id = await conn.scalar(
        insert(digests)
        .prefix_with("OR IGNORE")
        .values(
            user_id=due.user_id,
            local_date=due.local_date,
            state=state,
            payload=payload,
            planned_at=now,
            finished_at=finished,
            expires_at=due.expires_at,
            reason=reason,
        )
        .returning(digests.c.id)
    )
    if digest_id is not None:
        await _list_papers(conn, digest_id, paper_ids)
    return digest_id


async def show(
    conn: AsyncConnection,
    digest: Digest,
    now: datetime,
    *,
    payload: Any | None = None,
    paper_ids: Sequence[str] = (),
) -> None:
    """Record that a person asked for a digest that was not sent: it is not sent any more.

    With a payload, a day that had nothing for them gets its papers after all.
    """
    values: dict[str, Any] = {"state": SHOWN, "finished_at": now, "next_try_at": None}
    if payload is not None:
        values["payload"] = payload
    result = await conn.execute(
        update(digests)
        .where(digests.c.id == digest.id, digests.c.state.in_((PLANNED, INBOX, EMPTY)))
        .values(**values)
    )
    if result.rowcount:
        await _list_papers(conn, digest.id, paper_ids)


async def _list_papers(conn: AsyncConnection, digest_id: int, paper_ids: Sequence[str]) -> None:
    if paper_ids:
        await conn.execute(
            insert(digest_papers),
            [
                {"digest_id": digest_id, "position": position, "paper_id": paper_id}
                for position, paper_id in enumerate(paper_ids)
            ],
        )
