"""The people of `benchmarks.fanout` and `benchmarks.cluster_load`, who use commands meanwhile."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from tests.discord_server import Channel, FakeDiscord, User

COMMANDS: Sequence[tuple[str, dict[str, Any]]] = (
    ("paper trending", {}),
    ("paper search", {"query": "reinforcement learning for language models"}),
    ("library show", {}),
    ("paper search", {"query": "video diffusion"}),
    ("paper status", {}),
)

ASKED_EVERY = 0.5
"""Seconds between two commands, each of another person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that somebody used."""

    at: float
    """When, on the clock of `time.perf_counter`."""
    guild_id: int
    seconds: float | None
    """Until its answer was there; `None` if it came too late, or not at all."""


class People:
    """Use commands in one server after the other, none waiting for another."""

    def __init__(
        self, world: FakeDiscord, places: Sequence[tuple[Channel, User]], patience: float
    ) -> None:
        self._world = world
        self._places = cycle(places)
        self._commands = cycle(COMMANDS)
        self._patience = patience
        self.asked: list[Asked] = []

    @property
    def waits(self) -> list[float]:
        """The seconds of the commands that were answered."""
        return [each.seconds for each in self.asked if each.seconds is not None]

    async def ask_until(self, over: "asyncio.Future[Any]") -> None:
        """Use a command every so often until this is done, and wait for the last answers."""
        async with asyncio.TaskGroup() as people:
            while not over.done():
                people.create_task(self._use(*next(self._places), *next(self._commands)))
                await asyncio.wait({over}, timeout=ASKED_EVERY)

    async def _use(self, channel: Channel, user: User, name: str, given: dict[str, Any]) -> None:
        began = time.perf_counter()
        seconds = None
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._world.slash(user, channel, name, **given)
        except TimeoutError:
            pass
        else:
            seconds = time.perf_counter() - began
            assert answer.text, name
        self.asked.append(Asked(began, channel.guild_id or 0, seconds))
