"""A bot as a process of its own, to be killed.

`python -m tests.wire.bot_process FOLDER API GATEWAY GUILD CHANNEL PAPERS [FEED [MINUTE...]]`
connects, makes sure that the channel has its feed of so many papers a day, does the work of one
minute (or of each of these minutes after nine), and ends. FEED has more of the feed, as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from bot.cli.run import point_at
from bot.client import create_bot
from bot.runtime.clock import FixedClock
from bot.runtime.lease import Lease
from bot.runtime.logs import logging_to_stderr
from papers.cadence import Every
from papers.model import Metrics, Record
from storage import feeds
from storage.feeds import Kind, Layout, Tags
from tests.bot.world import MONDAY, FakeSource, at, make_settings, paper, votes

TOKEN = "MTA.wire.test"


async def main(
    folder: Path,
    api_url: str,
    gateway_url: str,
    guild_id: int,
    channel_id: int,
    papers: int,
    feed: str = "{}",
    minutes: Sequence[int] = (0,),
    *,
    lease: Lease | None = None,
) -> None:
    """Do the work of some minutes."""
    settings = make_settings(folder, discord_api_url=api_url, discord_gateway_url=gateway_url)
    point_at(settings)
    now = at(MONDAY, 9)
    more: dict[str, Any] = json.loads(feed)
    every = Every(more.pop("every", Every.DAY))
    # A roundup on a Monday is of last week.
    day = MONDAY if every.is_daily else MONDAY - timedelta(days=3)
    batch = votes(day, *range(90, 90 - papers, -1))
    if not every.is_daily:
        about = [("agents",), ("agents", "robots"), ("robots", "speech"), ("speech",)]
        batch = [
            replace(record, paper=replace(record.paper, keywords=about[number % 4]))
            for number, record in enumerate(batch)
        ]
    if "tags" in more:
        batch = [
            replace(record, paper=replace(record.paper, categories=("cs.CL",))) for record in batch
        ]
    again = paper(999, batch[0].paper.title.upper())  # folded behind the first card
    source = FakeSource({day: [*batch, Record(again, Metrics(1), day)]})
    clock = FixedClock(now)
    bot = create_bot(settings, clock=clock, sources=[source], lease=lease)
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
            kind=Kind(more.pop("kind", Kind.CHANNEL)),
            layout=Layout(more.pop("layout", Layout.DAY)),
            tags=Tags(more.pop("tags", Tags.EXISTING)),
            every=every,
            **more,
        )
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    with logging_to_stderr(settings):
        connection = asyncio.create_task(bot.start(TOKEN))
        while not bot.is_ready():
            await asyncio.sleep(0.02)
            if connection.done():
                connection.result()
        for minute in minutes:
            clock.at = now + timedelta(minutes=minute)
            await bot.tick(clock.at)
        await bot.close()
        await connection


if __name__ == "__main__":
    folder, api_url, gateway_url, guild, channel, papers, *more = sys.argv[1:]
    feed, *minutes = more or ["{}"]
    work = main(
        Path(folder),
        api_url,
        gateway_url,
        int(guild),
        int(channel),
        int(papers),
        feed,
        [int(minute) for minute in minutes] or [0],
    )
    asyncio.run(work)
