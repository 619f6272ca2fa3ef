"""A Discord with a channel in a server of each of some shards, and processes that share them."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import feeds, subscriptions
from storage.database import Database
from storage.subscriptions import Every, Mode
from tests import postgresql
from tests.bot.world import MONDAY, at
from tests.discord_server import Channel, DiscordServer, User
from tests.wire import processes
from tests.wire.bot_process import TOKEN
from tests.wire.cluster_process import TITLE, TOPIC
from tests.wire.processes import Running

PAPERS = 3
LIFE = 8.0
"""Seconds that a lease lasts here."""
BEFORE = at(MONDAY, 8)
PATIENCE = 240
"""Seconds for what several processes do on a busy machine."""


class Member:
    """A process of the cluster."""

    def __init__(self, running: Running) -> None:
        self.running = running

    @property
    def log(self) -> Path:
        """Where it writes what it says."""
        return self.running.log

    @property
    def said(self) -> str:
        """What it has written to its log."""
        return self.running.said

    def has(self, part: str) -> bool:
        """Tell whether it holds a part of the work; its last words are the failure's if it ends."""
        assert self.running.returncode is None, self.said
        return f"this process has {part}" in self.said


class Cluster:
    """Processes on one database, and the Discord that they are connected to."""

    def __init__(
        self,
        server: DiscordServer,
        folder: Path,
        url: str,
        *,
        shards: int = 2,
        channels: int = 2,
        life: float = LIFE,
    ) -> None:
        self.server = server
        self.folder = folder
        self.url = url
        self.life = life
        self.members: list[Member] = []
        self.readers: list[User] = []
        self.channels: list[Channel] = []
        """One after another of the next shard."""
        self.ahead = (at(MONDAY, 9) - datetime.now(UTC)).total_seconds()
        while len(self.channels) < channels:
            guild = server.world.add_guild("Lab")
            if (guild.id >> 22) % shards == len(self.channels) % shards:
                self.channels.append(server.world.add_channel(guild, "papers"))
            server.world.advance(0.001)

    async def start(self, *command: str, **settings: str) -> Member:
        """Start a process; it may take a while until it holds its part."""
        given = {
            "DISCORD_TOKEN": TOKEN,
            "DATABASE_URL": self.url,
            "INDEX_DIR": str(self.folder),
            "EMBEDDER": "none",
            "DISCORD_API_URL": self.server.api_url,
            "DISCORD_GATEWAY_URL": self.server.gateway_url,
            "DM_SPREAD_MINUTES": "0",
            "EVERY_SECONDS": "5",
        }
        running = await processes.start(
            "tests.wire.cluster_process",
            *(self.ahead, self.life, *command),
            folder=self.folder,
            settings={**given, **settings},
        )
        self.members.append(Member(running))
        return self.members[-1]

    async def until_has(self, member: Member, part: str) -> None:
        """Wait until a process holds a part of the work."""
        await self.server.until(lambda: member.has(part), patience=PATIENCE)

    async def until_waits(self, member: Member) -> None:
        """Wait until a process is a spare."""
        await self.server.until(lambda: "waiting as a spare" in member.said, patience=PATIENCE)

    async def let_follow(self, readers: Sequence[User]) -> None:
        """Let people follow the topic of the day's papers; their digests come at night."""
        async with self._writing() as conn:
            for person in readers:
                await subscriptions.ensure_subscriber(
                    conn, person.id, at=time(23), timezone="UTC", every=Every.DAY, now=BEFORE
                )
                await subscriptions.subscribe(
                    conn,
                    person.id,
                    key=TOPIC,
                    query=TOPIC,
                    mode=Mode.STRICT,
                    min_votes=0,
                    now=BEFORE,
                )
                if (conversation := self.server.world.dm_of(person)) is not None:
                    await subscriptions.open_channel(conn, person.id, conversation.id)
        self.readers = list(readers)

    async def until_matched(self) -> None:
        """Wait until the keeper has found what these people are to get."""
        async with asyncio.timeout(PATIENCE):
            while not await self.ask("SELECT 1 FROM topic_matches"):  # noqa: ASYNC110 - the keeper does it
                await asyncio.sleep(0.5)

    async def let_be_due(self) -> None:
        """Let a thread be due in every channel, and everybody's digest."""
        async with self._writing() as conn:
            for channel in self.channels:
                await feeds.add(
                    conn,
                    guild_id=channel.guild_id or 0,
                    channel_id=channel.id,
                    at=time(9),
                    timezone="UTC",
                    size=PAPERS,
                    now=BEFORE,
                )
            for person in self.readers:
                if (known := await subscriptions.subscriber(conn, person.id)) is not None:
                    await subscriptions.change_settings(conn, replace(known, at=time(9)))

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[AsyncConnection]:
        database = await Database.open(self.url, migrate=False, files=self.folder)
        try:
            async with database.write() as conn:
                yield conn
        finally:
            await database.close()

    def there(self, channel: Channel) -> tuple[int, int, int]:
        """Return how many headers, threads and cards are in a channel."""
        threads = self.server.world.threads_of(channel)
        headers = [each for each in channel.history if "I'm Paperboy" not in str(each.components)]
        return len(headers), len(threads), sum(len(each.history) for each in threads)

    def received(self, person: User) -> int:
        """Return how many digests a person has got."""
        conversation = self.server.world.dm_of(person)
        history = [] if conversation is None else conversation.history
        return sum(TITLE in message.text for message in history)

    async def until_posted(self) -> None:
        """Wait until every channel has its thread, and none twice."""
        whole = (1, 1, PAPERS)
        await self.server.until(
            lambda: all(self.there(channel)[2] >= PAPERS for channel in self.channels),
            patience=PATIENCE,
        )
        await asyncio.sleep(2)  # what is doubled comes after
        assert [self.there(channel) for channel in self.channels] == [whole] * len(self.channels)

    async def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Return what the database answers."""
        database = await Database.open(self.url, migrate=False, files=self.folder)
        try:
            async with database.read() as conn:
                return [tuple(row) for row in await conn.exec_driver_sql(statement)]
        finally:
            await database.close()

    async def end(self) -> None:
        """Kill whatever still runs."""
        for member in self.members:
            if member.running.returncode is None:
                member.running.kill()
            await member.running.wait()


AnyCluster = TypeVar("AnyCluster", bound=Cluster)


@asynccontextmanager
async def running(kind: type[AnyCluster], folder: Path) -> AsyncGenerator[AnyCluster]:
    """Give a cluster a Discord and a database of its own, and end it; nothing may have gone wrong.

    Skips the test where there is no PostgreSQL.
    """
    server = postgresql.server()
    if isinstance(server, str):
        pytest.skip(server)
    async with AsyncExitStack() as stack:
        stack.callback(server.clear)
        discord = await stack.enter_async_context(DiscordServer())
        discord.buckets.pace = 0.02
        discord.world.token = TOKEN
        cluster = kind(discord, folder, server.empty(folder))
        try:
            yield cluster
        finally:
            await cluster.end()
    discord.assert_clean()
    assert "Traceback" not in "".join(member.said for member in cluster.members)
