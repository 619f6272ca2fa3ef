"""A bot that owes people a digest, as a process of its own, to be killed.

`python -m tests.wire.digest_process PLAN`, the plan being JSON, connects, makes sure that everybody
follows the topic, and does a minute's work again and again until nobody is owed anything.
"""

import asyncio
import sys
import time
from datetime import datetime, timedelta
from datetime import time as wall_time
from pathlib import Path

from pydantic import BaseModel

from bot.cli.run import point_at
from bot.client import PaperBot, create_bot
from bot.runtime.logs import logging_to_stderr
from papers.model import Metrics, Record
from storage import digests, subscriptions
from storage.subscriptions import Every, Mode
from tests.bot.world import MONDAY, FakeSource, at, make_settings, paper

TOPIC = "flow matching"
TITLE = "Your papers of Monday 9 June 2025"
"""The first line of the digest that everybody is owed."""


class Plan(BaseModel):
    """Who is owed a digest, in which Discord."""

    folder: Path
    token: str
    api_url: str
    gateway_url: str
    people: list[tuple[int, int | None]]
    """Each person, and the conversation with them where it was opened before."""
    papers: int = 2
    began: float
    """The machine's time at which it was nine o'clock for everybody."""
    beat: float = 1.0
    """Seconds between two looks at the clock."""


class MovingClock:
    """A clock that goes on between one start of the bot and the next."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> datetime:
        """Return the time."""
        return at(MONDAY, 9) + timedelta(seconds=max(0.0, time.time() - self._began))


async def main(plan: Plan) -> None:
    """Send what is owed."""
    settings = make_settings(
        plan.folder,
        discord_api_url=plan.api_url,
        discord_gateway_url=plan.gateway_url,
        dm_opens_per_day=10_000,
        dm_sends_per_hour=100_000,
        dm_spread_minutes=0,
    )
    point_at(settings)
    clock = MovingClock(plan.began)
    batch = [
        Record(paper(number, f"Flow Matching for Problem {number}"), Metrics(9), MONDAY)
        for number in range(900, 900 + plan.papers)
    ]
    bot = create_bot(settings, clock=clock, sources=[FakeSource({MONDAY: batch})])
    await bot.open()
    await _subscribe(bot, plan)
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    with logging_to_stderr(settings):
        connection = asyncio.create_task(bot.start(plan.token))
        while not bot.is_ready():
            await asyncio.sleep(0.02)
            if connection.done():
                connection.result()
        while await _owed(bot):
            await bot.app.cycle.run(clock.now(), timeout=None)
            draining = asyncio.create_task(bot.services.queue.drain())
            await asyncio.wait({draining}, timeout=plan.beat)
        await bot.close()
        await connection


async def _subscribe(bot: PaperBot, plan: Plan) -> None:
    """Let everybody follow the topic since yesterday, unless an earlier start has seen to it."""
    since = at(MONDAY, 8) - timedelta(days=1)
    async with bot.services.database.write() as conn:
        if await subscriptions.all_topics(conn):
            return
        for user_id, channel_id in plan.people:
            await subscriptions.ensure_subscriber(
                conn, user_id, at=wall_time(9), timezone="UTC", every=Every.DAY, now=since
            )
            await subscriptions.subscribe(
                conn, user_id, key=TOPIC, query=TOPIC, mode=Mode.STRICT, min_votes=0, now=since
            )
            if channel_id is not None:
                await subscriptions.open_channel(conn, user_id, channel_id)


async def _owed(bot: PaperBot) -> bool:
    now = bot.clock.now()
    async with bot.services.database.read() as conn:
        return bool(await digests.claim_due(conn, now)) or await digests.backlog(conn) > 0


if __name__ == "__main__":
    asyncio.run(main(Plan.model_validate_json(sys.argv[1])))
