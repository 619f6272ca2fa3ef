"""Shelves' settings. A server without a row has those that every shelf begins with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library import emoji_key, without_tone
from storage.shelves._types import Adding, Shelf
from storage.tables import guilds, preferences, shelves, users


async def get(conn: AsyncConnection, guild_id: int) -> Shelf:
    """Return a server's settings."""
    row = (await conn.execute(select(shelves).where(shelves.c.guild_id == guild_id))).first()
    return Shelf(guild_id) if row is None else _shelf(row)


async def of_guilds(conn: AsyncConnection, guild_ids: Iterable[int]) -> dict[int, Shelf]:
    """Return the settings of these servers."""
    found = {guild_id: Shelf(guild_id) for guild_id in guild_ids}
    for ids in chunks(list(found)):
        for row in await conn.execute(select(shelves).where(shelves.c.guild_id.in_(ids))):
            found[row.guild_id] = _shelf(row)
    return found


async def put(conn: AsyncConnection, shelf: Shelf, now: datetime) -> None:
    """Store a server's settings."""
    await _ensure_guild(conn, shelf.guild_id, now)
    values = _values(shelf)
    await conn.execute(
        insert(shelves)
        .values(guild_id=shelf.guild_id, created_at=now, **values)
        .on_conflict_do_update(index_elements=[shelves.c.guild_id], set_=values)
    )


async def ensure(conn: AsyncConnection, guild_ids: Iterable[int], now: datetime) -> None:
    """Make the rows that everything of these shelves hangs on."""
    for guild_id in guild_ids:
        await _ensure_guild(conn, guild_id, now)
        await conn.execute(
            insert(shelves)
            .values(guild_id=guild_id, created_at=now, **_values(Shelf(guild_id)))
            .on_conflict_do_nothing()
        )


async def stop_weekly(conn: AsyncConnection, guild_id: int, reason: str) -> None:
    """Record why the weekly post of a server cannot go on; storing its settings starts it again."""
    await conn.execute(
        update(shelves).where(shelves.c.guild_id == guild_id).values(stopped_reason=reason)
    )


async def adds(conn: AsyncConnection, guild_id: int | None, emoji: str) -> bool:
    """Return whether an emoji, by its key, adds to the shelf of a server."""
    if guild_id is None:
        return False
    return same_emoji(await get(conn, guild_id), emoji)


def same_emoji(shelf: Shelf, key: str) -> bool:
    """Return whether an emoji is that of a shelf, in any skin tone."""
    return without_tone(key) == without_tone(emoji_key(shelf.emoji))


async def set_named(conn: AsyncConnection, user_id: int, now: datetime, *, named: bool) -> None:
    """Let shelves name a person beside what they added, or not."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    values = {"named": int(named), "updated_at": now}
    await conn.execute(
        insert(preferences)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[preferences.c.user_id], set_=values)
    )


async def _ensure_guild(conn: AsyncConnection, guild_id: int, now: datetime) -> None:
    await conn.execute(insert(guilds).values(id=guild_id, joined_at=now).on_conflict_do_nothing())


def _values(shelf: Shelf) -> dict[str, Any]:
    return {
        "emoji": shelf.emoji,
        "emoji_key": emoji_key(shelf.emoji),
        "adding": shelf.adding.value,
        "role_id": shelf.role_id,
        "shows_saves": int(shelf.shows_saves),
        "channel_id": shelf.channel_id,
        "weekday": shelf.weekday,
        "at": shelf.at,
        "timezone": shelf.timezone,
        "weekly_since": shelf.weekly_since,
        "stopped_reason": shelf.stopped_reason,
    }


def _shelf(row: Row[Any]) -> Shelf:
    return Shelf(
        guild_id=row.guild_id,
        emoji=row.emoji,
        adding=Adding(row.adding),
        role_id=row.role_id,
        shows_saves=bool(row.shows_saves),
        channel_id=row.channel_id,
        weekday=row.weekday,
        at=row.at,
        timezone=row.timezone,
        weekly_since=row.weekly_since,
        stopped_reason=row.stopped_reason,
    )
