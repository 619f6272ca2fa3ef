"""No command, button, menu, form or suggestion keeps the bot from everything else."""

import gc
import itertools
import re
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
import simcord

from bot import limits
from bot.interactions.components import PaperboySelect
from papers.embedding import MiniLMEmbedder
from storage.vectors import model_key
from tests import large, reliability
from tests.bot.extremes import CHOSEN, FIELDS, LAST, MESSAGES, PARTS, VALUES
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
"""Seconds until an interaction is answered or deferred."""
TRIES: Final = 3
"""Times that a slow answer is asked for: a busy machine is slow by chance, a slow answer always."""
PAPERS: Final = 20_000
ALL_PAPERS: Final = 100_000
"""Papers in the database, usually and with `--full`."""

_ACTION: Final = re.compile(r"v1:(?P<action>(?:[a-z]|\\-)+)")

Make = Callable[[], Interaction]


@dataclass
class Loop:
    """The bot, somebody who uses it, and a watch on its loop."""

    wire: Interactions
    watch: LoopWatch
    reader: simcord.MemberActor
    faults: list[str] = field(default_factory=list[str])
    most: float = HELD_BESIDE_OTHERS
    held: float = 0.0
    """The longest step of all."""

    async def use(self, name: str, make: Make) -> None:
        """Do something, and note what is wrong with it."""
        answered = 0.0
        for _ in range(TRIES):
            answered = await self._once(name, make())
            if answered <= ANSWERED:
                return
        self.faults.append(f"{name}: answered after {answered:.2f} s")

    def judge(self, name: str) -> None:
        """Note whether what was done since the watch began has held the loop."""
        self.held = max(self.held, self.watch.longest)
        if self.watch.longest > self.most:
            held = f"{self.watch.longest * 1_000:.0f} ms"
            self.faults.append(f"{name}: held the loop for {held}\n{self.watch.where}")
        self.watch.begin()

    async def _once(self, name: str, interaction: Interaction) -> float:
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
        await self.wire.send(self.reader, here.channel, interaction)
        self.watch.after = None
        if not took:
            self.faults.append(f"{name}: not answered")
        self.judge(name)
        self.wire.sweep()
        return took


def given(options: Sequence[Mapping[str, Any]], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return options of a command: the required alone, then all of them, each value in its turn."""
    columns = {option["name"]: _values(option, values) for option in options}
    required = {each["name"]: columns[each["name"]][0] for each in options if each.get("required")}
    turns = range(max(map(len, columns.values()), default=0))
    return [
        required,
        *({name: each[turn % len(each)] for name, each in columns.items()} for turn in turns),
    ]


def _values(option: Mapping[str, Any], values: Mapping[str, Any]) -> Sequence[Any]:
    if choices := option.get("choices"):
        return [choice["value"] for choice in choices]
    assert option["name"] in values, f"VALUES has nothing for the option {option['name']}"
    most = option.get("max_length")
    return [v[:most] if isinstance(v, str) else v for v in values[option["name"]]]


def action_of(form: re.Pattern[str]) -> str:
    """Return the name of a button, menu or form."""
    match = _ACTION.match(form.pattern)
    assert match is not None, form.pattern
    return match["action"].replace("\\", "")


def custom_ids(form: re.Pattern[str]) -> list[str]:
    """Return custom ids of this form, each part in its turn."""
    names = list(form.groupindex)
    assert set(names) <= set(PARTS), f"PARTS has nothing for one of {names}"
    turns = range(max((len(PARTS[name]) for name in names), default=1))
    made = [
        ":".join(("v1", action_of(form), *(PARTS[name][turn % len(PARTS[name])] for name in names)))
        for turn in turns
    ]
    found = [each for each in made if form.fullmatch(each) and len(each) <= limits.CUSTOM_ID]
    assert found, f"PARTS makes no custom id of {form.pattern}"
    return found


def commands(wire: Interactions) -> Iterator[tuple[str, Make]]:
    """Yield every command, with everything that may be typed into its options."""
    file = "1. https://arxiv.org/abs/2505.00001\n"
    values = {
        **VALUES,
        "channel": (wire.here.channel,),
        "ping": (wire.here.guild.create_role("readers"),),
        "file": (("a.txt", file.encode()), ("b.txt", file.encode() * 50_000)),
    }
    for path in wire.paths():
        for options in given(wire.options(path), values):
            yield f"{path} {options}"[:200], lambda p=path, o=options: wire.command(p, o)
    for path, name in wire.suggesting():
        for typed in ("", "d", *map(str, VALUES[name])):
            yield (
                f"{path}, typing {typed[:50]!r} as {name}",
                lambda p=path, n=name, t=typed: wire.command(p, {n: t}, focused=n),
            )
    registered: Any = wire.here.env.backend.commands[None].values()
    for name in [each["name"] for each in registered if each.get("type", 1) != 1]:
        assert name in MESSAGES, f"MESSAGES has nothing for {name}"
        for content in MESSAGES[name]:
            yield name, lambda n=name, c=content: wire.message_command(n, c)


def components(wire: Interactions) -> Iterator[tuple[str, Make]]:
    """Yield every button, every menu and every form."""
    bot = wire.here.bot
    items: dict[re.Pattern[str], type[Any]] = vars(bot)["_connection"]._view_store._dynamic_items
    assert set(items) == set(bot.custom_ids.items)
    for form, kind in items.items():
        choices: Sequence[Sequence[str] | None] = (None,)
        if issubclass(kind, PaperboySelect):
            assert action_of(form) in CHOSEN, f"CHOSEN has nothing for {form.pattern}"
            choices = CHOSEN[action_of(form)]
        for custom_id, chosen in itertools.product(custom_ids(form), choices):
            yield custom_id, lambda c=custom_id, v=chosen: wire.component(c, v)
    for form in bot.custom_ids.forms:
        assert action_of(form) in FIELDS, f"FIELDS has nothing for {form.pattern}"
        fields = [{"name": name} for name in FIELDS[action_of(form)]]
        for custom_id, typed in itertools.product(custom_ids(form), given(fields, VALUES)):
            texts = {name: str(value) for name, value in typed.items()}
            yield custom_id, lambda c=custom_id, t=texts: wire.form(c, t)


@asynccontextmanager
async def large_world(folder: Path, papers: int) -> AsyncGenerator[World]:
    """Run the bot on a database of years."""
    days = {MONDAY: votes(MONDAY, 3), TUESDAY: votes(TUESDAY, *range(60, 0, -1))}
    async with world(folder, days, now=at(MONDAY, 12), embedder="minilm") as here:
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
            loop.most = HELD if full else HELD_BESIDE_OTHERS
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
