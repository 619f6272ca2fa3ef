"""The processes of `benchmarks.cluster`: started, found by what they hold, and started again."""

import asyncio
import os
import random
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from papers.shards import shards_of
from storage import leases
from storage.database import Database
from storage.database_file import DriverError
from tests.discord_server import User
from tests.wire.clusters import Cluster, Member

LOOK_EVERY = 0.2
"""Seconds between two looks at the leases."""

AGAIN = (0.5, 3.0)
"""After how many seconds a process that has ended is started again, at random."""

HAVING_WORK = 0.75
"""How often the process that is killed or frozen is one that holds a part of the work."""

_SAYS_LOST = "took over its work"
_PROCESS = re.compile(r"process/(\d+)")


@dataclass
class Service:
    """A command that runs at any time, in one process after another."""

    command: tuple[str, ...]
    member: Member
    frozen: bool = False

    @property
    def pid(self) -> int:
        """The present process's."""
        return self.member.running.pid

    def may_have(self, name: str) -> bool:
        """Tell whether its command takes this part of the work."""
        if (part := shards_of(name)) is None:
            return name in self.command
        return bool({str(part), f"auto/{part.count}"}.intersection(self.command))


@dataclass
class Takeover:
    """A part of the work whose process was killed or frozen."""

    name: str
    epoch: int
    began: float
    ready: float | None = None
    """Since when, without a break, a process ran that had no work and could take it."""
    taken: float | None = None
    """When another process had it."""
    heard: float | None = None
    """When that one was connected to the gateway, and its servers' events were heard."""
    stopped: bool = False
    """Whether the database was stopped meanwhile, so that no process could take it."""


@dataclass
class Processes:
    """All of a run's."""

    cluster: Cluster
    chance: random.Random
    settings: dict[str, str]
    note: Callable[[str], None]
    services: list[Service] = field(default_factory=list[Service])
    held: dict[str, leases.Lease] = field(default_factory=dict[str, leases.Lease])
    takeovers: list[Takeover] = field(default_factory=list[Takeover])
    thawed: set[int] = field(default_factory=set[int])
    """Processes that went on after they had been frozen, and another one had taken their work."""
    ended: list[str] = field(default_factory=list[str])
    """What was said by processes that ended without being killed, or having lost their lease."""
    down: bool = False
    """Whether the database is stopped."""

    async def start(self, *commands: tuple[str, ...]) -> None:
        """Start a process for each command."""
        for command in commands:
            member = await self.cluster.start(*command, **self.settings)
            self.services.append(Service(command, member))

    def of(self, pid: int) -> Service | None:
        """Return whose process this is."""
        return next((each for each in self.services if each.pid == pid), None)

    def holder(self, name: str) -> Service | None:
        """Return whose process holds a part of the work, if it runs."""
        lease = self.held.get(name)
        found = None if lease is None or not lease.valid else self.of(lease.holder.pid)
        return None if found is None or found.frozen or not self.runs(found) else found

    def ready_for(self, name: str) -> bool:
        """Tell whether a process runs that has no work and may take this part of it."""
        busy = {lease.holder.pid for lease in self.held.values() if lease.valid}
        return any(
            each.may_have(name) and each.pid not in busy and not each.frozen and self.runs(each)
            for each in self.services
        )

    def runs(self, service: Service) -> bool:
        """Tell whether its process has not ended."""
        return service.member.running.returncode is None

    def victim(self) -> Service | None:
        """Choose whose process is killed or frozen next, most often one that has work."""
        busy = [found for name in self.held if (found := self.holder(name)) is not None]
        running = [each for each in self.services if self.runs(each) and not each.frozen]
        chosen = busy if busy and self.chance.random() < HAVING_WORK else running
        return self.chance.choice(chosen) if chosen else None

    def kill(self, service: Service) -> None:
        """Kill a process."""
        self._lose(service)
        self.note(f"process {service.pid} is killed ({service.member.log.name})")
        os.kill(service.pid, signal.SIGKILL)

    async def freeze(self, service: Service, seconds: float) -> None:
        """Freeze a process for so long; what it then sends is counted as a fault."""
        pid = service.pid
        lost = self._lose(service)
        service.frozen = True
        self.note(f"process {pid} is frozen ({service.member.log.name})")
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        self.note(f"process {pid} is thawed")
        if lost and all(each.taken is not None for each in lost):
            self.thawed.add(pid)
        with suppress(ProcessLookupError):  # killed just before it was frozen
            os.kill(pid, signal.SIGCONT)
        service.frozen = False

    def server_stops(self) -> None:
        """Take note that no process can take anything until `down` is over."""
        self.down = True
        for takeover in self.takeovers:
            takeover.stopped |= takeover.taken is None

    def _lose(self, service: Service) -> list[Takeover]:
        lost = [
            Takeover(name, lease.epoch, time.monotonic(), stopped=self.down)
            for name, lease in self.held.items()
            if lease.valid and lease.holder.pid == service.pid
        ]
        self.takeovers += lost
        return lost

    async def look(self) -> None:
        """Follow the leases and the gateway's sessions until this is cancelled."""
        cluster = self.cluster
        database = await Database.open(cluster.url, migrate=False, files=cluster.folder)
        try:
            while True:
                try:
                    async with asyncio.timeout(5), database.read() as conn:
                        found = await conn.run_sync(leases.read_all)
                except (DriverError, OSError, TimeoutError):
                    pass
                else:
                    self.held = {lease.name: lease for lease in found}
                    self._note()
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await database.close()

    def _note(self) -> None:
        for takeover in self.takeovers:
            lease = self.held.get(takeover.name)
            now = time.monotonic()
            if lease is None or lease.epoch == takeover.epoch:
                ready = self.ready_for(takeover.name)
                takeover.ready = (takeover.ready or now) if ready else None
                continue
            if takeover.taken is None:
                takeover.taken = now
                takeover.ready = takeover.ready or now
                self.note(f"process {lease.holder.pid} has {takeover.name}")
            if takeover.heard is None and self._hears(takeover.name, lease.holder.pid):
                takeover.heard = now
                self.note(f"process {lease.holder.pid} hears for {takeover.name}")

    def _hears(self, name: str, pid: int) -> bool:
        """Tell whether a process is connected for each of the shards that it has."""
        if (part := shards_of(name)) is None:
            return True
        sessions = self.cluster.server.gateway.sessions.values()
        connected = {each.shard for each in sessions if each.socket and sender(each.agent) == pid}
        return connected.issuperset(part.ids)

    async def keep_running(self) -> None:
        """Start again what has ended, as `restart: unless-stopped` does, until cancelled."""
        while True:
            for service in self.services:
                if not self.runs(service):
                    self._judge(service.member)
                    await asyncio.sleep(self.chance.uniform(*AGAIN))
                    member = await self.cluster.start(*service.command, **self.settings)
                    service.member = member
                    self.note(f"process {service.pid} starts ({member.log.name})")
            await asyncio.sleep(LOOK_EVERY)

    def _judge(self, member: Member) -> None:
        code, said = member.running.returncode, member.said
        if code == -signal.SIGKILL or (code == 1 and _SAYS_LOST in said):
            return
        # A process that starts while the database is stopped says so in a sentence, and ends.
        if "Traceback" in said or "paperboy: " not in said:
            self.ended.append(f"{member.log}: exit code {code}")

    async def end(self) -> None:
        """Kill them all."""
        await self.cluster.end()


def sender(user_agent: str) -> int:
    """Return which process sent a request."""
    found = _PROCESS.search(user_agent)
    return int(found[1]) if found else 0


def conversations(cluster: Cluster, people: int, strangers: int) -> list[User]:
    """Make people who can be written to; with every so-manieth there is no conversation yet."""
    world = cluster.server.world
    readers: list[User] = []
    for number in range(people):
        place = cluster.channels[number % len(cluster.channels)]
        person = world.add_member(world.guilds[place.guild_id or 0], f"reader {number}")
        if number % strangers:
            world.open_dm(person)
        readers.append(person)
    return readers
