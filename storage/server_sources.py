"""Which feeds of the web each server has as sources, and under which name."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.sources.declared import ServerFeed, server_feed, web_key
from storage.chunks import chunks
from storage.engines.statements import delete_some, insert
from storage.tables import guilds, server_sources, web_feeds
from storage.web_feeds import WebFeed, web_feed

OFFERS_KEPT = timedelta(days=1)
"""How long a feed that an admin was shown may be added."""


@dataclass(frozen=True, slots=True)
class ServerSource:
    """A feed as a server has it."""

    feed: WebFeed
    name: str

    @property
    def key(self) -> str:
        """Its key among sources."""
        return self.feed.key


async def offer(
    conn: AsyncConnection, guild_id: int, feed_id: int, name: str, now: datetime
) -> None:
    """Note that an admin is shown a feed under a name; one that the server has stays as it is."""
    await conn.execute(insert(guilds).values(id=guild_id, joined_at=now).on_conflict_do_nothing())
    values = {"name": name, "offered_at": now}
    await conn.execute(
        insert(server_sources)
        .values(guild_id=guild_id, web_feed_id=feed_id, **values)
        .on_conflict_do_update(
            index_elements=[server_sources.c.guild_id, server_sources.c.web_feed_id],
            set_=values,
            where=server_sources.c.added_at.is_(None),
        )
    )


async def add(conn: AsyncConnection, guild_id: int, feed_id: int, now: datetime) -> None:
    """Add a feed that was offered."""
    await conn.execute(
        update(server_sources)
        .where(
            server_sources.c.guild_id == guild_id,
            server_sources.c.web_feed_id == feed_id,
            server_sources.c.added_at.is_(None),
        )
        .values(added_at=now)
    )


async def get(
    conn: AsyncConnection, guild_id: int, feed_id: int
) -> tuple[ServerSource, bool] | None:
    """Return a feed of a server, also one that it was only offered, and whether it was added."""
    row = (
        await conn.execute(
            _with_feeds().where(
                server_sources.c.guild_id == guild_id, server_sources.c.web_feed_id == feed_id
            )
        )
    ).first()
    return None if row is None else (_source(row), row.added_at is not None)


async def of_guild(conn: AsyncConnection, guild_id: int) -> list[ServerSource]:
    """Return the feeds that a server has, by their names."""
    rows = await conn.execute(
        _with_feeds()
        .where(server_sources.c.guild_id == guild_id, server_sources.c.added_at.is_not(None))
        .order_by(func.lower(server_sources.c.name), server_sources.c.web_feed_id)
    )
    return [_source(row) for row in rows]


async def names(conn: AsyncConnection, guild_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """Return what servers call the feeds that they have: by server, and by the feed's key."""
    found: dict[int, dict[str, str]] = {}
    for some in chunks(sorted(guild_ids)):
        rows = await conn.execute(
            select(
                server_sources.c.guild_id, server_sources.c.web_feed_id, server_sources.c.name
            ).where(server_sources.c.guild_id.in_(some), server_sources.c.added_at.is_not(None))
        )
        for row in rows:
            found.setdefault(row.guild_id, {})[web_key(row.web_feed_id)] = row.name
    return found


async def named(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, str]:
    """Return what the feeds among a topic's sources are called in the servers that they were chosen
    in, by their keys; those that a server removed, or that left with it, are missing."""
    wanted = set(filter(None, map(server_feed, keys)))
    found: dict[str, str] = {}
    for some in chunks(sorted({feed.guild_id for feed in wanted})):
        rows = await conn.execute(
            select(server_sources.c.guild_id, server_sources.c.web_feed_id, server_sources.c.name)
            .join(guilds, guilds.c.id == server_sources.c.guild_id)
            .where(
                server_sources.c.guild_id.in_(some),
                server_sources.c.added_at.is_not(None),
                guilds.c.left_at.is_(None),
            )
        )
        known = {ServerFeed(row.guild_id, row.web_feed_id): row.name for row in rows}
        found |= {feed.key: name for feed, name in known.items() if feed in wanted}
    return found


async def remove(conn: AsyncConnection, guild_id: int, feed_id: int) -> bool:
    """Take a feed from a server; return whether the server had it."""
    result = await conn.execute(
        delete(server_sources).where(
            server_sources.c.guild_id == guild_id,
            server_sources.c.web_feed_id == feed_id,
            server_sources.c.added_at.is_not(None),
        )
    )
    return result.rowcount == 1


async def forget_offers(conn: AsyncConnection, now: datetime, *, most: int = 100) -> int:
    """Delete feeds that were offered and not added for `OFFERS_KEPT`; return how many, 0 at the
    end."""
    return await delete_some(
        conn,
        server_sources,
        server_sources.c.added_at.is_(None),
        server_sources.c.offered_at < now - OFFERS_KEPT,
        first=server_sources.c.offered_at,
        most=most,
    )


def _with_feeds() -> Any:
    return select(web_feeds, server_sources.c.name, server_sources.c.added_at).join(
        server_sources, server_sources.c.web_feed_id == web_feeds.c.id
    )


def _source(row: Row[Any]) -> ServerSource:
    return ServerSource(web_feed(row), row.name)
