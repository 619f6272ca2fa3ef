"""Which message of ours shows which paper, so that a reaction on it is a save.

A row is kept for `CARDS_KEPT`. Discord archives a thread after seven quiet days, and no reaction
can be added there. An older message that still gets a reaction says itself which papers it shows:
it is read again (`bot.services.library`), and its rows come back for a day.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import delete_some, insert
from storage.tables import cards

CARDS_KEPT: Final = timedelta(days=30)
"""More than the week in which reactions are read back (`privacy.REACTIONS_READ`)."""


async def add(
    conn: AsyncConnection,
    *,
    message_id: int,
    paper_id: str,
    channel_id: int,
    guild_id: int | None,
    now: datetime,
) -> None:
    """Record that a message shows a paper; recording it twice is once."""
    await conn.execute(
        insert(cards)
        .values(
            message_id=message_id,
            paper_id=paper_id,
            channel_id=channel_id,
            guild_id=guild_id,
            posted_at=now,
        )
        .on_conflict_do_nothing()
    )


async def starters(conn: AsyncConnection, guild_id: int) -> set[int]:
    """Return the cards of a server that posts of a forum start with: their ids are the posts'."""
    rows = await conn.execute(
        select(cards.c.message_id).where(
            cards.c.guild_id == guild_id, cards.c.channel_id == cards.c.message_id
        )
    )
    return set(rows.scalars())


async def prune(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete the oldest rows that are older than `CARDS_KEPT`; return how many, 0 at the end."""
    old = cards.c.posted_at < now - CARDS_KEPT
    return await delete_some(conn, cards, old, first=cards.c.posted_at, most=most)
