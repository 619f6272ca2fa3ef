"""What the processes of `tests.wire.processes` find imported: the bot with all of its commands."""

import importlib

from bot.client import EXTENSIONS
from bot.runtime.imports import lasting_imports

with lasting_imports():
    for name in (
        *("alembic.command", "apscheduler.executors.asyncio", "apscheduler.triggers.cron"),
        *("sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.dialects.postgresql.asyncpg"),
        *("bot.cli.main", "bot.cli.run", *EXTENSIONS),
        *("tests.bot.world", "tests.databases", "tests.discord_server"),
    ):
        importlib.import_module(name)
