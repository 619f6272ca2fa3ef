"""`paperboy demo`: the real bot in a simulated Discord, in the terminal or in a browser."""

import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import click
import discord
import simcord

from bot.client import PaperBot, create_bot, live_sources
from bot.clock import OffsetClock
from bot.logs import logging_to_stderr
from bot.publishing import strings_of
from bot.settings import Settings
from papers import calendar
from papers.sources import PaperSource, SourceError
from papers.sources.sample import SampleSource
from storage import feeds

CHANNEL = "papers"
SHOWN = 10
"""Papers in the demo's thread."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The simulated server: its channel, its people, and the bot in it."""

    env: simcord.Env
    bot: PaperBot
    channel: simcord.ChannelHandle
    admin: simcord.MemberActor
    reader: simcord.MemberActor
    user: simcord.UserHandle


async def run_demo(
    settings: Settings,
    *,
    once: bool,
    live: bool,
    port: int,
    place: str = "channel",
    database: Path | None = None,
) -> int:
    """Post the newest batch in a simulated server; print it, or serve it to a browser.

    Returns the exit code: 1 when the real sources have no batch to show.
    """
    sample = SampleSource()
    sources: Sequence[PaperSource] = live_sources(settings) if live else [sample]
    with logging_to_stderr(settings.model_copy(update={"log_level": "WARNING"})):
        try:
            newest = await _newest_batch(sources)
        except SourceError as error:
            click.echo(f"paperboy: {error}. Try again later, or without --live.", err=True)
            for source in sources:
                await source.close()
            return 1
        now = calendar.begins(newest) + settings.settle + timedelta(hours=1)
        click.echo(
            f"It is {now:%A %d %B %Y, %H:%M} UTC in this demo: the morning of the newest batch"
            f" of {'the real sources' if live else 'the sample'}."
        )
        with tempfile.TemporaryDirectory(prefix="paperboy-demo-") as folder:
            path = database or Path(folder, "demo.db")
            settings = settings.model_copy(
                update={"database_url": f"sqlite+aiosqlite:///{path}", "sync_commands": "always"}
            )
            bot = create_bot(settings, clock=OffsetClock(now), sources=sources)
            async with _stage(bot) as stage:
                await _post(stage, None if live else sample)
                for line in transcript(stage.channel):
                    click.echo(line)
                if not once:
                    from bot.demo_page import serve

                    return await serve(stage, place, port)
    return 0


async def _newest_batch(sources: Sequence[PaperSource]) -> date:
    """Return the day of the newest batch that the curated source has."""
    curated = next(source for source in sources if source.curated)
    return (await curated.latest()).day


@asynccontextmanager
async def _stage(bot: PaperBot) -> AsyncGenerator[Stage]:
    try:
        async with simcord.run(bot, settle_timeout=60.0) as env:
            guild = env.create_guild("Reading Group")
            channel = guild.create_text_channel(CHANNEL)
            admins = guild.create_role("admins", permissions=discord.Permissions(manage_guild=True))
            admin = guild.add_member(env.create_user("ada"), roles=[admins])
            user = env.create_user("grace")
            reader = guild.add_member(user)
            await env.settle()
            yield Stage(env, bot, channel, admin, reader, user)
    finally:
        await bot.close()


async def _post(stage: Stage, sample: SampleSource | None) -> None:
    bot = stage.bot
    now = bot.clock.now()
    if sample is not None:
        # All of it, so that search and the week's list have something to show.
        for day in sample.days:
            await bot.ingester.read_day(day, now)
    guild_id = stage.env.guild.id
    async with bot.database.write() as conn:
        await feeds.add(
            conn,
            guild_id=guild_id,
            channel_id=stage.channel.id,
            at=datetime.min.time(),
            timezone="UTC",
            size=SHOWN,
            now=now,
        )
    await bot.tick(now)


def transcript(channel: simcord.ChannelHandle) -> list[str]:
    """Return what Discord shows in a channel and its threads, read back from the simulated
    Discord."""
    lines: list[str] = []
    for message in channel.history():
        if shown := _shown(message):
            lines += ["", f"#{channel.name}", *shown]
    for thread in channel.threads:
        lines += ["", f"Thread: {thread.name}"]
        for message in thread.history():
            lines += ["", *_shown(message)]
    return lines


def _shown(message: discord.Message) -> list[str]:
    return [f"  {line}" for text in strings_of(message) for line in text.splitlines()]
