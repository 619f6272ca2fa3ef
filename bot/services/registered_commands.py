"""Registered commands: what Discord last accepted of an application, and the ids it gave."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from bot.runtime.clock import Clock
from papers import program
from storage import leases, synced_commands
from storage.database import Database
from storage.synced_commands import SyncedCommands

STAYS: Final = timedelta(minutes=15)
"""How long what a newer version registered stays although none of its processes is left."""


class RegisteredCommands:
    """Stores the last registration of each application."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, application_id: int) -> SyncedCommands | None:
        """Return the last registration, `None` before the first one."""
        async with self._database.read() as conn:
            return await synced_commands.get(conn, application_id)

    async def newer(self, application_id: int) -> str | None:
        """Return the newer version whose registration is to stay; `None` if there is none.

        While processes are brought to another version one by one, the part of registering may go
        back and forth between the two. The newer one's commands stay as long as a process of a
        newer version has a part of the work, and for a while after they were last registered.
        """
        async with self._database.read() as conn:
            known = await synced_commands.get(conn, application_id)
            running = await leases.versions(conn)
        mine = program.version()
        if known is None or not program.is_newer(known.version, mine):
            return None
        lately = self._clock.now() - known.synced_at < STAYS
        stays = lately or any(program.is_newer(each, mine) for each in running)
        return known.version if stays else None

    async def put(
        self, application_id: int, payload_hash: str, command_ids: Mapping[str, int]
    ) -> None:
        """Store a registration in place of the one before."""
        async with self._database.write() as conn:
            await synced_commands.put(
                conn, application_id, payload_hash, command_ids, now=self._clock.now()
            )
