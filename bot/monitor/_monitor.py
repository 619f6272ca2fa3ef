"""What one process knows of itself, whichever bot runs in it at the moment."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import discord

from bot.monitor import _gateway
from bot.monitor._instruments import Instruments
from bot.monitor._requests import Requests
from bot.monitor._thresholds import Thresholds
from bot.services.container import Services

log = logging.getLogger(__name__)

DEFAULTS: Final = Thresholds()

LAG_EVERY: Final = 0.5
LAGS_KEPT: Final = 60
"""The loop's lag is looked at twice a second, and the worst of half a minute reported."""


@dataclass(frozen=True, slots=True)
class Spare:
    """A process that waits for a part of the work."""

    why: str
    reachable: bool
    """Whether the database can be reached meanwhile."""


class Monitor:
    """Keeps what health, metrics and incidents are read from.

    It outlives a bot: `paperboy run` starts another one when a connection ends for good.
    """

    def __init__(self, thresholds: Thresholds = DEFAULTS) -> None:
        self.thresholds = thresholds
        self.instruments = Instruments()
        self.requests = Requests(self.instruments, thresholds)
        self.client: discord.AutoShardedClient | None = None
        """The connection of the moment."""
        self.listens = True
        """Whether the process is connected to Discord's gateway at all."""
        self.services: Services | None = None
        """What runs behind it, while it is open."""
        self.spare: Spare | None = None
        """Why the process waits, while other ones have all the work that it could do."""
        self.failing_cycles = 0
        """How many minutes' work in a row has failed."""
        self.last_failure = ""
        """The kind of the last failure."""
        self._cycle_at = self._connected_at = time.monotonic()
        self._lags: deque[float] = deque(maxlen=LAGS_KEPT)
        self._measuring = False

    def watch(self, client: discord.AutoShardedClient, *, listens: bool = True) -> None:
        """Look at this connection from now on, or at none where the process needs none."""
        self.client = client
        self.listens = listens

    def shares(self, cluster: str, role: str) -> None:
        """Say in every metric that this process shares the work on a database, and as what."""
        self.instruments.place = {"cluster": cluster, "role": role, "slot": "spare"}

    def waits(self, why: str, reachable: bool) -> None:
        """Note that other processes have all the work, or that the database can't be reached."""
        self.spare = Spare(why, reachable)

    def takes(self, slot: str) -> None:
        """Note that the process has a part of the work now."""
        self.spare = None
        self.instruments.place["slot"] = slot
        self._cycle_at = self._connected_at = time.monotonic()

    @property
    def connected(self) -> bool:
        """Whether the connection of the moment is ready."""
        return self.client is not None and self.client.is_ready()

    @contextmanager
    def watching(self, services: Services) -> Generator[None]:
        """Look at these services while the block runs."""
        self.services = services
        try:
            yield
        finally:
            self.services = None

    def cycle_succeeded(self) -> None:
        """Note that a minute's work was done to its end."""
        self._cycle_at = time.monotonic()
        self.failing_cycles = 0

    def cycle_skipped(self) -> None:
        """Note that there was nothing that a minute's work could have done: no connection."""
        self._cycle_at = time.monotonic()

    def cycle_failed(self, error: Exception) -> None:
        """Note that a minute's work failed."""
        self.failing_cycles += 1
        self.last_failure = type(error).__name__
        self.instruments.beat_failures.inc()

    @property
    def cycle_age(self) -> float:
        """Seconds since a minute's work was done, or since the start."""
        return time.monotonic() - self._cycle_at

    @property
    def lag(self) -> float:
        """Seconds that the loop was late at worst, in the last half minute."""
        return max(self._lags, default=0.0)

    def shards(self) -> list[_gateway.Shard]:
        """Return the connections to Discord's gateway."""
        return [] if self.client is None else _gateway.shards(self.client)

    def disconnected_for(self) -> float:
        """Return for how many seconds a connection has been missing; call it now and then."""
        found = self.shards()
        if not self._measuring or not self.listens:
            return 0.0  # a simulated Discord has no connections
        if found and all(shard.trouble is None for shard in found):
            self._connected_at = time.monotonic()
        return time.monotonic() - self._connected_at

    @asynccontextmanager
    async def measuring(self) -> AsyncGenerator[None]:
        """Look at the loop's lag while the block runs, and take missing connections seriously."""
        self._measuring = True
        task = asyncio.create_task(self._measure(), name="loop lag")
        try:
            yield
        finally:
            self._measuring = False
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._lags.append(max(0.0, loop.time() - due))
