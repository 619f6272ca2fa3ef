"""No command, button, menu, form or suggestion keeps the bot from everything else."""

import gc
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import simcord

from papers.embedding import MiniLMEmbedder
from storage.vectors import model_key
from tests import large, reliability
from tests.bot.every_use import Make, commands, components
from tests.bot.extremes import LAST
from tests.bot.feed_reading import SETTINGS
from tests.bot.raw_interactions import Interaction, Interactions, what_is_registered
from tests.bot.world import MONDAY, TUESDAY, World, at, votes, world
from tests.loop_watch import LoopWatch, watched
from tests.plans import Plans

HELD: Final = 0.1
"""Seconds of CPU time that one step of the loop may take, with `--full`, which runs alone."""
HELD_BESIDE_OTHERS: Final = 0.2
"""The same where other tests run on the next core, and garbage collections look through what
they have made in this process: the same step then takes up to half as long again."""
ANSWERED: Final = 1.0
"""Seconds until an interaction is answered or deferred, with `--full`."""
ANSWERED_BESIDE_OTHERS: Final = 2.5
"""The same where other tests run; Discord waits for three."""
TRIES: Final = 3
"""Times that something slow is done: a busy machine is slow by chance, and a collection of garbage
may fall into any step; what is slow itself is slow always."""
PAPERS: Final = 20_000
ALL_PAPERS: Final = 100_000
"""Papers in the database, usually and with `--full`."""


@dataclass
class Loop:
    """The bot, somebody who uses it, and a watch on its loop."""

    wire: Interactions
    watch: LoopWatch
    reader: simcord.MemberActor
    faults: list[str] = field(default_factory=list[str])
    most: float = HELD_BESIDE_OTHERS
    answered: float = ANSWERED_BESIDE_OTHERS
    held: float = 0.0
    """The longest step of all."""

    async def use(self, name: str, make: Make) -> None:
        """Do something, and note what is wrong with it."""
        found: list[str] = []
        for _ in range(TRIES):
            found = await self._once(name, make())
            if not found:
                return
        self.faults += found

    def judge(self, name: str) -> None:
        """Note whether what was done since the watch began has held the loop."""
        self.faults += self._held(name)

    def _held(self, name: str) -> list[str]:
        longest, where = self.watch.longest, self.watch.where
        self.watch.begin()
        if longest > self.most:
            return [f"{name}: held the loop for {longest * 1_000:.0f} ms\n{where}"]
        self.held = max(self.held, longest)
        return []

    async def _once(self, name: str, interaction: Interaction) -> list[str]:
        """Do something; return what is wrong with it."""
        here, took = self.wire.here, 0.0

        def after_step() -> None:
            nonlocal took
            sent = self.wire.sent
            if not took and sent is not None and sent.response_kind is not None:
                took = time.perf_counter() - began

        here.bot.cooldowns.forget()
        self.watch.begin()
        self.watch.after = after_step
        began = time.perf_counter()
        try:
            await self.wire.send(self.reader, here.channel, interaction)
        except TimeoutError:
            return [f"{name}: hangs"]
        finally:
            self.watch.after = None
        found = self._held(name)
        if not took:
            found.append(f"{name}: not answered")
        if took > self.answered:
            found.append(f"{name}: answered after {took:.2f} s")
        self.wire.sweep()
        return found


@asynccontextmanager
async def large_world(folder: Path, papers: int) -> AsyncGenerator[World]:
    """Run the bot on a database of years."""
    days = {MONDAY: votes(MONDAY, 3), TUESDAY: votes(TUESDAY, *range(60, 0, -1))}
    async with world(folder, days, now=at(MONDAY, 12), embedder="minilm", **SETTINGS) as here:
        others = [here.guild.create_text_channel(f"papers-{number}") for number in range(29)]
        await large.fill(
            here.bot.services.database,
            papers=papers,
            reader=here.admin.id,
            guild=here.guild.id,
            channels=[channel.id for channel in (here.channel, *others)],
            model=model_key(MiniLMEmbedder()),
        )
        # As `paperboy run` does: what the imports left is looked through by no collection.
        gc.collect()
        gc.freeze()
        try:
            yield here
        finally:
            gc.unfreeze()
            gc.collect()
            gc.freeze()


@pytest.fixture
def unexplained(explained: Plans) -> Iterator[None]:
    """Measure the product alone, without the explaining of its statements."""
    explained.listening = False
    yield
    explained.listening = True


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("unexplained")
async def test_nothing_that_people_do_holds_the_loop(tmp_path: Path, full: bool) -> None:
    papers = ALL_PAPERS if full else PAPERS
    with watched() as watch:
        async with large_world(tmp_path, papers) as here:
            pressed, registered = await what_is_registered(here, here.admin)
            loop = Loop(Interactions(here, pressed, registered), watch, here.admin)
            if full:
                loop.most, loop.answered = HELD, ANSWERED
            watch.begin()
            here.bot.services.search.catch_up()
            await here.bot.services.search.drain()
            loop.judge("indexing all papers")
            await here.restart()
            await here.bot.services.search.drain()
            loop.judge("a start")
            everything = [*commands(loop.wire), *components(loop.wire)]
            for name, make in sorted(everything, key=lambda each: bool(LAST.search(each[0]))):
                await loop.use(name, make)
            watch.begin()
            await here.tick(at(TUESDAY, 9))
            loop.judge("a minute with a new batch, 30 threads and a digest")
    assert not loop.faults, "\n".join(loop.faults)
    if full:
        reliability.record(
            "loop",
            "every command, button, menu, form and suggestion, and a minute of work",
            f"{papers:,} papers, {large.SAVED:,} saves",
            "no step of the loop over 100 ms of CPU time, but for collections of garbage (below);"
            " each answered or deferred within 1 s",
        )
