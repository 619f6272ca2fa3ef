"""Headers in announcement channels that are published to the channels that follow those."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.cadence import DAILY
from papers.shards import Shards
from storage.guilds import in_shards
from storage.posts._types import DONE, Crosspost
from storage.tables import posts


async def crossposts_due(
    conn: AsyncConnection, now: datetime, shards: Shards | None = None
) -> list[int]:
    """Return the posts whose header is to be published, oldest first: of a thread after its first
    refresh, of a roundup, which has none, at once. With `shards`, only those of their servers."""
    rows = await conn.execute(
        select(posts.c.id)
        .where(
            posts.c.crosspost.in_((Crosspost.OWED.value, Crosspost.CLAIMED.value)),
            posts.c.state == DONE,
            in_shards(posts.c.guild_id, shards),
            or_(posts.c.refreshes > 0, posts.c.every.not_in(DAILY)),
            posts.c.header_message_id.is_not(None),
            or_(posts.c.next_try_at.is_(None), posts.c.next_try_at <= now),
        )
        .order_by(posts.c.id)
    )
    return list(rows.scalars())


async def mark_crosspost(
    conn: AsyncConnection,
    post_id: int,
    state: Crosspost | None,
    *,
    retry_at: datetime | None = None,
) -> None:
    """Record how far publishing a header is, `None` for not wanted, and when it is tried again."""
    values: dict[str, Any] = {"crosspost": state, "next_try_at": retry_at}
    if retry_at is not None:
        values["attempts"] = posts.c.attempts + 1
    await conn.execute(update(posts).where(posts.c.id == post_id).values(**values))
