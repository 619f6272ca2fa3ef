from datetime import timedelta

from storage import commands
from storage.commands import SyncedCommands
from storage.database import Database
from tests.storage.shared import NOON


async def test_what_was_registered_last_is_remembered_for_each_application(database: Database):
    later = NOON + timedelta(days=1)
    async with database.write() as connection:
        assert await commands.get(connection, 1) is None
        await commands.put(connection, 1, "old", {"paper": 10}, now=NOON)
        await commands.put(connection, 2, "other", {}, now=NOON)
        await commands.put(connection, 1, "new", {"paper": 1 << 62, "feed": 11}, now=later)
    async with database.read() as connection:
        assert await commands.get(connection, 1) == SyncedCommands(
            "new", {"paper": 1 << 62, "feed": 11}, later
        )
