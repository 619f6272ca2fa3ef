"""Several processes on one PostgreSQL server: a keeper, a gateway for each half of the shards, and
a spare, which takes over what a killed or a frozen one leaves."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from storage import feeds
from storage.database import Database
from tests import postgresql, reliability
from tests.bot.world import MONDAY, at
from tests.discord_server import Channel, DiscordServer
from tests.wire.bot_process import TOKEN
from tests.wire.test_killed import ROOT

PAPERS = 3
LIFE = 8.0
"""Seconds that a lease lasts here."""
PATIENCE = 240
"""Seconds for what several processes do on a busy machine."""


class Member:
    """A running process; what it says goes to a file."""

    def __init__(self, running: asyncio.subprocess.Process, log: Path) -> None:
        self.running = running
        self.log = log

    @property
    def said(self) -> str:
        return self.log.read_text()

    def has(self, part: str) -> bool:
        """Tell whether it holds a part of the work; its last words are the failure's if it ends."""
        assert self.running.returncode is None, self.said
        return f"this process has {part}" in self.said


class Cluster:
    """A Discord with a channel in a server of each of two shards, and processes that share them."""

    def __init__(self, server: DiscordServer, folder: Path, url: str) -> None:
        self.server = server
        self.folder = folder
        self.url = url
        self.members: list[Member] = []
        self.channels: list[Channel] = []
        self._ahead = (at(MONDAY, 9) - datetime.now(UTC)).total_seconds()
        while len(self.channels) < 2:
            guild = server.world.add_guild("Lab")
            if (guild.id >> 22) % 2 == len(self.channels):
                self.channels.append(server.world.add_channel(guild, "papers"))
            server.world.advance(0.001)

    async def start(self, role: str, shards: str = "-") -> Member:
        """Start a process; it may take a while until it holds its part."""
        log = self.folder / f"{len(self.members)}.log"
        given = (role, shards, self.folder, self.url, self.server.api_url, self.server.gateway_url)
        with log.open("wb") as said:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.wire.cluster_process"),
                *map(str, (*given, LIFE, self._ahead)),
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )
        self.members.append(Member(running, log))
        return self.members[-1]

    async def until_has(self, member: Member, part: str) -> None:
        await self.server.until(lambda: member.has(part), patience=PATIENCE)

    async def started(self) -> tuple[Member, Member, Member, Member]:
        """Start all, each with its part, and let a thread be due in every channel."""
        keeper = await self.start("keeper")
        first, second = await self.start("gateway", "0/2"), await self.start("gateway", "1/2")
        await self.until_has(keeper, "keeper")
        await self.until_has(first, "shards 0/2")
        await self.until_has(second, "shards 1/2")
        spare = await self.start("gateway", "auto/2")
        await self.server.until(lambda: "waiting as a spare" in spare.said, patience=PATIENCE)
        await self.server.until(lambda: self.server.gateway.identified == 2, patience=PATIENCE)
        database = await Database.open(self.url, migrate=False, files=self.folder)
        async with database.write() as conn:
            for channel in self.channels:
                await feeds.add(
                    conn,
                    guild_id=channel.guild_id or 0,
                    channel_id=channel.id,
                    at=time(9),
                    timezone="UTC",
                    size=PAPERS,
                    now=at(MONDAY, 8),
                )
        await database.close()
        return keeper, first, second, spare

    def there(self, channel: Channel) -> tuple[int, int, int]:
        """Return how many headers, threads and cards are in a channel."""
        threads = self.server.world.threads_of(channel)
        headers = [each for each in channel.history if "I'm Paperboy" not in str(each.components)]
        return len(headers), len(threads), sum(len(each.history) for each in threads)

    async def until_posted(self) -> None:
        whole = (1, 1, PAPERS)
        await self.server.until(
            lambda: all(self.there(channel)[2] >= PAPERS for channel in self.channels),
            patience=PATIENCE,
        )
        await asyncio.sleep(2)  # what is doubled comes after
        assert [self.there(channel) for channel in self.channels] == [whole, whole]

    async def ask(self, statement: str) -> list[tuple[object, ...]]:
        database = await Database.open(self.url, migrate=False, files=self.folder)
        async with database.read() as conn:
            rows = [tuple(row) for row in await conn.exec_driver_sql(statement)]
        await database.close()
        return rows


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    server = postgresql.server()
    if isinstance(server, str):
        pytest.skip(server)
    async with AsyncExitStack() as stack:
        stack.callback(server.clear)
        discord = await stack.enter_async_context(DiscordServer())
        discord.buckets.pace = 0.02
        discord.world.token = TOKEN
        cluster = Cluster(discord, tmp_path, server.empty(tmp_path))
        try:
            yield cluster
        finally:
            for member in cluster.members:
                if member.running.returncode is None:
                    member.running.kill()
                await member.running.wait()
    discord.assert_clean()
    assert "Traceback" not in "".join(member.said for member in cluster.members)


@pytest.mark.timeout(900)
async def test_a_spare_goes_on_with_the_thread_that_a_killed_gateway_left(
    cluster: Cluster,
) -> None:
    server, (channel, _) = cluster.server, cluster.channels
    keeper, first, second, spare = await cluster.started()
    server.kill(first.running.pid, f"POST /channels/{channel.id}/*", at=2, when="after")
    await asyncio.wait_for(first.running.wait(), PATIENCE)
    server.heal()
    await cluster.until_has(spare, "shards 0/2")
    await cluster.until_posted()
    # The keeper alone asked the sources and registered the commands.
    assert await cluster.ask("SELECT source, failing_since FROM source_health") == [("Fake", None)]
    assert server.count("PUT /applications/*/commands") == 1
    assert keeper.has("keeper")
    assert second.has("shards 1/2")
    # One that starts again is the next spare for its shards.
    again = await cluster.start("gateway", "0/2")
    await server.until(lambda: "waiting as a spare" in again.said, patience=PATIENCE)
    spare.running.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(spare.running.wait(), PATIENCE) == 0
    await cluster.until_has(again, "shards 0/2")
    reliability.record(
        "processes", "one of two gateways is killed", "goes on with its posts", "has ended", "0 s"
    )


@pytest.mark.timeout(900)
async def test_a_gateway_that_was_frozen_sends_nothing_after_a_spare_took_its_shards(
    cluster: Cluster,
) -> None:
    server, (channel, _) = cluster.server, cluster.channels
    _, first, _, spare = await cluster.started()
    fault = server.freeze(first.running.pid, f"POST /channels/{channel.id}/*", at=1, when="before")
    await server.until(lambda: fault.met >= 1, patience=PATIENCE)
    server.heal()
    server.world.advance(3_600)  # no nonce is remembered
    await cluster.until_has(spare, "shards 0/2")
    await cluster.until_posted()
    # What the spare does by itself in a minute is over: all that follows is the frozen one's.
    posted = [request.line for request in server.requests if "/channels/" in request.path]
    first.running.send_signal(signal.SIGCONT)
    assert await asyncio.wait_for(first.running.wait(), PATIENCE) == 1
    assert "took over its work on" in first.said
    await asyncio.sleep(2)
    assert [r.line for r in server.requests if "/channels/" in r.path] == posted
    reliability.record(
        "processes",
        "one of two gateways is frozen",
        "goes on with its posts",
        "ends without sending anything",
        "20 s at most",
    )
