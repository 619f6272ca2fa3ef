"""Which message of ours shows which paper, so that a reaction on it is a save."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sqlite import insert
from storage.tables import cards


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
