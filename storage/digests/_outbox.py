"""How far each digest has got."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.digests._types import EMPTY, INBOX, SENDING, SENT, UNFINISHED, Digest
from storage.engines.statements import insert
from storage.tables import cards, digests


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
    """Record the digest's message, and which papers it shows; nothing of an erased person's."""
    recorded = await conn.execute(
        update(digests)
        .where(digests.c.id == digest.id)
        .values(state=SENT, message_id=message_id, finished_at=now, next_try_at=None, reason=None)
    )
    if not recorded.rowcount or not paper_ids:
        return
    await conn.execute(
        insert(cards).on_conflict_do_nothing(),
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


def _digest(row: Row[Any]) -> Digest:
    return Digest(*row)
