"""Sessions of the local Discord's gateway: shards, how often one may identify, two of a shard."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import discord

from tests.discord_server import DiscordServer, Guild

PACE = 0.02
"""What Discord's five seconds between two identifies are shortened by: a tenth of a second."""

READY = (0, "READY")
INVALID_SESSION = (9, None)


class Client(discord.AutoShardedClient):
    """A client of some shards, which waits before it identifies."""

    def __init__(self, shards: Sequence[int], count: int, pause: float) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            shard_ids=list(shards),
            shard_count=count,
            guild_ready_timeout=0.05,
        )
        self.pause = pause
        self.heard: list[int] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await asyncio.sleep(0 if initial else self.pause)

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        self.heard.append(channel.guild.id)


@asynccontextmanager
async def running(
    server: DiscordServer, shards: Sequence[int], count: int, pause: float = 5 * PACE
) -> AsyncGenerator[Client]:
    client = Client(shards, count, pause)
    connection = asyncio.create_task(client.start(server.world.token))
    try:
        await server.until(client.is_ready)
        yield client
    finally:
        await client.close()
        await connection


def guilds_of_each_shard(server: DiscordServer, count: int) -> dict[int, Guild]:
    found: dict[int, Guild] = {}
    while len(found) < count:
        guild = server.world.add_guild("Reading Group")
        found.setdefault((guild.id >> 22) % count, guild)
        server.world.advance(0.001)
    return found


async def test_two_processes_of_half_the_shards_each_hear_of_their_own_servers(
    discord_server: DiscordServer,
) -> None:
    guilds = guilds_of_each_shard(discord_server, 4)
    discord_server.world.starts.pace = PACE
    async with running(discord_server, (0, 1), 4) as one:
        await asyncio.sleep(5 * PACE)
        async with running(discord_server, (2, 3), 4) as other:
            for guild in guilds.values():
                discord_server.world.add_channel(guild, "papers")
            await discord_server.until(lambda: len(one.heard + other.heard) == 4)
            assert set(one.heard) == {guilds[0].id, guilds[1].id}
            assert set(other.heard) == {guilds[2].id, guilds[3].id}
    starts = discord_server.world.starts
    assert starts.remaining == starts.total - 4


async def test_two_sessions_of_one_shard_live_side_by_side_and_both_hear_everything(
    discord_server: DiscordServer,
) -> None:
    guild = discord_server.world.add_guild("Reading Group")
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(running(discord_server, (0,), 1)) for _ in range(2)
        ]
        discord_server.world.add_channel(guild, "papers")
        await discord_server.until(lambda: all(each.heard for each in clients))


async def identify(server: DiscordServer, shard: int, shards: int) -> tuple[int, str | None]:
    """Identify once; return the opcode or close code of the answer, and the event's name."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.gateway_url) as socket,
    ):
        await socket.receive_json()  # hello
        data = {"token": server.world.token, "intents": 1, "shard": [shard, shards]}
        await socket.send_json({"op": 2, "d": data})
        answer = await socket.receive(timeout=10)
        if answer.type is aiohttp.WSMsgType.CLOSE:
            return answer.data, None
        payload = answer.json()
        return payload["op"], payload.get("t")


async def test_shards_of_one_bucket_that_identify_too_soon_are_a_violation(
    discord_server: DiscordServer,
) -> None:
    starts = discord_server.world.starts
    starts.pace, starts.max_concurrency = 1.0, 2
    assert await identify(discord_server, 0, 4) == READY
    assert await identify(discord_server, 1, 4) == READY
    assert await identify(discord_server, 2, 4) == INVALID_SESSION
    (violation,) = discord_server.pardon()
    assert "shard 2 identified" in violation
    discord_server.world.advance(5)
    assert await identify(discord_server, 2, 4) == READY


async def test_a_session_start_beyond_the_limit_is_a_violation(
    discord_server: DiscordServer,
) -> None:
    discord_server.world.starts.remaining = 1
    assert await identify(discord_server, 0, 1) == READY
    assert await identify(discord_server, 0, 1) == (4004, None)
    assert discord_server.pardon() == ["IDENTIFY without a session start that remains"]


async def test_a_shard_that_there_is_not_is_a_violation(discord_server: DiscordServer) -> None:
    assert await identify(discord_server, 2, 2) == (4010, None)
    assert discord_server.pardon() == ["IDENTIFY with shard 2 of 2"]
