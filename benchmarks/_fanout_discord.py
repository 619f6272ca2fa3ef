"""Discord's half of the benchmarks of load: many servers, real limits, a log of every request."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.discord_server import Channel, DiscordServer, FakeDiscord, Guild, User
from tests.discord_server.rules import Json

PADDING_CHANNELS = 30
PADDING_ROLES = 20
PADDING_EMOJI = 30
"""What a server has beside what the bot uses, so that the bot's memory is as with real ones."""

UNCOUNTED = ("/interactions/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server saw it."""

    at: float
    method: str
    path: str
    status: int
    agent: str = ""
    """The client's name for itself."""

    @property
    def counts(self) -> bool:
        """Whether Discord counts it among the fifty of a second."""
        return not self.path.startswith(UNCOUNTED)


class BigDiscord:
    """A local Discord with many servers, which takes as long to answer as the real one does."""

    def __init__(self, guilds: int, feeds_each: int, latency: float, shards: int = 1) -> None:
        """Make servers of so many channels with feeds, one after another of the next shard."""
        self.server = DiscordServer()
        self.server.schema = None  # it costs the core that is measured; the tests hold bodies to it
        self.seen: list[Seen] = []
        self.latency = latency
        self.server.app.middlewares.append(self._note)  # pyright: ignore[reportArgumentType]
        world = self.server.world
        self._owned: dict[int, list[Channel]] = {}
        vars(world)["guild_json"] = self._guild_json  # which looks through all channels
        self.feeds: list[tuple[int, int]] = []
        self.places: list[tuple[Channel, User]] = []
        for number in range(guilds):
            while (world.new_id() >> 22) % shards != number % shards:
                world.clock.advance(0.001)
            guild = world.add_guild(f"Reading Group {number}")
            channels = [world.add_channel(guild, f"papers-{each}") for each in range(feeds_each)]
            self._owned[guild.id] = channels
            self.feeds += [(guild.id, channel.id) for channel in channels]
            self.places.append((channels[0], world.add_member(guild, f"reader {number}")))

    @property
    def world(self) -> FakeDiscord:
        """What is there."""
        return self.server.world

    @web.middleware
    async def _note(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        if not request.path.startswith("/api/v10"):
            return await handler(request)
        at = time.perf_counter()
        response = await handler(request)
        path = request.path.removeprefix("/api/v10")
        agent = request.headers.get("User-Agent", "")
        self.seen.append(Seen(at, request.method, path, response.status, agent))
        if self.latency:
            await asyncio.sleep(self.latency)
        return response

    def _guild_json(self, guild: Guild) -> Json:
        own = self._owned.get(guild.id, ())
        member = guild.members[self.world.bot.id].to_json()
        return {
            **guild.to_json(),
            "joined_at": member["joined_at"],
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [member],
            "channels": [each.to_json() for each in own] + _channels(guild, own),
            "roles": [role.to_json() for role in guild.roles.values()] + _roles(guild),
            "emojis": _emoji(guild),
            "threads": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def _channels(guild: Guild, own: Sequence[Channel]) -> list[Json]:
    if not own:
        return []
    like = own[0].to_json()
    return [
        like | {"id": str(guild.id + 10_000_000 + n), "name": f"talk-{n}", "topic": f"Topic {n}"}
        for n in range(PADDING_CHANNELS)
    ]


def _roles(guild: Guild) -> list[Json]:
    like: dict[str, Any] = next(iter(guild.roles.values())).to_json()
    return [
        like | {"id": str(guild.id + 20_000_000 + n), "name": f"role {n}", "position": n + 2}
        for n in range(PADDING_ROLES)
    ]


def _emoji(guild: Guild) -> list[Json]:
    return [
        {
            "id": str(guild.id + 30_000_000 + n),
            "name": f"emoji_{n}",
            "roles": [],
            "require_colons": True,
            "managed": False,
            "animated": False,
            "available": True,
        }
        for n in range(PADDING_EMOJI)
    ]
