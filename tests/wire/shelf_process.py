"""A bot whose server owes the weekly post of its shelf, as a process of its own, to be killed.

`python -m tests.wire.shelf_process FOLDER API GATEWAY GUILD CHANNEL` connects, makes sure that the
shelf has its papers, does the work of one minute, and ends.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.cli.run import point_at
from bot.client import create_bot
from bot.runtime.clock import FixedClock
from bot.runtime.logs import logging_to_stderr
from storage import guilds, papers, shelves
from storage.shelves import Shelf
from tests.bot.world import MONDAY, FakeSource, at, make_settings, votes
from tests.wire.bot_process import TOKEN

PAPERS = 3


async def main(
    folder: Path, api_url: str, gateway_url: str, guild_id: int, channel_id: int
) -> None:
    """Do the work of a minute."""
    settings = make_settings(folder, discord_api_url=api_url, discord_gateway_url=gateway_url)
    point_at(settings)
    now = at(MONDAY, 9)
    clock = FixedClock(now)
    records = votes(MONDAY, *range(PAPERS))
    bot = create_bot(settings, clock=clock, sources=[FakeSource({MONDAY: records})])
    await bot.open()
    async with bot.services.database.write() as conn:
        await papers.upsert(conn, records, now=now)
        shelf = Shelf(guild_id, channel_id=channel_id, weekly_since=now - timedelta(days=1))
        await shelves.put(conn, shelf, now)
        await guilds.welcomed(conn, guild_id, now)  # its greeting is no request of the post's
        for record in records:
            await shelves.pin(conn, guild_id, record.paper.id, now)
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    with logging_to_stderr(settings):
        connection = asyncio.create_task(bot.start(TOKEN))
        while not bot.is_ready():
            await asyncio.sleep(0.02)
            if connection.done():
                connection.result()
        await bot.tick(now)
        await bot.close()
        await connection


if __name__ == "__main__":
    folder, api_url, gateway_url, guild, channel = sys.argv[1:]
    asyncio.run(main(Path(folder), api_url, gateway_url, int(guild), int(channel)))
