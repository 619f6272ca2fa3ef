"""The one thread about a paper in each server: claimed before anything is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines.statements import insert
from storage.papers import families
from storage.tables import cards, discussions, guilds


@dataclass(frozen=True, slots=True)
class Discussion:
    """A thread about a paper, as far as it has got."""

    id: int
    guild_id: int
    paper_id: str
    channel_id: int
    """The channel that the thread is in."""
    payload: Any
    message_id: int | None
    """The message that the thread is on; its own card, or one that begins it."""
    thread_id: int | None
    claimed_at: datetime
    sent_at: datetime | None
    """The latest moment that the message which begins it was sent."""


async def of_paper(conn: AsyncConnection, guild_id: int, paper_id: str) -> Discussion | None:
    """Return the discussion of a paper in a server, finished or not."""
    keys = await families(conn, [paper_id])
    mine = (discussions.c.guild_id == guild_id) & discussions.c.paper_id.in_(keys)
    found = await conn.execute(select(discussions).where(mine).order_by(discussions.c.id).limit(1))
    row = found.first()
    return None if row is None else _discussion(row)


async def post_about(conn: AsyncConnection, guild_id: int, paper_id: str) -> int | None:
    """Return the newest post of a forum that is about a paper alone: its card begins the post."""
    keys = await families(conn, [paper_id])
    return await conn.scalar(
        select(cards.c.channel_id)
        .where(
            cards.c.guild_id == guild_id,
            cards.c.paper_id.in_(keys),
            cards.c.channel_id == cards.c.message_id,
        )
        .order_by(cards.c.message_id.desc())
        .limit(1)
    )


async def get(conn: AsyncConnection, discussion_id: int) -> Discussion | None:
    """Return one discussion."""
    found = select(discussions).where(discussions.c.id == discussion_id)
    row = (await conn.execute(found)).one_or_none()
    return None if row is None else _discussion(row)


async def claim(
    conn: AsyncConnection,
    guild_id: int,
    paper_id: str,
    *,
    channel_id: int,
    payload: Any,
    message_id: int | None,
    now: datetime,
) -> Discussion:
    """Freeze a discussion that is about to be opened, or return the one that there is.

    Args:
        conn: a writer.
        guild_id: the server.
        paper_id: a stored paper.
        channel_id: the channel that the thread will be in.
        payload: what the message that begins it says.
        message_id: the message that can carry the thread; without one, a message is sent first.
        now: the present instant.
    """
    if (there := await of_paper(conn, guild_id, paper_id)) is not None:
        return there
    await conn.execute(insert(guilds).values(id=guild_id, joined_at=now).on_conflict_do_nothing())
    await conn.execute(
        insert(discussions)
        .values(
            guild_id=guild_id,
            paper_id=paper_id,
            channel_id=channel_id,
            payload=payload,
            message_id=message_id,
            claimed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["guild_id", "paper_id"])
    )
    found = await of_paper(conn, guild_id, paper_id)
    if found is None:
        raise LookupError(paper_id)
    return found


async def unfinished(conn: AsyncConnection) -> list[int]:
    """Return the ids of discussions without a thread, oldest first."""
    rows = select(discussions.c.id).where(discussions.c.thread_id.is_(None))
    return list((await conn.execute(rows.order_by(discussions.c.id))).scalars())


async def mark_sending(conn: AsyncConnection, discussion_id: int, now: datetime) -> None:
    """Record that the message which begins a discussion is about to be sent."""
    await _set(conn, discussion_id, sent_at=now)


async def mark_message(conn: AsyncConnection, discussion_id: int, message_id: int | None) -> None:
    """Record the message that the thread will be on; `None` if that is gone and another needed."""
    await _set(conn, discussion_id, message_id=message_id)


async def mark_thread(conn: AsyncConnection, discussion_id: int, thread_id: int) -> None:
    """Record the thread: the discussion is open."""
    await _set(conn, discussion_id, thread_id=thread_id)


async def drop(conn: AsyncConnection, discussion_id: int) -> None:
    """Forget a discussion without a thread: it may be opened again."""
    await conn.execute(delete(discussions).where(discussions.c.id == discussion_id))


async def on(conn: AsyncConnection, guild_id: int) -> bool:
    """Return whether a server has the buttons, as it has until an admin turns them off."""
    kept = await conn.scalar(select(guilds.c.discusses).where(guilds.c.id == guild_id))
    return kept is None or bool(kept)


async def turn(conn: AsyncConnection, guild_id: int, now: datetime, *, on: bool) -> None:
    """Turn the buttons of a server's cards on or off."""
    await conn.execute(
        insert(guilds)
        .values(id=guild_id, joined_at=now, discusses=int(on))
        .on_conflict_do_update(index_elements=[guilds.c.id], set_={"discusses": int(on)})
    )


async def _set(conn: AsyncConnection, discussion_id: int, **values: Any) -> None:
    await conn.execute(
        update(discussions).where(discussions.c.id == discussion_id).values(**values)
    )


def _discussion(row: Row[Any]) -> Discussion:
    return Discussion(*row)
