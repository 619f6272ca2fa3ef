"""A bot as a process of its own that listens to reactions until it is killed.

`python -m tests.wire.saving_process FOLDER API GATEWAY GUILD CHANNEL [before|after N]` connects,
posts the day's thread unless it is there, says so, and goes on. With the last two it kills itself
at the N-th transaction of reactions: with all of it written but not committed, or just committed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import time
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.run import point_at
from bot.client import create_bot
from bot.runtime.clock import FixedClock
from storage import feeds
from storage.database import Database
from tests.bot.world import MONDAY, FakeSource, at, make_settings, votes
from tests.wire.bot_process import TOKEN

READY = "ready"


class Deadly:
    """A database at one of whose transactions the process dies."""

    def __init__(self, database: Database, when: str, number: int) -> None:
        self._database = database
        self._when = when
        self._left = number

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """Write, and die at the time."""
        self._left -= 1
        async with self._database.write() as conn:
            yield conn
            self._die("before")
        self._die("after")

    def _die(self, when: str) -> None:
        if not self._left and when == self._when:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(
    folder: Path,
    api_url: str,
    gateway_url: str,
    places: tuple[int, int],
    deadly: tuple[str, int] | None,
) -> None:
    """Listen until killed."""
    settings = make_settings(folder, discord_api_url=api_url, discord_gateway_url=gateway_url)
    point_at(settings)
    now = at(MONDAY, 9)
    bot = create_bot(
        settings, clock=FixedClock(now), sources=[FakeSource({MONDAY: votes(MONDAY, 30, 20, 10)})]
    )
    await bot.open()
    guild_id, channel_id = places
    async with bot.services.database.write() as conn:
        await feeds.add(
            conn,
            guild_id=guild_id,
            channel_id=channel_id,
            at=time(9),
            timezone="UTC",
            size=10,
            now=now,
        )
    if deadly is not None:
        vars(vars(bot.services.library)["_writer"])["_database"] = Deadly(
            bot.services.database, *deadly
        )
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    connection = asyncio.create_task(bot.start(TOKEN))
    while not bot.is_ready():
        await asyncio.sleep(0.02)
        if connection.done():
            connection.result()
    await bot.tick(now)
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    await connection


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(
        main(
            Path(given[0]),
            given[1],
            given[2],
            (int(given[3]), int(given[4])),
            (given[5], int(given[6])) if given[5:] else None,
        )
    )
