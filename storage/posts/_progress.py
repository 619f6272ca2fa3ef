"""How far each post has got."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY
from papers.shards import Shards
from storage.engines.statements import insert
from storage.guilds import in_shards
from storage.posts._types import DONE, SENDING, Post, Step
from storage.tables import cards, post_papers, posts


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


async def mark_header(
    conn: AsyncConnection, post_id: int, message_id: int, payload: Any | None = None
) -> None:
    """Record the header's message, and the payload that it shows where that is another."""
    values: dict[str, Any] = {"header_message_id": message_id, "attempts": 0}
    if payload is not None:
        values["payload"] = payload
    await conn.execute(update(posts).where(posts.c.id == post_id).values(**values))


async def mark_thread(conn: AsyncConnection, post_id: int, thread_id: int) -> None:
    """Record the post's thread."""
    await conn.execute(
        update(posts).where(posts.c.id == post_id).values(thread_id=thread_id, attempts=0)
    )


async def mark_card(
    conn: AsyncConnection,
    post: Post,
    step: Step,
    message_id: int,
    now: datetime,
    *,
    channel_id: int | None = None,
) -> None:
    """Record the message of one card, and that this message shows that paper.

    It is in `channel_id`, by default the post's thread.
    """
    await conn.execute(
        update(post_papers)
        .where(post_papers.c.post_id == post.id, post_papers.c.position == step.position)
        .values(message_id=message_id)
    )
    await conn.execute(
        insert(cards)
        .values(
            message_id=message_id,
            paper_id=step.paper_id,
            channel_id=post.thread_id if channel_id is None else channel_id,
            guild_id=post.guild_id,
            posted_at=now,
        )
        .on_conflict_do_nothing()
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


async def refresh_due(
    conn: AsyncConnection,
    now: datetime,
    offsets: Sequence[timedelta],
    shards: Shards | None = None,
) -> list[int]:
    """Return the done posts whose header is due for its next refresh (`offsets` after it was
    finished), oldest first, with `shards` only those of their servers. A roundup's votes have
    settled: its header stays as it is."""
    # The state is in each branch, so that SQLite finds them by their index among years of posts.
    due = or_(
        *(
            and_(
                posts.c.state == DONE,
                posts.c.refreshes == done,
                posts.c.finished_at <= now - offset,
            )
            for done, offset in enumerate(offsets)
        )
    )
    rows = await conn.execute(
        select(posts.c.id).where(
            due,
            in_shards(posts.c.guild_id, shards),
            posts.c.header_message_id.is_not(None),
            posts.c.payload.is_not(None),
            posts.c.every.in_(DAILY),
        )
    )
    return sorted(rows.scalars())


async def mark_refreshed(
    conn: AsyncConnection, post_id: int, refreshes: int, payload: Any | None = None
) -> None:
    """Record how many refreshes a header has had, and the numbers it now shows."""
    values: dict[str, Any] = {"refreshes": refreshes}
    if payload is not None:
        values["payload"] = payload
    await conn.execute(update(posts).where(posts.c.id == post_id).values(**values))
