"""The websocket: sessions that identify, hear events, break, and resume where they were."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.rules import Json
from tests.discord_server.state import Event

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15


@dataclass
class Session:
    """What one identified connection is told, kept for a resume."""

    id: str
    intents: int
    shard: int
    shards: int
    agent: str = ""
    """The client's name for itself."""
    events: list[Json] = field(default_factory=list[Json])
    cursor: int = 0
    deaf: bool = False
    socket: web.WebSocketResponse | None = None
    transport: asyncio.WriteTransport | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, name: str, data: Json) -> None:
        """Queue an event."""
        number = len(self.events) + 1
        self.events.append({"op": DISPATCH, "s": number, "t": name, "d": data})
        self.wake.set()

    def hears(self, event: Event) -> bool:
        """Tell whether an event is for this session's shard and intents."""
        shard = 0 if event.guild_id is None else (event.guild_id >> 22) % self.shards
        return shard == self.shard and (not event.intent or bool(self.intents & event.intent))


class Gateway:
    """Serves the websocket."""

    def __init__(self, world: FakeDiscord, report: Callable[[str], None]) -> None:
        """Serve `world`; `report` hears of identifies that no client may send."""
        self._world = world
        self._report = report
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.away = False
        """Whether nobody gets in; who is in stays."""
        self.turned_away = 0
        self.silent: set[int] = set()
        """Shards that may identify, and then hear nothing, not even READY."""
        self.changed = asyncio.Condition()
        world.listeners.append(self._on_event)

    def _on_event(self, event: Event) -> None:
        for session in self.sessions.values():
            if session.hears(event) and not session.deaf:
                session.tell(event.name, event.data)

    @property
    def connected(self) -> bool:
        """Whether a session is live."""
        return any(session.socket is not None for session in self.sessions.values())

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Talk with one connection until it closes."""
        if self.away:
            self.turned_away += 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41_250}})
        session: Session | None = None
        writer: asyncio.Task[None] | None = None
        try:
            async for frame in socket:
                if frame.type != WSMsgType.TEXT:
                    break
                message: Json = json.loads(frame.data)
                match message["op"]:
                    case 1:
                        await socket.send_json({"op": ACK})
                    case 2 | 6 if session is None:
                        session = await self._open(socket, message["op"], message["d"])
                        if session is not None:
                            session.agent = request.headers.get("User-Agent", "")
                            session.transport = request.transport
                            writer = asyncio.create_task(_write(socket, session))
                    case _:
                        pass  # presences and voice are nobody's business here
        finally:
            if writer is not None:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)
            if session is not None and session.socket is socket:
                session.socket = None
                if socket.close_code in (1000, 1001):
                    self.sessions.pop(session.id, None)  # the bot said goodbye: nothing to resume
            await self._announce()
        return socket

    async def _open(self, socket: web.WebSocketResponse, op: int, data: Any) -> Session | None:
        if data["token"] != self._world.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if op == RESUME:
            session = self.sessions.get(data["session_id"])
            if session is None:
                await socket.send_json({"op": INVALID, "d": False})
                return None
            session.cursor = data["seq"]
            session.socket = socket
            session.tell("RESUMED", {})
            self.resumed += 1
        else:
            if data["intents"] & PRIVILEGED:
                await socket.close(code=4014, message=b"Disallowed intent(s).")
                return None
            shard, shards = data.get("shard") or (0, 1)
            if not 0 <= shard < shards:
                self._report(f"IDENTIFY with shard {shard} of {shards}")
                await socket.close(code=4010, message=b"Invalid shard.")
                return None
            starts = self._world.starts
            if not starts.remaining:
                self._report("IDENTIFY without a session start that remains")
                await socket.close(code=4004, message=b"Discord has reset the token.")
                return None
            if wrong := starts.take(shard, self._world.clock.now()):
                self._report(f"IDENTIFY: {wrong}")
                await socket.send_json({"op": INVALID, "d": False})
                return None
            session = self._identify(socket, data["intents"], shard, shards)
        await self._announce()
        return session

    def _identify(
        self, socket: web.WebSocketResponse, intents: int, shard: int, shards: int
    ) -> Session:
        self.identified += 1
        session = Session(f"session-{self.identified}", intents, shard, shards)
        session.socket = socket
        world = self._world
        guilds = [each for each in world.guilds.values() if (each.id >> 22) % shards == shard]
        session.tell(
            "READY",
            {
                "v": 10,
                "user": world.bot.to_json(),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "application": {"id": str(world.bot.id), "flags": 0},
                "shard": [shard, shards],
            },
        )
        for guild in guilds:
            if guild.available:
                session.tell("GUILD_CREATE", world.guild_json(guild))
        if shard in self.silent:
            session.events.clear()
            session.deaf = True
        self.sessions[session.id] = session
        return session

    async def _announce(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def deafen(self, shard: int) -> None:
        """Let a shard's session hear nothing more, as one does whose connection died."""
        for session in self.sessions.values():
            if session.shard == shard:
                session.deaf = True

    def drop(self) -> None:
        """Break every connection at once, as a cable does."""
        for session in self.sessions.values():
            if session.socket is not None:
                transport = session.transport
                session.socket = None
                if transport is not None:
                    transport.abort()

    async def disconnect(self, *, resumable: bool = True, shard: int | None = None) -> None:
        """Ask connections to come again; without `resumable` their sessions are forgotten.

        Args:
            resumable: whether they may resume.
            shard: which shard's; by default every one's.
        """
        for session in list(self.sessions.values()):
            if shard is not None and session.shard != shard:
                continue
            if not resumable:
                del self.sessions[session.id]
            if session.socket is not None:
                told = {"op": RECONNECT, "d": None} if resumable else {"op": INVALID, "d": False}
                await session.socket.send_json(told)


async def _write(socket: web.WebSocketResponse, session: Session) -> None:
    while True:
        while session.cursor < len(session.events):
            event = session.events[session.cursor]
            session.cursor += 1
            await socket.send_json(event)
        session.wake.clear()
        await session.wake.wait()
