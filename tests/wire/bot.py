"""The real bot, in this process, connected to the server over real sockets."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from bot.client import PaperBot, create_bot
from bot.monitor import Monitor, Thresholds
from bot.runtime.clock import FixedClock
from papers.model import Record
from papers.sources import PaperSource
from tests.bot.world import MONDAY, FakeSource, at, make_settings, votes
from tests.databases import put_empty
from tests.discord_server import Channel, DiscordServer, FakeDiscord, Guild, User

DEFAULTS = Thresholds()


@dataclass
class Connected:
    """The bot in a server with a channel for papers, an admin and a member."""

    server: DiscordServer
    bot: PaperBot
    clock: FixedClock
    source: FakeSource
    guild: Guild
    channel: Channel
    office: Channel
    admin: User
    member: User

    @property
    def world(self) -> FakeDiscord:
        """What is there."""
        return self.server.world

    async def tick(self, now: datetime) -> None:
        """Let the clock stand at `now` and the bot do its minute's work."""
        self.clock.at = now
        await self.bot.tick(now)

    def bot_may(self, permission: str) -> bool:
        """Tell what the bot itself takes to be allowed in the channel."""
        guild = self.bot.get_guild(self.guild.id)
        channel = guild.get_channel(self.channel.id) if guild else None
        if guild is None or channel is None:
            return False
        return bool(getattr(channel.permissions_for(guild.me), permission))

    def knows_role(self, role_id: int) -> bool:
        """Tell whether the bot has heard of a role."""
        guild = self.bot.get_guild(self.guild.id)
        return guild is not None and guild.get_role(role_id) is not None

    async def add_feed(self, **options: object) -> str:
        """Set up the channel's daily thread by command elsewhere, and return the answer."""
        given = {"channel": self.channel, **options}
        return (await self.world.slash(self.admin, self.office, "feed add", **given)).text


async def at_once(*_: object, **__: object) -> None:
    """Identify without the five seconds that Discord asks for between two sessions."""


@asynccontextmanager
async def connected(
    server: DiscordServer,
    folder: Path,
    days: dict[date, list[Record]] | None = None,
    *,
    sources: Sequence[PaperSource] | None = None,
    shards: int = 1,
    silent: bool = False,
    greets: bool = True,
    thresholds: Thresholds = DEFAULTS,
    **settings: object,
) -> AsyncGenerator[Connected]:
    """Connect the bot to a fresh world, and close it in the end.

    Args:
        server: the Discord to connect to.
        folder: where the database lies.
        days: what the source in memory has.
        sources: other sources instead.
        shards: how many connections Discord asks for.
        silent: whether all but the guild's shard hear nothing at first.
        greets: whether the bot can greet the guild at once.
        thresholds: from when on something counts as wrong.
        settings: what differs from the default.
    """
    world = server.world
    server.buckets.pace = 0.02
    guild = world.add_guild("Reading Group")
    office = world.add_channel(guild, "office")
    guild.system_channel_id = office.id  # where a new bot says hello
    channel = world.add_channel(guild, "papers")
    admin = world.add_member(guild, "ada", world.add_role(guild, "admins", "manage_guild"))
    member = world.add_member(guild, "grace")
    clock = FixedClock(at(MONDAY, 8))
    source = FakeSource(days if days is not None else {MONDAY: votes(MONDAY, 30, 20, 10)})
    asked = [source] if sources is None else sources
    put_empty(folder)
    world.shards = shards
    server.gateway.silent = {n for n in range(shards) if silent and n != (guild.id >> 22) % shards}
    bot = create_bot(
        make_settings(folder, **settings),
        clock=clock,
        sources=asked,
        shard_count=None if shards > 1 else 1,
        monitor=Monitor(thresholds),
    )
    # discord.py waits this long for servers that may still come; here all are there at once.
    vars(bot)["_connection"].guild_ready_timeout = 0.1
    vars(bot)["before_identify_hook"] = at_once
    connection = asyncio.create_task(bot.start(world.token))
    try:
        await server.until(
            lambda: (bot.known_shards if silent else bot.is_ready()) or connection.done()
        )
        if connection.done():
            connection.result()
        if greets and not silent:
            # A fault that a test makes next is not for the greeting.
            await server.until(lambda: office.history)
        yield Connected(server, bot, clock, source, guild, channel, office, admin, member)
    finally:
        await bot.close()
        await asyncio.gather(connection, return_exceptions=True)
