"""Posts as they are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY, Every
from papers.shards import Shards
from storage.guilds import in_shards
from storage.posts._types import DONE, EMPTY, SENDING, SKIPPED, UNFINISHED, Post, Step
from storage.tables import feeds, post_papers, posts, shown_papers


async def unfinished(
    conn: AsyncConnection, now: datetime, shards: Shards | None = None
) -> list[int]:
    """Return the ids of posts that wait to be sent, or sent on, oldest first.

    Those of a feed that is paused or disabled wait until it is resumed. With `shards`, only posts
    of their servers.
    """
    rows = await conn.execute(
        select(posts.c.id)
        .outerjoin(feeds, feeds.c.id == posts.c.feed_id)
        .where(
            in_shards(posts.c.guild_id, shards),
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


async def last_planned(conn: AsyncConnection, feed_id: int) -> datetime | None:
    """Return when a feed's latest post was planned."""
    return await conn.scalar(select(func.max(posts.c.planned_at)).where(posts.c.feed_id == feed_id))


async def last_outcomes(
    conn: AsyncConnection, feed_id: int, limit: int
) -> list[tuple[str, str | None]]:
    """Return how a feed's newest posts ended that had something to post: state and reason."""
    rows = await conn.execute(
        select(posts.c.state, posts.c.reason)
        .where(posts.c.feed_id == feed_id, posts.c.state.not_in((EMPTY, SKIPPED, *UNFINISHED)))
        .order_by(posts.c.batch_day.desc())
        .limit(limit)
    )
    return [(row.state, row.reason) for row in rows]


async def steps(conn: AsyncConnection, post_id: int) -> list[Step]:
    """Return a post's cards in their order."""
    rows = await conn.execute(
        select(post_papers.c.position, post_papers.c.paper_id, post_papers.c.message_id)
        .where(post_papers.c.post_id == post_id, post_papers.c.behind.is_(None))
        .order_by(post_papers.c.position)
    )
    return [Step(row.position, row.paper_id, row.message_id) for row in rows]


async def folded(conn: AsyncConnection, post_id: int) -> dict[str, list[str]]:
    """Return the papers of a post that have no card of their own, by the paper whose card it is."""
    leaders = post_papers.alias("leaders")
    rows = await conn.execute(
        select(leaders.c.paper_id, post_papers.c.paper_id)
        .join(
            leaders,
            (leaders.c.post_id == post_papers.c.post_id)
            & (leaders.c.position == post_papers.c.behind),
        )
        .where(post_papers.c.post_id == post_id)
        .order_by(post_papers.c.position)
    )
    found: dict[str, list[str]] = {}
    for leader, paper_id in rows:
        found.setdefault(leader, []).append(paper_id)
    return found


async def shown(conn: AsyncConnection, channel_id: int) -> set[str]:
    """Return every paper that this channel was ever shown by a daily thread."""
    rows = await conn.execute(
        select(post_papers.c.paper_id)
        .join(posts, posts.c.id == post_papers.c.post_id)
        .where(posts.c.channel_id == channel_id, posts.c.every.in_(DAILY))
    )
    shown = set(rows.scalars())
    older = await conn.execute(
        select(shown_papers.c.papers).where(shown_papers.c.channel_id == channel_id)
    )
    return shown.union(*older.scalars())


async def headers_of(conn: AsyncConnection, channel_id: int) -> set[int]:
    """Return the headers that are on record for a channel."""
    rows = await conn.execute(
        select(posts.c.header_message_id).where(
            posts.c.channel_id == channel_id, posts.c.header_message_id.is_not(None)
        )
    )
    return set(rows.scalars())


async def first_batch(conn: AsyncConnection, channel_id: int) -> date | None:
    """Return the oldest batch that this channel got a thread for."""
    oldest = await conn.scalar(
        select(func.min(shown_papers.c.since)).where(shown_papers.c.channel_id == channel_id)
    )
    return oldest or await conn.scalar(
        select(func.min(posts.c.batch_day)).where(
            posts.c.channel_id == channel_id,
            posts.c.state.in_((SENDING, DONE)),
            posts.c.every.in_(DAILY),
        )
    )


def _post(row: Row[Any]) -> Post:
    *values, every = row
    return Post(*values, every=Every(every))
