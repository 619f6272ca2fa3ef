"""Digests: who is owed one, and how far each has got; and the budgets of direct messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import sqlite
from storage.subscriptions import Every
from storage.tables import (
    cards,
    digest_papers,
    digests,
    dm_breaker,
    dm_log,
    subscribers,
    subscriptions,
)

PLANNED, SENDING = "planned", "sending"
SENT, SHOWN, INBOX, EMPTY = "sent", "shown", "inbox", "empty"
UNFINISHED = (PLANNED, SENDING)
OPEN, SEND = "open", "send"

_MONDAY, _SATURDAY = 0, 5


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A person whose hour has come, and the calendar day it is there."""

    user_id: int
    local_date: date
    every: Every
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """One person's papers of one day, as far as they have got."""

    id: int
    user_id: int
    local_date: date
    state: str
    payload: Any
    message_id: int | None
    planned_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime
    attempts: int
    next_try_at: datetime | None
    reason: str | None


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


async def get(conn: AsyncConnection, digest_id: int) -> Digest | None:
    """Return one digest."""
    row = (await conn.execute(select(digests).where(digests.c.id == digest_id))).one_or_none()
    return None if row is None else _digest(row)


async def of_day(conn: AsyncConnection, user_id: int, local_date: date) -> Digest | None:
    """Return a person's digest of a calendar day, or of a later one."""
    row = (
        await conn.execute(
            select(digests)
            .where(digests.c.user_id == user_id, digests.c.local_date >= local_date)
            .order_by(digests.c.local_date.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else _digest(row)


async def inbox(conn: AsyncConnection, user_id: int, since: date) -> list[Digest]:
    """Return a person's digests from that day on: those that could not be sent, then the others.

    Each the newest first, and only those that hold papers.
    """
    rows = await conn.execute(
        select(digests)
        .where(
            digests.c.user_id == user_id,
            digests.c.state.not_in((EMPTY, *UNFINISHED)),
            digests.c.local_date >= since,
        )
        .order_by((digests.c.state == INBOX).desc(), digests.c.local_date.desc())
    )
    return [_digest(row) for row in rows]


async def unfinished(conn: AsyncConnection, now: datetime) -> list[int]:
    """Return the ids of digests that wait to be sent, oldest first."""
    rows = await conn.execute(
        select(digests.c.id)
        .where(
            digests.c.state.in_(UNFINISHED),
            or_(digests.c.next_try_at.is_(None), digests.c.next_try_at <= now),
        )
        .order_by(digests.c.id)
    )
    return list(rows.scalars())


async def backlog(conn: AsyncConnection) -> int:
    """Return how many digests wait to be sent."""
    return (
        await conn.scalar(
            select(func.count()).select_from(digests).where(digests.c.state.in_(UNFINISHED))
        )
        or 0
    )


async def mark_sending(conn: AsyncConnection, digest_id: int, now: datetime) -> None:
    """Record that the digest is about to be sent."""
    await conn.execute(
        update(digests).where(digests.c.id == digest_id).values(state=SENDING, sent_at=now)
    )


async def mark_sent(
    conn: AsyncConnection,
    digest: Digest,
    message_id: int,
    channel_id: int,
    paper_ids: Sequence[str],
    now: datetime,
) -> None:
    """Record the digest's message, and which papers it shows."""
    await conn.execute(
        update(digests)
        .where(digests.c.id == digest.id)
        .values(state=SENT, message_id=message_id, finished_at=now, next_try_at=None, reason=None)
    )
    await conn.execute(
        insert(cards).prefix_with("OR IGNORE"),
        [
            {
                "message_id": message_id,
                "paper_id": paper_id,
                "channel_id": channel_id,
                "guild_id": None,
                "posted_at": now,
            }
            for paper_id in paper_ids
        ],
    )


async def mark_retry(conn: AsyncConnection, digest_id: int, *, at: datetime, reason: str) -> None:
    """Record that the digest waits for a better moment."""
    await conn.execute(
        update(digests)
        .where(digests.c.id == digest_id)
        .values(next_try_at=at, attempts=digests.c.attempts + 1, reason=reason)
    )


async def to_inbox(conn: AsyncConnection, digest_id: int, reason: str, now: datetime) -> None:
    """Leave the digest in the person's inbox, unsent."""
    await conn.execute(
        update(digests)
        .where(digests.c.id == digest_id)
        .values(state=INBOX, finished_at=now, next_try_at=None, reason=reason)
    )


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
    await conn.execute(delete(dm_log).where(dm_log.c.at < now - timedelta(days=2)))
    return None


async def broken_until(conn: AsyncConnection, now: datetime) -> datetime | None:
    """Return until when Discord's refusal keeps all direct messages back, `None` if it does not."""
    return await conn.scalar(select(dm_breaker.c.until).where(dm_breaker.c.until > now))


async def break_until(conn: AsyncConnection, until: datetime, reason: str) -> None:
    """Keep all direct messages back until then."""
    await conn.execute(
        sqlite.insert(dm_breaker)
        .values(id=1, until=until, reason=reason)
        .on_conflict_do_update(
            index_elements=[dm_breaker.c.id], set_={"until": until, "reason": reason}
        )
    )


def _digest(row: Row[Any]) -> Digest:
    return Digest(*row)
