"""Which feed owes a post, and freezing it. The database decides; a restart changes nothing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, exists, func, insert, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.posts._types import EMPTY, PLANNED, SKIPPED, DueFeed
from storage.tables import batches, feeds, post_papers, posts


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

    A day that was empty may be planned again: what the feed wants may have changed since. Earlier
    batches that this feed never got are recorded as skipped, and so accounted for.
    """
    await conn.execute(
        delete(posts).where(
            posts.c.feed_id == feed.feed_id,
            posts.c.batch_day == batch_day,
            posts.c.state == EMPTY,
        )
    )
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
