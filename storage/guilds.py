"""The servers that the bot is in, or was until lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.shards import Shards
from storage import feed_links
from storage.engines.statements import delete_some, insert
from storage.feeds import FeedState
from storage.tables import cards, feeds, guilds, posts

REMOVED = "the bot was removed from the server"
"""Why the feeds of such a server are disabled, and how they are known again when it returns."""

_WORKER_BITS: Final = 2**22
"""An id's lower bits; those above are its time (Discord: reference, Snowflakes)."""

LEFT_KEPT: Final = timedelta(days=30)
"""How long a server's feeds are kept after the bot was removed, in case that was a mistake."""


def in_shard(guild_id: ColumnElement[int], shard: tuple[int, int]) -> ColumnElement[bool]:
    """Return the condition that a server belongs to a shard: number, and how many there are.

    Direct messages, which have no server, belong to shard 0 (Discord: topics/gateway, Sharding).
    """
    number, count = shard
    return func.coalesce(guild_id, 0) // _WORKER_BITS % count == number


def in_shards(guild_id: ColumnElement[int], shards: Shards | None) -> ColumnElement[bool]:
    """Return the condition that a server belongs to these shards; `None` for all."""
    if shards is None:
        return true()
    number = func.coalesce(guild_id, 0) // _WORKER_BITS % shards.count
    return number.between(shards.first, shards.last)


class Reconciled(NamedTuple):
    """What changed while there was no connection."""

    joined: list[int]
    left: list[int]


async def joined(conn: AsyncConnection, guild_id: int, now: datetime) -> bool:
    """Record that the bot is in a server; return whether the set-up message is due there.

    When the bot comes back in time, so do the feeds that its removal disabled.
    """
    known = (await conn.execute(select(guilds).where(guilds.c.id == guild_id))).first()
    if known is None:
        await conn.execute(insert(guilds).values(id=guild_id, joined_at=now))
        return True
    if known.left_at is None:
        return known.welcomed_at is None
    await conn.execute(
        update(guilds)
        .where(guilds.c.id == guild_id)
        .values(joined_at=now, left_at=None, welcomed_at=None)
    )
    await conn.execute(
        update(feeds)
        .where(
            feeds.c.guild_id == guild_id,
            feeds.c.state == FeedState.DISABLED.value,
            feeds.c.disabled_reason == REMOVED,
        )
        .values(state=FeedState.ACTIVE.value, disabled_reason=None, told_at=None, set_at=now)
    )
    return True


async def joined_at(conn: AsyncConnection, guild_id: int) -> datetime | None:
    """Return since when the bot is in a server."""
    return await conn.scalar(select(guilds.c.joined_at).where(guilds.c.id == guild_id))


async def welcomed(conn: AsyncConnection, guild_id: int, now: datetime) -> None:
    """Record that the set-up message was posted, or that nothing allows to post it."""
    await conn.execute(update(guilds).where(guilds.c.id == guild_id).values(welcomed_at=now))


async def left(conn: AsyncConnection, guild_id: int, now: datetime) -> None:
    """Record that the bot was removed, disable the server's feeds, and revoke their links."""
    await feed_links.leave(conn, guild_id)
    await conn.execute(
        update(guilds)
        .where(guilds.c.id == guild_id, guilds.c.left_at.is_(None))
        .values(left_at=now)
    )
    await conn.execute(
        update(feeds)
        .where(feeds.c.guild_id == guild_id, feeds.c.state == FeedState.ACTIVE.value)
        .values(state=FeedState.DISABLED.value, disabled_reason=REMOVED)
    )


async def reconcile(
    conn: AsyncConnection,
    present_ids: Iterable[int],
    now: datetime,
    *,
    shard: tuple[int, int] = (0, 1),
) -> Reconciled:
    """Bring the table in line with the servers that the bot sees; cheap if nothing changed.

    Args:
        conn: a writing connection.
        present_ids: the servers that the bot is in, of this shard alone.
        now: the present instant.
        shard: its number, and how many there are; the others' servers are left as they are.
    """
    present = set(present_ids)
    here = select(guilds.c.id).where(guilds.c.left_at.is_(None), in_shard(guilds.c.id, shard))
    known = set((await conn.execute(here)).scalars())
    changes = Reconciled(sorted(present - known), sorted(known - present))
    for guild_id in changes.joined:
        await joined(conn, guild_id, now)
    for guild_id in changes.left:
        await left(conn, guild_id, now)
    return changes


async def unwelcomed(conn: AsyncConnection) -> list[int]:
    """Return the servers where the set-up message is still due."""
    statement = select(guilds.c.id).where(
        guilds.c.left_at.is_(None), guilds.c.welcomed_at.is_(None)
    )
    return list((await conn.execute(statement)).scalars())


async def forget_left(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete one part of a server that the bot left longer than `LEFT_KEPT` ago.

    Cards go first, then posts, then the server with all the rest. Returns how many rows, 0 at the
    end.
    """
    guild_id = await conn.scalar(
        select(guilds.c.id).where(guilds.c.left_at < now - LEFT_KEPT).limit(1)
    )
    if guild_id is None:
        return 0
    theirs = cards.c.guild_id == guild_id
    gone = await delete_some(conn, cards, theirs, first=cards.c.guild_id, most=most)
    gone += await delete_some(
        conn, posts, posts.c.guild_id == guild_id, first=posts.c.guild_id, most=most // 10
    )
    if not gone:
        gone = (await conn.execute(delete(guilds).where(guilds.c.id == guild_id))).rowcount
    return gone
