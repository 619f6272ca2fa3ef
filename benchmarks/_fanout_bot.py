"""The bot's half of `benchmarks.fanout`, a process of its own: `python -m benchmarks._fanout_bot`.

Reads one line of JSON on its standard input, the plan, and writes one line for each thing that it
has reached: `ready`, with its memory after the servers came, and `done`.
"""

import asyncio
import json
import re
import sys
import time
from datetime import UTC, datetime
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import discord
from pydantic import BaseModel

from benchmarks._fanout_rows import add_feeds, add_servers
from bot.cli.run import point_at
from bot.client import PaperBot, create_bot
from bot.interactions.save_buttons import SaveButton
from bot.settings import Settings
from bot.ui.cards import render_card, render_header, thread_name
from papers.sources.sample import SampleSource
from storage import feeds

BEAT = 60.0
"""Seconds between two looks at the clock, as in `paperboy run`."""


class Plan(BaseModel):
    """What to do, in which Discord."""

    system: str
    """`ours`, `sequential` (one channel after the other, as most bots do) or `at once`."""
    token: str
    api_url: str
    gateway_url: str
    folder: Path
    papers: int
    channels: list[tuple[int, int]]
    """Server and channel of each feed."""
    settings: dict[str, Any]


class Clock:
    """A clock that started at the given moment."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self._ahead


def memory() -> float:
    """Return the most memory that this process ever had, in MB.

    Not `resource.getrusage`, which begins with what the parent has.
    """
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def say(event: str, **figures: float) -> None:
    """Tell the parent."""
    sys.stdout.write(json.dumps({"event": event, **figures}) + "\n")
    sys.stdout.flush()


async def run(plan: Plan) -> None:
    """Connect, wait for the word, post to every channel, and say what it took."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
        database_url=f"sqlite+aiosqlite:///{plan.folder / 'paperboy.db'}",
        discord_api_url=plan.api_url,
        discord_gateway_url=plan.gateway_url,
        **{"save_reactions": False, **plan.settings},
    )
    point_at(settings)
    source = SampleSource()
    clock = Clock(datetime.combine(source.newest_day, wall_time(14), UTC))
    bot = create_bot(settings, clock=clock, sources=[source])
    if plan.system != "ours":
        # What is left is discord.py as everybody has it.
        for listeners in (bot.trace.on_request_start, bot.trace.on_request_end):
            listeners.clear()
        bot.trace.on_request_exception.clear()
    await bot.open()
    await bot.app.cycle.ingest(clock.now())
    database, servers = bot.services.database, {guild for guild, _ in plan.channels}
    await add_servers(database, servers, clock.now())
    await add_feeds(database, plan.channels, plan.papers, clock.now())
    connection = asyncio.create_task(bot.start(plan.token))
    while not bot.is_ready():
        await asyncio.sleep(0.05)
        if connection.done():
            connection.result()
    say("ready", memory_mb=memory(), guilds=len(bot.guilds))
    await asyncio.to_thread(sys.stdin.readline)  # the word to begin
    lags: list[float] = []
    watching = asyncio.create_task(watch(lags))
    began = time.perf_counter()
    cpu = time.process_time()
    if plan.system == "ours":
        await post(bot)
    else:
        await naive(bot, plan)
    lags.sort()
    say(
        "done",
        memory_mb=memory(),
        cpu=(time.process_time() - cpu) / (time.perf_counter() - began),
        loop_lag_p99_s=lags[int(len(lags) * 0.99)],
    )
    await asyncio.to_thread(sys.stdin.readline)  # commands may still be under way
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await bot.close()
    await connection


async def post(bot: PaperBot) -> None:
    """Do what `paperboy run` does, minute by minute, until nothing is owed."""
    while True:
        await bot.app.cycle.run(bot.clock.now(), timeout=None)
        if not len(bot.services.queue):
            await bot.services.library.drain()
            return
        draining = asyncio.create_task(bot.services.queue.drain())
        await asyncio.wait({draining}, timeout=BEAT)


async def naive(bot: PaperBot, plan: Plan) -> None:
    """Post the same messages the usual way: loop over the channels and send, remember nothing."""
    async with bot.services.database.read() as conn:
        feed = (await feeds.active(conn))[0]
        batch = await bot.services.ranking.newest(conn, bot.clock.now())
    draft = await bot.services.publisher.preview(feed, bot.clock.now())
    assert draft is not None
    assert batch is not None

    async def post_to(guild_id: int, channel_id: int) -> None:
        channel = bot.get_partial_messageable(
            channel_id, guild_id=guild_id, type=discord.ChannelType.text
        )
        header = await channel.send(view=render_header(draft.header))
        place = channel.get_partial_message(header.id)
        thread = await place.create_thread(name=thread_name(batch))
        for paper_id, card in zip(draft.paper_ids, draft.cards, strict=True):
            await thread.send(view=render_card(card, actions=[SaveButton(paper_id)]))

    if plan.system == "sequential":
        for guild_id, channel_id in plan.channels:
            await post_to(guild_id, channel_id)
    else:
        every = [post_to(guild_id, channel_id) for guild_id, channel_id in plan.channels]
        await asyncio.gather(*every, return_exceptions=True)


async def watch(lags: list[float], interval: float = 0.01) -> None:
    """Note how much later than asked the loop comes back."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(interval)
        lags.append(time.perf_counter() - before - interval)


if __name__ == "__main__":
    asyncio.run(run(Plan.model_validate_json(sys.stdin.readline())))
