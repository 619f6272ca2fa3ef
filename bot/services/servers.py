"""Servers that the bot is in: joined, left, greeted once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.runtime.clock import Clock
from bot.runtime.logs import log_failure
from storage import feeds, guilds
from storage.database import Database
from storage.database_file import DriverError

log = logging.getLogger(__name__)

T = TypeVar("T")

AGAIN: Final = 2.0
"""Seconds until the database is asked again that took nothing."""


class Servers:
    """Keeps track of the servers of this application.

    Discord says once that a server invited or removed the bot: what the database does not take is
    tried again until it does.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def joined(self, guild_id: int) -> bool:
        """Record that the bot is in a server; return whether it has to be greeted."""
        return await self._written(lambda conn: guilds.joined(conn, guild_id, self._clock.now()))

    async def left(self, guild_id: int) -> None:
        """Record that a server removed the bot, and disable its feeds."""
        await self._written(lambda conn: guilds.left(conn, guild_id, self._clock.now()))

    async def learn(self, present: Callable[[], Sequence[int]], *, shard: tuple[int, int]) -> None:
        """Record which servers of a shard the bot is in.

        Args:
            present: tells the ids of all servers that the shard's session lists by then.
            shard: the shard's id, and how many there are.
        """
        await self._written(
            lambda conn: guilds.reconcile(conn, present(), self._clock.now(), shard=shard)
        )

    async def unwelcomed(self) -> list[int]:
        """Return the servers that were not greeted yet."""
        return list(await self._read(guilds.unwelcomed))

    async def has_feeds(self, guild_id: int) -> bool:
        """Return whether a server has a feed, so that it needs no greeting."""
        return bool(await self._read(lambda conn: feeds.of_guild(conn, guild_id)))

    async def joined_at(self, guild_id: int) -> datetime | None:
        """Return since when the bot is in a server."""
        return await self._read(lambda conn: guilds.joined_at(conn, guild_id))

    async def welcomed(self, guild_id: int) -> None:
        """Record that a server was greeted."""
        await self._written(lambda conn: guilds.welcomed(conn, guild_id, self._clock.now()))

    async def _read(self, asked: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def read() -> T:
            async with self._database.read() as conn:
                return await asked(conn)

        return await _until_it_answers(read)

    async def _written(self, change: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def write() -> T:
            async with self._database.write() as conn:
                return await change(conn)

        return await _until_it_answers(write)


async def _until_it_answers(work: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await work()
        except (DriverError, OSError) as error:
            log_failure(log, error, "servers not noted; trying again")  # not shown
        await asyncio.sleep(AGAIN)
