"""Registered commands: what Discord last accepted of an application, and the ids it gave."""

from collections.abc import Mapping

from bot.runtime.clock import Clock
from storage import synced_commands
from storage.database import Database
from storage.synced_commands import SyncedCommands


class RegisteredCommands:
    """Stores the last registration of each application."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, application_id: int) -> SyncedCommands | None:
        """Return the last registration, `None` before the first one."""
        async with self._database.read() as conn:
            return await synced_commands.get(conn, application_id)

    async def put(
        self, application_id: int, payload_hash: str, command_ids: Mapping[str, int]
    ) -> None:
        """Store a registration in place of the one before."""
        async with self._database.write() as conn:
            await synced_commands.put(
                conn, application_id, payload_hash, command_ids, now=self._clock.now()
            )
