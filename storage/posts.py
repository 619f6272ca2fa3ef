"""Posts: which feed owes one, and how far each has got. The database decides; a restart changes
nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, exists, func, insert, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import batches, cards, feeds, post_papers, posts

PLANNED, SENDING, DONE = "planned", "sending", "done"
EMPTY, SKIPPED, FAILED = "empty", "skipped", "failed"
UNFINISHED = (PLANNED, SENDING)


class DueFeed(NamedTuple):
    """A feed whose hour has come, and the calendar day it has there."""

    feed_id: int
    guild_id: int
    channel_id: int
    local_date: date


@dataclass(frozen=True, slots=True)
class Post:
    """One feed's thread for one batch, as far as it has got."""

    id: int
    feed_id: int | None
    guild_id: int
    channel_id: int
    batch_day: date
    local_date: date | None
    state: str
    late: bool
    payload: Any
    header_message_id: int | None
    thread_id: int | None
    planned_at: datetime
    started_at: datetime | None
    sent_at: datetime | None
    finished_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    refreshes: int
    reason: str | None


class Step(NamedTuple):
    """One card of a post: its place, its paper, and its message once it is there."""

    position: int
    paper_id: str
    message_id: int | None


def _post(row: Row[Any]) -> Post:
    values = list(row)
    return Post(*values)


async def claim_due(conn: AsyncConnection, now: datetime, batch_day: date) -> list[DueFeed]:
    """Return the active feeds whose local hour has come and that still owe `batch_day`.

    A feed owes it when neither that batch nor a newer one was planned there, and when its calendar
    day is later than every day that it has used: moving a feed's clock never reopens a day.
    """
    zones = (await conn.execute(select(feeds.c.timezone).distinct())).scalars().all()
    due: list[DueFeed] = []
    for zone in zones:
        local = now.astimezone(ZoneInfo(zone))
        used = exists().where(
            posts.c.feed_id == feeds.c.id,
            or_(posts.c.batch_day >= batch_day, posts.c.local_date >= local.date()),
        )
        rows = await conn.execute(
            select(feeds.c.id, feeds.c.guild_id, feeds.c.channel_id).where(
                feeds.c.timezone == zone,
                feeds.c.state == "active",
                feeds.c.at <= local.time().replace(tzinfo=None),
                ~used,
            )
        )
        due += [DueFeed(row.id, row.guild_id, row.channel_id, local.date()) for row in rows]
    return due


async def plan(
    conn: AsyncConnection,
    feed: DueFeed,
    batch_day: date,
    *,
    now: datetime,
    late: bool,
    payload: Any | None,
    paper_ids: Sequence[str],
    reason: str | None = None,
) -> int | None:
    """Freeze a post; `None` if that batch was planned there before. Without papers the day is
    recorded as empty.

    Earlier batches that this feed never got are recorded as skipped, and so accounted for.
    """
    taken = await conn.scalar(
        select(func.count()).where(
            posts.c.feed_id == feed.feed_id, posts.c.local_date == feed.local_date
        )
    )
    post_id = await conn.scalar(
        insert(posts)
        .prefix_with("OR IGNORE")
        .values(
            feed_id=feed.feed_id,
            guild_id=feed.guild_id,
            channel_id=feed.channel_id,
            batch_day=batch_day,
            local_date=None if taken else feed.local_date,
            state=PLANNED if paper_ids else EMPTY,
            late=late,
            payload=payload,
            planned_at=now,
            finished_at=None if paper_ids else now,
            reason=reason,
        )
        .returning(posts.c.id)
    )
    if post_id is None:
        return None
    if paper_ids:
        await conn.execute(
            insert(post_papers),
            [
                {"post_id": post_id, "position": position, "paper_id": paper_id}
                for position, paper_id in enumerate(paper_ids)
            ],
        )
    await _record_skipped(conn, feed, batch_day, now)
    return post_id


async def _record_skipped(
    conn: AsyncConnection, feed: DueFeed, batch_day: date, now: datetime
) -> None:
    last = await conn.scalar(
        select(func.max(posts.c.batch_day)).where(
            posts.c.feed_id == feed.feed_id, posts.c.batch_day < batch_day
        )
    )
    if last is None:
        return
    missed = select(
        literal(feed.feed_id),
        literal(feed.guild_id),
        literal(feed.channel_id),
        batches.c.day,
        literal(SKIPPED),
        literal(0),
        literal(now, posts.c.planned_at.type),
        literal(now, posts.c.finished_at.type),
        null(),
        literal("the bot was away"),
    ).where(batches.c.state == "complete", batches.c.day > last, batches.c.day < batch_day)
    columns = [
        "feed_id",
        "guild_id",
        "channel_id",
        "batch_day",
        "state",
        "late",
        "planned_at",
        "finished_at",
        "payload",
        "reason",
    ]
    await conn.execute(
        insert(posts).prefix_with("OR IGNORE").from_select(columns, missed.distinct())
    )


async def unfinished(conn: AsyncConnection, now: datetime) -> list[int]:
    """Return the ids of posts that wait to be sent, or sent on, oldest first.

    Those of a feed that is paused or disabled wait until it is resumed.
    """
    rows = await conn.execute(
        select(posts.c.id)
        .outerjoin(feeds, feeds.c.id == posts.c.feed_id)
        .where(
            or_(feeds.c.id.is_(None), feeds.c.state == "active"),
            posts.c.state.in_(UNFINISHED),
            or_(posts.c.next_try_at.is_(None), posts.c.next_try_at <= now),
        )
        .order_by(posts.c.id)
    )
    return list(rows.scalars())


async def get(conn: AsyncConnection, post_id: int) -> Post | None:
    """Return one post."""
    row = (await conn.execute(select(posts).where(posts.c.id == post_id))).one_or_none()
    return None if row is None else _post(row)


async def of_batch(conn: AsyncConnection, feed_id: int, batch_day: date) -> Post | None:
    """Return a feed's post for a batch, whatever became of it."""
    row = (
        await conn.execute(
            select(posts).where(posts.c.feed_id == feed_id, posts.c.batch_day == batch_day)
        )
    ).one_or_none()
    return None if row is None else _post(row)


async def newest(conn: AsyncConnection, feed_id: int) -> Post | None:
    """Return a feed's latest post, whatever became of it."""
    row = (
        await conn.execute(
            select(posts)
            .where(posts.c.feed_id == feed_id)
            .order_by(posts.c.batch_day.desc())
            .limit(1)
        )
    ).one_or_none()
    return None if row is None else _post(row)


async def steps(conn: AsyncConnection, post_id: int) -> list[Step]:
    """Return a post's cards in their order."""
    rows = await conn.execute(
        select(post_papers.c.position, post_papers.c.paper_id, post_papers.c.message_id)
        .where(post_papers.c.post_id == post_id)
        .order_by(post_papers.c.position)
    )
    return [Step(row.position, row.paper_id, row.message_id) for row in rows]


async def shown(conn: AsyncConnection, channel_id: int) -> set[str]:
    """Return every paper that this channel was ever shown, by whichever feed."""
    rows = await conn.execute(
        select(post_papers.c.paper_id)
        .join(posts, posts.c.id == post_papers.c.post_id)
        .where(posts.c.channel_id == channel_id)
    )
    return set(rows.scalars())


async def first_batch(conn: AsyncConnection, channel_id: int) -> date | None:
    """Return the oldest batch that this channel got a thread for."""
    return await conn.scalar(
        select(func.min(posts.c.batch_day)).where(
            posts.c.channel_id == channel_id, posts.c.state.in_((SENDING, DONE))
        )
    )


async def mark_sending(conn: AsyncConnection, post_id: int, now: datetime) -> None:
    """Record that something of this post is about to be sent."""
    await conn.execute(
        update(posts)
        .where(posts.c.id == post_id)
        .values(
            state=SENDING,
            started_at=func.coalesce(posts.c.started_at, literal(now, posts.c.started_at.type)),
            sent_at=now,
        )
    )


async def mark_header(conn: AsyncConnection, post_id: int, message_id: int) -> None:
    """Record the header's message."""
    await conn.execute(
        update(posts).where(posts.c.id == post_id).values(header_message_id=message_id, attempts=0)
    )


async def mark_thread(conn: AsyncConnection, post_id: int, thread_id: int) -> None:
    """Record the post's thread."""
    await conn.execute(
        update(posts).where(posts.c.id == post_id).values(thread_id=thread_id, attempts=0)
    )


async def mark_card(
    conn: AsyncConnection, post: Post, step: Step, message_id: int, now: datetime
) -> None:
    """Record the message of one card, and that this message shows that paper."""
    await conn.execute(
        update(post_papers)
        .where(post_papers.c.post_id == post.id, post_papers.c.position == step.position)
        .values(message_id=message_id)
    )
    await conn.execute(
        insert(cards)
        .prefix_with("OR IGNORE")
        .values(
            message_id=message_id,
            paper_id=step.paper_id,
            channel_id=post.thread_id,
            guild_id=post.guild_id,
            posted_at=now,
        )
    )
    await conn.execute(update(posts).where(posts.c.id == post.id).values(attempts=0, sent_at=now))


async def mark_retry(conn: AsyncConnection, post_id: int, *, at: datetime, reason: str) -> None:
    """Record that the post waits for a better moment."""
    await conn.execute(
        update(posts)
        .where(posts.c.id == post_id)
        .values(next_try_at=at, attempts=posts.c.attempts + 1, reason=reason)
    )


async def finish(
    conn: AsyncConnection, post_id: int, state: str, now: datetime, reason: str | None = None
) -> None:
    """Close a post; nothing more is sent for it but its header's refreshes."""
    await conn.execute(
        update(posts)
        .where(posts.c.id == post_id)
        .values(state=state, finished_at=now, next_try_at=None, reason=reason)
    )


async def refresh_due(conn: AsyncConnection, now: datetime, offsets: Sequence[Any]) -> list[int]:
    """Return the done posts whose header is due for its next refresh (`offsets` after it was
    finished)."""
    due = or_(
        *(
            and_(posts.c.refreshes == done, posts.c.finished_at <= now - offset)
            for done, offset in enumerate(offsets)
        )
    )
    rows = await conn.execute(
        select(posts.c.id).where(posts.c.state == DONE, posts.c.header_message_id.is_not(None), due)
    )
    return list(rows.scalars())


async def mark_refreshed(
    conn: AsyncConnection, post_id: int, refreshes: int, payload: Any | None = None
) -> None:
    """Record how many refreshes a header has had, and the numbers it now shows."""
    values: dict[str, Any] = {"refreshes": refreshes}
    if payload is not None:
        values["payload"] = payload
    await conn.execute(update(posts).where(posts.c.id == post_id).values(**values))
