"""The simulated server of the demo, its people, and the real bot in it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import discord
import simcord
from discord.app_commands import AppCommandError

from bot.client import PaperBot
from bot.demo._clock import DemoClock
from bot.demo._discord import KeptDiscord, keep_in, set_clock, speak_in, start_posts_as_discord
from bot.i18n import ENGLISH
from bot.interactions.command_tree import PaperTree
from bot.interactions.errors import is_refusal
from papers import zone_names
from storage import feeds

GUILD = "Reading Group"
CHANNEL = "papers"
OTHER_CHANNEL = "reading"
"""A channel without a feed, for trying `/feed add`."""
FORUM, NEWS = "forum", "news"
"""A forum and an announcement channel, without a feed too; a demo that was kept may lack them."""
VOICE = "meeting"
OWNER, ADMIN, READER = "owner", "ada", "grace"

SHOWN = 10
"""Papers in the demo's thread."""

_PUBLISHED = discord.MessageFlags(crossposted=True, is_crossposted=True).value
"""simcord marks what was published as the copy is marked on Discord."""

SETTLE_TIMEOUT = 30.0
"""Seconds that the bot gets to answer in the simulated Discord: it may load its model first."""


THREAD_EXISTS = 160004
"""Discord's code for a second thread from one message."""


class DemoError(Exception):
    """The demo cannot be shown; the message is a sentence for the person who started it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The simulated server: its channel, its people, and the bot in it."""

    env: simcord.Env
    bot: PaperBot
    clock: DemoClock
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    people: dict[str, simcord.MemberActor]
    """The two members by name, the admin first."""

    @property
    def threads(self) -> list[simcord.ChannelHandle]:
        """The channel's threads, oldest first."""
        return sorted(self.channel.threads, key=lambda thread: thread.id)

    @property
    def forum_posts(self) -> list[simcord.ChannelHandle]:
        """The posts in the forum, oldest first."""
        forum = self.guild.channels.get(FORUM)
        return [] if forum is None else sorted(forum.threads, key=lambda thread: thread.id)

    def published(self, channel_id: int) -> list[int]:
        """Return the messages of an announcement channel that went to those that follow it."""
        messages = self.env.backend.messages.get(channel_id, {}).values()
        return [each.id for each in messages if each.flags & _PUBLISHED]

    def direct_messages(self, name: str) -> tuple[simcord.ChannelHandle, simcord.UserHandle]:
        """Return a person's conversation with the bot, and the person as its only viewer."""
        user = self.people[name].user
        return user.dm_channel, user


def kept_at(database: Path) -> datetime | None:
    """Return when the demo of this database was left, on its own clock; `None` if it is new.

    Raises:
        DemoError: what was kept cannot be read.
    """
    kept = _kept(database)
    return None if kept is None else kept.at


@asynccontextmanager
async def staged(
    bot: PaperBot,
    clock: DemoClock,
    *,
    language: str = ENGLISH.code,
    database: Path | None = None,
    sources: Sequence[str] = (),
    invited: bool = False,
) -> AsyncGenerator[Stage]:
    """Run the bot in a simulated Discord until the block ends.

    Args:
        bot: connected to nothing yet; it is closed in the end.
        clock: the time of the bot and of the simulated Discord.
        language: what its people and its server speak, by Discord's code for it.
        database: the bot's file if it is to be kept: then so is the simulated Discord, beside it.
        sources: what the channel's thread is made of, by keys; `()` for the default ones.
        invited: give no channel a thread: the bot has just joined, and says how to set one up.

    Raises:
        DemoError: the database belongs to a bot in other servers, or was kept with other sources.
        DatabaseError: the database cannot be used.
    """
    try:
        # What a command raises has been answered with a sentence and logged: it ends no demo.
        env = simcord.Env(bot, settle_timeout=SETTLE_TIMEOUT, check_errors=False)
        set_clock(env, clock)
        start_posts_as_discord(env)
        kept = None if database is None else _kept(database)
        if kept is not None:
            kept.restore(env.backend)
            _refuse_second_threads(env)
        stage = _build(env, bot, clock) if kept is None else _find(env, bot, clock)
        if language != ENGLISH.code:
            speak_in(env, language)
        await bot.open()
        # A form that names zones reads their tables in a thread, which simcord does not wait for.
        await asyncio.to_thread(zone_names.find, "UTC", clock.now())
        await _refuse_strangers(stage)
        if database is not None:
            keep_in(env, _beside(database))
        if not invited:
            await _add_feed(stage, sources)
        await env.start()
        _keep_pace(bot)
        _expect_refusals(bot)
        try:
            with env.time_context():
                await env.settle()
                yield stage
        finally:
            await env.shutdown()
    finally:
        await bot.close()


def _keep_pace(bot: PaperBot) -> None:
    """Let requests wait for their turns here too: simcord takes them before they would reach the
    wire, where the limiter stands."""
    request = bot.http.request

    async def paced(*given: Any, **named: Any) -> Any:
        turn = await bot.limiter.acquire()
        try:
            return await request(*given, **named)
        finally:
            bot.limiter.release(turn)

    bot.http.request = paced


def _expect_refusals(bot: PaperBot) -> None:
    """Keep what a person can mend out of the page's list of errors: simcord takes whatever a
    command raises for a fault of the bot, marks the action as failed and keeps the command in the
    composer, although the person has read the answer."""
    recorded = bot.tree.on_error
    release = PaperTree.on_error.__get__(bot.tree)

    async def on_error(interaction: Any, error: AppCommandError) -> None:
        await (release if is_refusal(error) else recorded)(interaction, error)

    bot.tree.on_error = on_error


def _beside(database: Path) -> Path:
    return database.with_name(f"{database.name}.discord.json")


def _kept(database: Path) -> KeptDiscord | None:
    if not database.exists():
        return None  # a Discord without its database is another one's past
    try:
        return KeptDiscord.read(_beside(database))
    except ValueError as error:
        raise DemoError(
            f"{error}; delete it together with {database}, or choose another file"
        ) from error


def _refuse_second_threads(env: simcord.Env) -> None:
    """Let messages that have a thread refuse another, which simcord would grant: a demo that was
    killed before it had noted its thread asks for it again."""
    for thread in env.backend.channels.values():
        if thread.is_thread and thread.id in env.backend.messages.get(thread.parent_id or 0, {}):
            env.inject_error(
                "POST",
                f"/channels/{thread.parent_id}/messages/{thread.id}/threads",
                status=400,
                code=THREAD_EXISTS,
                message="A thread has already been created for this message",
                times=None,
            )


def _build(env: simcord.Env, bot: PaperBot, clock: DemoClock) -> Stage:
    env.backend.bot_user.name = "Paperboy"
    owner = env.create_user(OWNER, global_name="Olga")
    guild = env.create_guild(GUILD, owner=owner)
    admins = guild.create_role("admins", permissions=discord.Permissions(manage_guild=True))
    guild.create_text_channel(CHANNEL, topic="Trending papers, with the day's thread")
    guild.create_text_channel(OTHER_CHANNEL, topic="What we read together")
    guild.create_forum_channel(FORUM)
    guild.create_news_channel(NEWS)
    guild.create_voice_channel(VOICE)
    guild.add_member(env.create_user(ADMIN, global_name="Ada"), roles=[admins])
    guild.add_member(env.create_user(READER, global_name="Grace"))
    return _find(env, bot, clock)


def _find(env: simcord.Env, bot: PaperBot, clock: DemoClock) -> Stage:
    backend = env.backend
    guild = simcord.GuildHandle(env, next(iter(backend.guilds.values())))
    users = {user.name: simcord.UserHandle(env, user) for user in backend.users.values()}
    return Stage(
        env=env,
        bot=bot,
        clock=clock,
        guild=guild,
        channel=guild.channels[CHANNEL],
        people={name: simcord.MemberActor(env, guild, users[name]) for name in (ADMIN, READER)},
    )


async def _refuse_strangers(stage: Stage) -> None:
    async with stage.bot.services.database.read() as conn:
        strangers = [feed for feed in await feeds.active(conn) if feed.guild_id != stage.guild.id]
    if strangers:
        # The bot would take those servers for ones that removed it, and end their feeds.
        raise DemoError(
            f"{stage.bot.services.database.label} belongs to a bot with feeds in other servers;"
            " choose another file for --database"
        )


async def _add_feed(stage: Stage, sources: Sequence[str]) -> None:
    """Give the channel its daily thread before the bot looks around; otherwise it would first
    explain there how to set it up."""
    database = stage.bot.services.database
    if stage.env.backend.messages.get(stage.channel.id):
        async with database.read() as conn:
            kept = [feed.sources for feed in await feeds.active(conn)]
        if sources and tuple(sources) not in kept:
            raise DemoError(
                f"{database.label} was kept with other sources; choose another file for --database"
            )
        return
    now = stage.clock.now()
    async with database.write() as conn:
        await feeds.add(
            conn,
            guild_id=stage.guild.id,
            channel_id=stage.channel.id,
            at=time(now.hour),
            timezone="UTC",
            size=SHOWN,
            now=now,
            sources=sources,
        )
