"""Who is owed a digest, and freezing it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import schedule, zones
from papers.schedule import Window
from storage.digests._types import EMPTY, INBOX, PLANNED, SHOWN, UNFINISHED, Digest, DueDigest
from storage.engines.statements import insert
from storage.subscriptions import Every
from storage.tables import digest_papers, digests, person_news, subscribers, subscriptions

_MONDAY, _SATURDAY = 0, 5

_SLACK = timedelta(hours=1)
"""The least that a person's window is open, even across midnight: many digests are spread."""


async def claim_due(conn: AsyncConnection, now: datetime) -> list[DueDigest]:
    """Return the people who are owed a digest: their window is open, on a day they want one.

    A local date is used once, whatever becomes of the time zone.
    """
    clocks = select(subscribers.c.timezone, subscribers.c.at).distinct()
    windows: dict[tuple[str, date], dict[time, Window]] = defaultdict(dict)
    for name, hour in (await conn.execute(clocks)).all():
        if (found := window_at(now, hour, name)) is not None:
            windows[name, found.day][hour] = found
    due: list[DueDigest] = []
    for (name, day), open_now in windows.items():
        used = exists().where(
            digests.c.user_id == subscribers.c.user_id, digests.c.local_date >= day
        )
        follows_since = (
            select(func.min(subscriptions.c.created_at))
            .where(subscriptions.c.user_id == subscribers.c.user_id, subscriptions.c.paused == 0)
            .scalar_subquery()
        )
        wanted = [Every.DAY.value]
        if day.weekday() < _SATURDAY:
            wanted.append(Every.WEEKDAYS.value)
        if day.weekday() == _MONDAY:
            wanted.append(Every.WEEK.value)
        rows = await conn.execute(
            select(
                subscribers.c.user_id,
                subscribers.c.every,
                subscribers.c.at,
                follows_since.label("since"),
            ).where(
                subscribers.c.timezone == name,
                subscribers.c.at.in_(open_now),
                subscribers.c.every.in_(wanted),
                or_(subscribers.c.quiet_until.is_(None), subscribers.c.quiet_until <= day),
                ~used,
            )
        )
        due += [
            DueDigest(row.user_id, day, Every(row.every), here.opens, here.closes)
            for row in rows
            # Who subscribes after their hour gets a first digest tomorrow, not an empty one now.
            # Who follows nothing gets none: as a condition of the statement, PostgreSQL would look
            # that up for everybody who had theirs.
            if row.since is not None and row.since <= (here := open_now[row.at]).opens
        ]
    return due


def window_at(now: datetime, hour: time, timezone: str) -> Window | None:
    """Return the window for digests that is open at `now` for an hour in a time zone."""
    return schedule.open_window(now, hour, zones.zone_or_utc(timezone), _SLACK)


async def plan(
    conn: AsyncConnection,
    due: DueDigest,
    paper_ids: Sequence[str],
    *,
    payload: Any | None,
    state: str,
    now: datetime,
    reason: str | None = None,
    batch_day: date | None = None,
) -> int | None:
    """Freeze a digest; `None` if that day was used. Without papers the day is on record only."""
    finished = now if state not in UNFINISHED else None
    digest_id = await conn.scalar(
        insert(digests)
        .values(
            user_id=due.user_id,
            local_date=due.local_date,
            state=state,
            payload=payload,
            planned_at=now,
            finished_at=finished,
            expires_at=due.expires_at,
            reason=reason,
            batch_day=batch_day,
        )
        .on_conflict_do_nothing()
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
    batch_day: date | None = None,
) -> bool:
    """Record that a person asked for a digest that was not sent: it is not sent any more.

    With a payload, a day that had nothing for them gets its papers after all. Returns whether it
    was unsent.
    """
    values: dict[str, Any] = {"state": SHOWN, "finished_at": now, "next_try_at": None}
    if payload is not None:
        values |= {"payload": payload, "batch_day": batch_day}
    result = await conn.execute(
        update(digests)
        .where(digests.c.id == digest.id, digests.c.state.in_((PLANNED, INBOX, EMPTY)))
        .values(**values)
    )
    if result.rowcount:
        await _list_papers(conn, digest.id, paper_ids)
    return result.rowcount == 1


async def withdraw(conn: AsyncConnection, digest_id: int) -> None:
    """Forget a digest that was not sent: its day is free again, and what it holds still owed."""
    unsent = select(digests.c.id).where(digests.c.id == digest_id, digests.c.state.in_(UNFINISHED))
    await conn.execute(
        update(person_news)
        .where(person_news.c.digest_id.in_(unsent.scalar_subquery()))
        .values(digest_id=None, brought_at=None)
    )
    await conn.execute(
        delete(digests).where(digests.c.id == digest_id, digests.c.state.in_(UNFINISHED))
    )


async def last_planned(conn: AsyncConnection, user_id: int) -> datetime | None:
    """Return when a person's latest digest was made, also one without papers."""
    return await conn.scalar(
        select(func.max(digests.c.planned_at)).where(digests.c.user_id == user_id)
    )


async def covered_batch(conn: AsyncConnection, user_id: int) -> date | None:
    """Return the newest batch whose best papers a person's digests have considered."""
    return await conn.scalar(
        select(func.max(digests.c.batch_day)).where(digests.c.user_id == user_id)
    )


async def _list_papers(conn: AsyncConnection, digest_id: int, paper_ids: Sequence[str]) -> None:
    if paper_ids:
        await conn.execute(
            insert(digest_papers),
            [
                {"digest_id": digest_id, "position": position, "paper_id": paper_id}
                for position, paper_id in enumerate(paper_ids)
            ],
        )
