from datetime import timedelta

from papers import program
from storage import synced_commands
from storage.database import Database
from storage.synced_commands import SyncedCommands
from tests.storage.shared import NOON


async def test_what_was_registered_last_is_remembered_for_each_application(database: Database):
    later = NOON + timedelta(days=1)
    async with database.write() as connection:
        assert await synced_commands.get(connection, 1) is None
        await synced_commands.put(connection, 1, "old", {"paper": 10}, now=NOON)
        await synced_commands.put(connection, 2, "other", {}, now=NOON)
        await synced_commands.put(connection, 1, "new", {"paper": 1 << 62, "feed": 11}, now=later)
    async with database.read() as connection:
        assert await synced_commands.get(connection, 1) == SyncedCommands(
            "new", {"paper": 1 << 62, "feed": 11}, later, program.version()
        )
