"""Personal data: counted, exported, erased."""

from collections.abc import Mapping
from typing import Any

from bot.runtime.clock import Clock
from storage import library, personal_data, shelves
from storage.database import Database


class PersonalData:
    """What is stored about a user."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def counts(self, user_id: int, dm_channel_id: int | None) -> Mapping[str, int]:
        """Return how many rows each table has of a user.

        Args:
            user_id: whose data it is.
            dm_channel_id: their direct messages, where that is where they ask.
        """
        async with self._database.read() as conn:
            return await personal_data.counts(conn, user_id, dm_channel_id)

    async def export(self, user_id: int, dm_channel_id: int | None) -> Mapping[str, Any]:
        """Return all rows of a user by table, as JSON values."""
        async with self._database.read() as conn:
            return await personal_data.export(conn, user_id, dm_channel_id)

    async def erase(self, user_id: int, dm_channel_id: int | None) -> int:
        """Erase everything of a user; return how many rows that were."""
        async with self._database.write(durable=True) as conn:
            return await personal_data.erase(conn, user_id, self._clock.now(), dm_channel_id)

    async def name_on_shelves(self, user_id: int, *, named: bool) -> None:
        """Let servers' shelves name a user beside what they added, or not."""
        async with self._database.write() as conn:
            await shelves.set_named(conn, user_id, self._clock.now(), named=named)

    async def count_saves(self, user_id: int, *, counted: bool) -> None:
        """Let a user's saves count in a server's list, or not."""
        async with self._database.write() as conn:
            await library.set_counts(conn, user_id, self._clock.now(), counted=counted)
