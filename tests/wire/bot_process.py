"""A bot as a process of its own, to be killed.

`python -m tests.wire.bot_process FOLDER API GATEWAY GUILD CHANNEL PAPERS` connects, makes sure that
the channel has its feed of so many papers a day, does one minute's work, and ends.
"""

import asyncio
import sys
from datetime import time
from pathlib import Path

from bot.cli.run import point_at
from bot.client import create_bot
from bot.runtime.clock import FixedClock
from bot.runtime.logs import logging_to_stderr
from papers.model import Metrics, Record
from storage import feeds
from tests.bot.world import MONDAY, FakeSource, at, make_settings, paper, votes

TOKEN = "MTA.wire.test"


async def main(
    folder: Path, api_url: str, gateway_url: str, guild_id: int, channel_id: int, papers: int
) -> None:
    """Do one minute's work."""
    settings = make_settings(folder, discord_api_url=api_url, discord_gateway_url=gateway_url)
    point_at(settings)
    now = at(MONDAY, 9)
    batch = votes(MONDAY, *range(90, 90 - papers, -1))
    again = paper(999, batch[0].paper.title.upper())  # folded behind the first card
    source = FakeSource({MONDAY: [*batch, Record(again, Metrics(1), MONDAY)]})
    bot = create_bot(settings, clock=FixedClock(now), sources=[source])
    await bot.open()
    async with bot.services.database.write() as conn:
        await feeds.add(
            conn,
            guild_id=guild_id,
            channel_id=channel_id,
            at=time(9),
            timezone="UTC",
            size=papers,
            now=now,
        )
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
    folder, api_url, gateway_url, guild, channel, papers = sys.argv[1:]
    asyncio.run(main(Path(folder), api_url, gateway_url, int(guild), int(channel), int(papers)))
