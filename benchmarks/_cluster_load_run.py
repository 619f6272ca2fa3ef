"""One run of `benchmarks.cluster_load`: what is posted and asked while a process dies."""

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel

from benchmarks._cluster_processes import Processes, Service, Takeover, sender
from benchmarks._fanout_discord import BigDiscord, Seen
from benchmarks._fanout_people import Asked, People
from benchmarks._fanout_rows import add_feeds, add_servers
from benchmarks._usage import Usage, usage, with_children
from storage.database import Database
from tests.discord_server import FakeDiscord
from tests.discord_server.interactions import FIRST_ANSWER
from tests.postgresql import Program, Server
from tests.wire.bot_process import TOKEN
from tests.wire.cluster_process import PAPERS_VARIABLE
from tests.wire.clusters import Cluster, Member

SHARDS = 2
DIES = 1
"""The shard whose process is killed."""
KEEPER, LIVES, KILLED, SPARE = "keeper", "gateway", "gateway that is killed", "spare"
SERVER, DISCORD = "PostgreSQL", "the local Discord"
START = 300.0
"""Seconds that processes get to start and to know their servers."""

Post = tuple[int, int, int]
"""Headers, threads and cards in a channel."""


class Plan(BaseModel, frozen=True):
    """How large a run is."""

    guilds: int
    feeds: int
    """Of each server."""
    papers: int
    """In each thread."""
    latency: float
    life: float
    """Seconds that a lease lasts."""
    every: int
    """Seconds between two looks at the clock."""
    apart: bool
    """Whether only time shows the processes that one has ended, as on several machines."""
    identify: float
    """How far Discord's pace of identifying is kept to: 1 is its own, 0 is none."""
    patience: float
    """Seconds after which what has not been posted is lost."""
    settle: float
    """Seconds in which what is doubled would come."""

    @property
    def requests(self) -> int:
        """How many of Discord's requests all posts take."""
        return self.guilds * self.feeds * (2 + self.papers)


@dataclass
class Found:
    """What was seen in a run; moments are on the clock of `time.perf_counter`."""

    killed: float = 0.0
    taken: float | None = None
    """When the spare had the lease."""
    heard: float | None = None
    """When the spare was connected."""
    posted_again: float | None = None
    """When the spare's first message came."""
    seen: list[Seen] = field(default_factory=list[Seen])
    """Requests since the posts were due."""
    asked: list[Asked] = field(default_factory=list[Asked])
    posts: list[Post] = field(default_factory=list[Post])
    usages: dict[str, Usage] = field(default_factory=dict[str, Usage])
    """What each process took: of memory in all, of time since the posts were due."""
    seconds: float = 0.0
    """For which the times were taken; the killed process's and its spare's end and begin within."""
    wrong: list[str] = field(default_factory=list[str])


class Run:
    """Thousands of posts by a cluster one of whose processes is killed."""

    def __init__(self, plan: Plan, postgres: Program, databases: Server, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.found = Found()
        self._postgres = postgres
        self._databases = databases
        self._discord = BigDiscord(plan.guilds, plan.feeds, plan.latency, SHARDS)
        self._began = self._counted = self._posted = 0

    async def measure(self) -> Found:
        """Let all channels be due, and return what was seen until all had their posts."""
        url = await asyncio.to_thread(self._databases.empty, self.folder)
        database = await Database.open(url, migrate=False, files=self.folder)
        async with self._discord.server as server:
            server.world.token = TOKEN
            server.world.starts.pace = self.plan.identify
            self._cluster = Cluster(
                server, self.folder, url, shards=SHARDS, channels=0, life=self.plan.life
            )
            settings = {
                "APART": "1" if self.plan.apart else "",
                "BACKUP_KEEP": "0",
                "EVERY_SECONDS": "" if self.plan.every >= 60 else str(self.plan.every),
                "SAVE_REACTIONS": "false",
                PAPERS_VARIABLE: str(self.plan.papers),
            }
            self._processes = Processes(self._cluster, random.Random(), settings, self._note)
            looking = asyncio.create_task(self._processes.look())
            try:
                await self._start(database)
                await self._live(database)
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)
                await self._processes.end()
                await database.close()
        self._judge()
        await asyncio.to_thread(self._databases.clear)
        return self.found

    @property
    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._cluster.ahead)

    def _note(self, what: str) -> None:
        at = datetime.now(UTC).isoformat(sep=" ", timespec="milliseconds")
        with (self.folder / "events.log").open("a") as file:
            file.write(f"{at} {what}\n")

    async def _start(self, database: Database) -> None:
        """Start the processes, and wait until they know their servers, papers and commands."""
        world, processes = self._discord.world, self._processes
        await add_servers(database, list(world.guilds), self._now)
        gateway = ("run", "--role", "gateway", "--shards")
        gateways = [(*gateway, f"{shard}/{SHARDS}") for shard in range(SHARDS)]
        spare = (*gateway, f"auto/{SHARDS}")
        await processes.start(("run", "--role", "keeper"), *gateways, spare)
        members = [each.member for each in processes.services]
        await self._until(lambda: all(map(_knows, members[1:-1])), START)
        await self._until(lambda: "waiting as a spare" in self._spare.member.said, START)
        await self._until(lambda: world.commands, START)
        async with asyncio.timeout(START):
            while not await self._cluster.ask("SELECT 1 FROM batch_papers"):  # noqa: ASYNC110 - the keeper does it
                await asyncio.sleep(0.5)

    async def _live(self, database: Database) -> None:
        """Let the posts be due and people ask, and kill a process after a third."""
        plan, found, seen = self.plan, self.found, self._discord.seen
        people = People(self._discord.world, self._discord.places, FIRST_ANSWER)
        before, began = self._usages(), time.perf_counter()
        self._began = self._counted = len(seen)
        self._note("all is due")
        await add_feeds(database, self._discord.feeds, plan.papers, self._now, hour=9)
        posting = asyncio.create_task(self._post())
        try:
            await people.ask_until(posting)
            await posting
        except TimeoutError:
            found.wrong.append("not all was posted in time")
        after = {**self._usages(), KILLED: found.usages.get(KILLED, Usage())}
        found.usages = {name: each.since(before[name]) for name, each in after.items()}
        found.seconds = time.perf_counter() - began
        await asyncio.sleep(plan.settle)
        found.seen = seen[self._began :]
        found.asked = people.asked
        found.posts = self._there()

    async def _post(self) -> None:
        plan, found = self.plan, self.found
        await self._until(lambda: self._carried_out() * 3 >= plan.requests, plan.patience)
        victim, spare = self._processes.services[1 + DIES], self._spare
        found.usages[KILLED] = usage(victim.pid)
        found.killed = time.perf_counter()
        self._processes.kill(victim)
        takeover = self._processes.takeovers[-1]
        await self._until(lambda: self._carried_out() >= plan.requests, plan.patience)
        # What was sent twice with one nonce is there once, and counts as two requests.
        await self._until(self._all_there, plan.patience)
        found.posted_again = next(
            (
                each.at
                for each in self._discord.seen[self._began :]
                if posts(each) and sender(each.agent) == spare.pid
            ),
            None,
        )
        found.taken, found.heard = _moments(takeover)

    @property
    def _spare(self) -> Service:
        return self._processes.services[-1]

    def _carried_out(self) -> int:
        """Return how many messages and threads there are since all was due."""
        seen = self._discord.seen
        while self._counted < len(seen):
            self._posted += posts(seen[self._counted])
            self._counted += 1
        return self._posted

    def _there(self) -> list[Post]:
        return posts_of(self._discord.world, [channel for _, channel in self._discord.feeds])

    def _all_there(self) -> bool:
        return all(cards >= self.plan.papers for _, _, cards in self._there())

    def _usages(self) -> dict[str, Usage]:
        names = (KEEPER, LIVES, KILLED, SPARE)
        found = {
            name: usage(each.pid)
            for name, each in zip(names, self._processes.services, strict=True)
        }
        return {
            **found,
            SERVER: with_children(self._postgres.pid),
            DISCORD: usage(os.getpid()),
        }

    async def _until(self, what: Callable[[], object], patience: float) -> None:
        async with asyncio.timeout(patience):
            while not what():  # noqa: ASYNC110 - anything may be waited for
                await asyncio.sleep(0.1)

    def _judge(self) -> None:
        """Note processes that ended by themselves or failed, and what no client may send."""
        wrong = self.found.wrong
        wrong += self._discord.server.violations
        for number, member in enumerate(self._cluster.members):
            said = member.said
            wrong += [f"{member.log}: {line}" for line in said.splitlines() if "Traceback" in line]
            if "paperboy: " in said:
                wrong.append(f"{member.log}: process {number} ended by itself")


def _knows(member: Member) -> bool:
    """Tell whether a gateway knows its servers; fails with its last words if it has ended."""
    assert member.running.returncode is None, member.said
    return "ready guilds=" in member.said


def _moments(takeover: Takeover) -> tuple[float | None, float | None]:
    """Return when a lease was taken and its servers were heard again, on the other clock."""
    ahead = time.perf_counter() - time.monotonic()
    taken, heard = takeover.taken, takeover.heard
    return None if taken is None else taken + ahead, None if heard is None else heard + ahead


def posts(each: Seen) -> bool:
    """Tell whether a request left something in a channel."""
    return (
        each.method == "POST"
        and each.status < 300
        and each.path.startswith("/channels/")
        and each.path.endswith(("/messages", "/threads"))
    )


def posts_of(world: FakeDiscord, channels: Sequence[int]) -> list[Post]:
    """Return what is in each of these channels."""
    counts = {each: [len(world.channels[each].history), 0, 0] for each in channels}
    for channel in world.channels.values():
        if channel.parent_id in counts:
            counts[channel.parent_id][1] += 1
            counts[channel.parent_id][2] += len(channel.history)
    return [(headers, threads, cards) for headers, threads, cards in counts.values()]
