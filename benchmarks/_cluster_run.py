"""One run of `benchmarks.cluster`: a day's threads and digests, and what happens meanwhile."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from pydantic import BaseModel

from benchmarks._cluster_processes import Processes, Takeover, conversations, sender
from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.postgresql import Program, Server
from tests.wire.bot_process import TOKEN
from tests.wire.clusters import PAPERS, Cluster

SHARDS = 3
STRANGERS = 10
"""Every so-manieth person has no conversation with the bot yet."""

CYCLE = "10"
"""Seconds between two looks at the clock, six times as often as in earnest: runs are shorter."""

SENDING = ("/channels/", "/users/@me/channels")
NONCES = 3_600.0
"""Seconds after which Discord remembers no nonce any more."""

STOPPED = (2.0, 30.0)
"""For how many seconds the server is stopped, at random."""
FROZEN = (1.2, 2.5)
"""For how many lives of a lease a process is frozen, at random."""


class Plan(BaseModel, frozen=True):
    """How large a run is, and what happens in it."""

    channels: int
    digests: int
    kills: int
    freezes: int
    stops: int
    cuts: int
    life: float
    pace: float
    every: float
    """Seconds between two things that happen, on average."""
    patience: float
    """Seconds after which what has not arrived is lost."""
    settle: float
    """Seconds in which what is doubled would come."""


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    seconds: float = 0.0
    load: float = 0.0
    """The machine's, on average over the last minute: what else runs there delays everything."""
    lost: int = 0
    doubled: int = 0
    sent_after_thaw: int = 0
    refused: int = 0
    requests: int = 0
    happened: Counter[str] = field(default_factory=Counter[str])
    takeovers: list[Takeover] = field(default_factory=list[Takeover])
    wrong: list[str] = field(default_factory=list[str])
    """Processes that failed, and what no client may send."""


class Run:
    """One run; everything random follows from its seed, except the machine's own timing."""

    def __init__(
        self, plan: Plan, seed: int, postgres: Program, databases: Server, folder: Path
    ) -> None:
        self.plan = plan
        self.chance = random.Random(seed)
        self.postgres = postgres
        self.databases = databases
        self.folder = folder
        self.outcome = Outcome(seed)
        self._awaited: tuple[When, asyncio.Event] | None = None
        """At the next message the sender is killed, on this side of the answer."""

    async def measure(self) -> Outcome:
        """Let everybody be owed what they are, and return what came."""
        began = time.monotonic()
        url = await asyncio.to_thread(self.databases.empty, self.folder)
        self.server = DiscordServer()
        self.server.app.middlewares.append(self._see)  # pyright: ignore[reportArgumentType]
        async with self.server:
            self.server.buckets.pace = self.plan.pace
            self.server.world.token = TOKEN
            self.cluster = Cluster(
                self.server,
                self.folder,
                url,
                shards=SHARDS,
                channels=self.plan.channels,
                life=self.plan.life,
            )
            self.readers = conversations(self.cluster, self.plan.digests, STRANGERS)
            await self.cluster.let_follow(self.readers)
            self.processes = Processes(self.cluster, self.chance, self._settings(), self._note)
            try:
                await self._live()
            finally:
                await self.processes.end()
        self._count()
        self.outcome.seconds = time.monotonic() - began
        self.outcome.load = os.getloadavg()[0]
        await asyncio.to_thread(self.databases.clear)
        return self.outcome

    def _note(self, what: str) -> None:
        """Write down what happened when: into the run's folder, beside the processes' logs."""
        at = datetime.now(UTC).isoformat(sep=" ", timespec="milliseconds")
        with (self.folder / "events.log").open("a") as file:
            file.write(f"{at} {what}\n")

    def _settings(self) -> dict[str, str]:
        apart = self.chance.random() < 0.5
        if apart:
            self.outcome.happened["of several machines"] += 1
        return {
            "DM_SENDS_PER_HOUR": "100000",
            "DM_OPENS_PER_DAY": "10000",
            "BACKUP_KEEP": "0",
            "EVERY_SECONDS": CYCLE,
            "APART": "1" if apart else "",
        }

    async def _live(self) -> None:
        parts = [f"{shard}/{SHARDS}" for shard in range(SHARDS)]
        await self.processes.start(
            ("run", "--role", "keeper"),
            *[("run", "--role", "gateway", "--shards", part) for part in parts],
            ("run", "--role", "keeper"),
        )
        watching = [
            asyncio.create_task(self.processes.look()),
            asyncio.create_task(self.processes.keep_running()),
        ]
        try:
            wanted = ["keeper", *(f"shards {part}" for part in parts)]
            await self._until(lambda: all(map(self.processes.holder, wanted)), 300)
            await self.processes.start(("run", "--role", "gateway", "--shards", f"auto/{SHARDS}"))
            await self.cluster.until_matched()
            self._note("all is due")
            await self.cluster.let_be_due()
            await self._until(self._began, 300)
            await self._disturb()
            await self._until(self._arrived, self.plan.patience)
            await asyncio.sleep(self.plan.settle)
        except TimeoutError:
            self.outcome.wrong.append(f"not all had arrived in time: {self._missing()}")
        finally:
            for task in watching:
                task.cancel()
            for end in await asyncio.gather(*watching, return_exceptions=True):
                if isinstance(end, Exception):
                    raise end

    async def _until(self, what: Callable[[], object], patience: float) -> None:
        async with asyncio.timeout(patience):
            while not what():  # noqa: ASYNC110 - anything may be waited for
                await asyncio.sleep(0.1)

    # -- what happens ----------------------------------------------------------------------

    async def _disturb(self) -> None:
        """Let everything happen that the plan has, in any order, some of it at the same time."""
        plan, chance = self.plan, self.chance
        deeds: list[Callable[[], Awaitable[None]]] = [
            *[self._kill] * plan.kills,
            *[self._freeze] * plan.freezes,
            *[self._stop] * plan.stops,
            *[self._cut] * plan.cuts,
        ]
        chance.shuffle(deeds)
        async with asyncio.TaskGroup() as lasting:
            for deed in deeds:
                await asyncio.sleep(chance.expovariate(1 / plan.every))
                if deed in (self._kill, self._cut):
                    await deed()
                else:
                    lasting.create_task(self._run(deed))

    async def _run(self, deed: Callable[[], Awaitable[None]]) -> None:
        await deed()

    async def _kill(self) -> None:
        """Kill the sender of the next message, or any process at any time."""
        if self.chance.random() < 0.6 and not self._arrived():
            when: When = "before" if self.chance.random() < 0.5 else "after"
            self._awaited = (when, asyncio.Event())
            try:
                async with asyncio.timeout(2 * self.plan.every):
                    await self._awaited[1].wait()
            except TimeoutError:
                self._awaited = None
            else:
                self.outcome.happened[f"killed {when} a request"] += 1
                return
        if (victim := self.processes.victim()) is not None:
            self.processes.kill(victim)
            self.outcome.happened["killed"] += 1

    async def _freeze(self) -> None:
        if (victim := self.processes.victim()) is not None:
            self.outcome.happened["frozen"] += 1
            seconds = self.plan.life * self.chance.uniform(*FROZEN)
            freezing = asyncio.create_task(self.processes.freeze(victim, seconds))
            if self.chance.random() < 0.5:
                await asyncio.sleep(seconds * 0.9)
                self.outcome.happened["nonces forgotten"] += 1
                self.server.world.advance(NONCES)
            await freezing

    async def _stop(self) -> None:
        if self.processes.down:
            return
        self.processes.server_stops()
        self.outcome.happened["server stopped"] += 1
        self._note("the server stops")
        await asyncio.to_thread(self.postgres.stop)
        await asyncio.sleep(self.chance.uniform(*STOPPED))
        assert await asyncio.to_thread(self.postgres.start)
        self._note("the server answers again")
        self.processes.down = False

    async def _cut(self) -> None:
        if self.processes.down:
            return
        self.outcome.happened["connections cut"] += 1
        self._note("its connections are cut")
        await asyncio.to_thread(
            self.postgres.ask,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )

    @web.middleware
    async def _see(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        pid = sender(request.headers.get("User-Agent", ""))
        path = request.path.removeprefix("/api/v10")
        if not path.startswith(SENDING):
            return await handler(request)
        if pid in self.processes.thawed:
            self.outcome.sent_after_thaw += 1
        if self._awaited is not None and request.method == "POST":
            service = self.processes.of(pid)
            if service is not None and self.processes.runs(service) and not service.frozen:
                (when, happened), self._awaited = self._awaited, None
                response = await handler(request) if when == "after" else None
                self.processes.kill(service)
                happened.set()
                return response or web.Response(status=500)
        response = await handler(request)
        self.outcome.requests += 1
        self.outcome.refused += response.status == 429
        return response

    # -- what came of it -------------------------------------------------------------------

    def _began(self) -> bool:
        return any(sum(self.cluster.there(channel)) for channel in self.cluster.channels)

    def _there(self) -> tuple[list[tuple[int, int, int]], list[int]]:
        cluster = self.cluster
        return [cluster.there(channel) for channel in cluster.channels], [
            cluster.received(person) for person in self.readers
        ]

    def _arrived(self) -> bool:
        posts, digests = self._there()
        return all(cards >= PAPERS for _, _, cards in posts) and all(digests)

    def _missing(self) -> str:
        posts, digests = self._there()
        late = [
            (channel.id, post)
            for channel, post in zip(self.cluster.channels, posts, strict=True)
            if post != (1, 1, PAPERS)
        ]
        return f"{late[:5]} of {len(late)} channels, {digests.count(0)} digests"

    def _count(self) -> None:
        posts, digests = self._there()
        wanted = (1, 1, PAPERS)
        pairs: Sequence[tuple[int, int]] = [
            *((found, want) for post in posts for found, want in zip(post, wanted, strict=True)),
            *((received, 1) for received in digests),
        ]
        outcome = self.outcome
        outcome.lost = sum(max(0, want - found) for found, want in pairs)
        outcome.doubled = sum(max(0, found - want) for found, want in pairs)
        outcome.takeovers = self.processes.takeovers
        outcome.wrong += [*self.processes.ended, *self.server.violations]
        outcome.wrong += [
            f"{member.log}: {failure}"
            for member in self.cluster.members
            for failure in failures(member.said)
        ]
        if outcome.lost or outcome.doubled:
            outcome.wrong.append(f"in the end: {self._missing()}")


def failures(said: str) -> list[str]:
    """Return the last line of each traceback in a log, which says what was raised."""
    found: list[str] = []
    inside = False
    for line in said.splitlines():
        if line.startswith("Traceback"):
            inside = True
        elif inside and line and not line.startswith(" "):
            found.append(line)
            inside = False
    return found + ["a traceback without an end"] * inside
