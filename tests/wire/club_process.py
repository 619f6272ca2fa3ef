"""A bot with a journal club as a process of its own, to be killed.

`python -m tests.wire.club_process FOLDER API GATEWAY GUILD CHANNEL MOMENT…` connects and does a
minute's work at each of these moments. A database without a club gets one that meets at the hour
of `HELD_AFTER` from the first, with two members who take turns and two papers nominated.
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cli.run import point_at
from bot.client import create_bot
from bot.runtime.clock import FixedClock
from bot.runtime.logs import logging_to_stderr
from papers.club_schedule import Every
from papers.model import Metrics, Record
from storage import clubs, papers
from tests.bot.world import FakeSource, make_settings, paper

TOKEN = "MTA.wire.test"
HELD_AFTER = timedelta(hours=80)
MEMBERS = (1_000_000_000_000_000_001, 1_000_000_000_000_000_002)
PAPERS = ("2506.00900", "2506.00901")


async def main(
    folder: Path,
    api_url: str,
    gateway_url: str,
    guild_id: int,
    channel_id: int,
    moments: Sequence[datetime],
) -> None:
    """Do a minute's work at each of these moments."""
    clock = FixedClock(moments[0])
    settings = make_settings(folder, discord_api_url=api_url, discord_gateway_url=gateway_url)
    point_at(settings)
    bot = create_bot(settings, clock=clock, sources=[FakeSource({})])
    await bot.open()
    async with bot.services.database.write() as conn:
        if not await clubs.all_of(conn, guild_id):
            await add_club(conn, guild_id, channel_id, moments[0])
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    with logging_to_stderr(settings):
        connection = asyncio.create_task(bot.start(TOKEN))
        while not bot.is_ready():
            await asyncio.sleep(0.02)
            if connection.done():
                connection.result()
        for moment in moments:
            clock.at = moment
            await bot.services.clubs.claim(moment)
            await bot.services.drain()
        await bot.close()
        await connection


async def add_club(conn: AsyncConnection, guild_id: int, channel_id: int, now: datetime) -> None:
    """Give the channel its club."""
    held = now + HELD_AFTER
    club = await clubs.add(
        conn,
        guild_id=guild_id,
        channel_id=channel_id,
        anchor=held.date(),
        every=Every.WEEK,
        at=held.time(),
        timezone="UTC",
        rotates=True,
        now=now,
    )
    assert club is not None
    await clubs.set_members(conn, club.id, MEMBERS, now)
    await clubs.open_session(conn, club, club.anchor, now)
    known = [Record(paper(number), Metrics(number), None) for number in (900, 901)]
    await papers.upsert(conn, known, now=now)
    for paper_id in PAPERS:
        await clubs.nominate(conn, club.id, paper_id, MEMBERS[0], now)


if __name__ == "__main__":
    folder, api_url, gateway_url, guild, channel, *times = sys.argv[1:]
    moments = [datetime.fromisoformat(each).astimezone(UTC) for each in times]
    asyncio.run(main(Path(folder), api_url, gateway_url, int(guild), int(channel), moments))
