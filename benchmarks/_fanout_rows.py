"""The servers and feeds of `benchmarks.fanout` and `benchmarks.cluster_load`, written in bulk."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import insert

from storage import tables
from storage.database import Database


async def add_servers(database: Database, guild_ids: Collection[int], now: datetime) -> None:
    """Let the bot have been in these servers, and have greeted them."""
    known = {"joined_at": now, "welcomed_at": now}
    async with database.write() as conn:
        await conn.execute(insert(tables.guilds), [{"id": each, **known} for each in guild_ids])


async def add_feeds(
    database: Database,
    channels: Sequence[tuple[int, int]],
    papers: int,
    now: datetime,
    hour: int = 0,
) -> None:
    """Give every channel its feed; none is new.

    Args:
        database: where.
        channels: server and channel of each.
        papers: how many a day.
        now: the present instant.
        hour: when they are due.
    """
    row: dict[str, object] = {
        "at": time(hour),
        "timezone": "UTC",
        "size": papers,
        "min_votes": 0,
        "include": [],
        "exclude": [],
        "categories": [],
        "state": "active",
        "created_at": now - timedelta(days=30),
    }
    places = [{"guild_id": guild, "channel_id": channel} for guild, channel in channels]
    async with database.write() as conn:
        await conn.execute(insert(tables.feeds), [row | place for place in places])
