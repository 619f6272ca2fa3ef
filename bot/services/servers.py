"""Servers that the bot is in: joined, left, greeted once."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot.runtime.clock import Clock
from bot.runtime.logs import log_failure
from storage import feeds, guilds
from storage.database import Database
from storage.database_file import DriverError

log = logging.getLogger(__name__)

AGAIN: Final = 2.0
"""Seconds until the database is asked again that took nothing."""


class Servers:
    """Keeps track of the servers of this application."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def joined(self, guild_id: int) -> bool:
        """Record that the bot is in a server; return whether it has to be greeted."""
        async with self._database.write() as conn:
            return await guilds.joined(conn, guild_id, self._clock.now())

    async def left(self, guild_id: int) -> None:
        """Record that a server removed the bot, and disable its feeds."""
        async with self._database.write() as conn:
            await guilds.left(conn, guild_id, self._clock.now())

    async def reconcile(self, present: Sequence[int], *, shard: tuple[int, int]) -> None:
        """Record which servers of a shard the bot is in.

        Args:
            present: the ids of all servers that the shard's session lists.
            shard: the shard's id, and how many there are.
        """
        async with self._database.write() as conn:
            await guilds.reconcile(conn, present, self._clock.now(), shard=shard)

    async def learn(self, present: Callable[[], Sequence[int]], *, shard: tuple[int, int]) -> None:
        """Record the same as soon as the database takes it.

        Args:
            present: tells which servers the shard's session lists by then.
            shard: as for `reconcile`.
        """
        while True:
            try:
                await self.reconcile(present(), shard=shard)
            except (DriverError, OSError) as error:
                log_failure(log, error, "servers not noted shard_id=%d", shard[0])  # not shown
                await asyncio.sleep(AGAIN)
            else:
                return

    async def unwelcomed(self) -> list[int]:
        """Return the servers that were not greeted yet."""
        async with self._database.read() as conn:
            return list(await guilds.unwelcomed(conn))

    async def has_feeds(self, guild_id: int) -> bool:
        """Return whether a server has a feed, so that it needs no greeting."""
        async with self._database.read() as conn:
            return bool(await feeds.of_guild(conn, guild_id))

    async def joined_at(self, guild_id: int) -> datetime | None:
        """Return since when the bot is in a server."""
        async with self._database.read() as conn:
            return await guilds.joined_at(conn, guild_id)

    async def welcomed(self, guild_id: int) -> None:
        """Record that a server was greeted."""
        async with self._database.write() as conn:
            await guilds.welcomed(conn, guild_id, self._clock.now())
