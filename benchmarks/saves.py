"""Reactions under load: `python -m benchmarks.saves [SECONDS]`.

A file with 1,000,000 saves of 50,000 people; then 2,000 reaction events a second for 30 seconds, as
Discord's gateway would hand them to discord.py, half of them on messages that are not ours. Each
event is timed from its arrival until its transaction is committed, and afterwards every reaction
that should stand is looked for in the file. Then the same with a transaction for each reaction.

Prints JSON lines; times are milliseconds.
"""

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import event as sql_event
from sqlalchemy import func, select

from benchmarks._libraries import CARDS, EMOJI, FIRST_CARD, FIRST_PERSON, NOW, PEOPLE, SAVES, fill
from bot.client import PaperBot, create_bot
from bot.runtime.clock import FixedClock
from bot.services.library import Library, Place
from bot.settings import Settings
from cogs.library import Reactions
from storage import library, tables
from storage.database import Database
from storage.library import Event, Reaction

RATE = 2_000
"""Events a second; half of them are on our messages."""
SECONDS = 30.0
TICK = 0.005
"""Seconds between two bursts of events, and between two looks at the loop's lag."""
PATIENCE = 300
"""Seconds after the last event in which all of them must be done."""

_FIRST_FOREIGN = FIRST_CARD + CARDS
_US = 42


class Arrival(NamedTuple):
    """One gateway event."""

    name: str
    payload: dict[str, Any]
    ours: bool


class Measured:
    """What the bot's own library does with reactions, with a clock on each of them."""

    def __init__(self, library: Library, *, naive: Database | None = None) -> None:
        self._messages = library.messages
        self._react = library.react
        self._naive = naive
        self.began: dict[tuple[Reaction, bool], float] = {}
        self.took: list[float] = []
        self.foreign = 0

    def has(self, ours: int, foreign: int) -> bool:
        """Tell whether so many events were done: on our messages, and on others."""
        return len(self.took) >= ours and self.foreign >= foreign

    async def react(
        self, event: Event, author_id: int | None = None, place: Place | None = None
    ) -> bool:
        """Do what the bot does, and note how long after its arrival it was done."""
        assert isinstance(event, library.Reacted)
        if self._naive is not None and event.reaction.message_id in self._messages:
            async with self._naive.write() as conn:
                await library.apply(conn, [event])
            ours = True
        else:
            ours = await self._react(event, author_id, place)
        if ours:
            began = self.began.pop((event.reaction, event.added))
            self.took.append(time.perf_counter() - began)
        else:
            self.foreign += 1
        return ours


def arrivals(count: int, seed: int) -> tuple[list[Arrival], dict[Reaction, bool]]:
    """Make events and what stands after them: a fifth takes off what an earlier one added."""
    chance = random.Random(seed)
    events: list[Arrival] = []
    stands: dict[Reaction, bool] = {}
    added: list[Reaction] = []
    for number in range(count):
        ours = number % 2 == 0
        on = FIRST_CARD + chance.randrange(CARDS) if ours else _FIRST_FOREIGN + number
        reaction = Reaction(on, FIRST_PERSON + chance.randrange(PEOPLE), chance.choice(EMOJI[1:]))
        remove = chance.random() < 0.2
        if ours and remove and added:
            reaction = added.pop(chance.randrange(len(added)))
            stands[reaction] = False
        elif ours:
            if reaction in stands:
                continue
            added.append(reaction)
            stands[reaction] = True
            remove = False
        else:
            # Removals do not tell whose message it is, and neither does a small part of the rest.
            remove = remove or number % 10 == 1
        events.append(_arrival(reaction, ours=ours, remove=remove))
    return events, stands


def _arrival(reaction: Reaction, *, ours: bool, remove: bool) -> Arrival:
    payload: dict[str, Any] = {
        "user_id": str(reaction.user_id),
        "channel_id": "1",
        "message_id": str(reaction.message_id),
        "guild_id": "1",
        "emoji": {"id": None, "name": reaction.emoji},
        "type": 0,
        "burst": False,
    }
    if not remove:
        payload["message_author_id"] = str(_US if ours else 7)
    return Arrival("remove" if remove else "add", payload, ours)


async def drive(
    bot: PaperBot, measured: Measured, events: Sequence[Arrival], late: list[float]
) -> float:
    """Hand the events to discord.py at their pace; return the seconds until all were done."""
    state: Any = bot._connection  # pyright: ignore[reportPrivateUsage] - where the gateway hands over
    parsers = {"add": "MESSAGE_REACTION_ADD", "remove": "MESSAGE_REACTION_REMOVE"}
    lag = asyncio.create_task(_watch(late), name="lag")
    ours = sum(event.ours for event in events)
    burst = round(RATE * TICK)
    began = time.perf_counter()
    for start in range(0, len(events), burst):
        await asyncio.sleep(max(0.0, began + start / RATE - time.perf_counter()))
        for event in events[start : start + burst]:
            if event.ours:
                data = event.payload
                reaction = Reaction(
                    int(data["message_id"]), int(data["user_id"]), data["emoji"]["name"]
                )
                measured.began[reaction, event.name == "add"] = time.perf_counter()
            state.parsers[parsers[event.name]](event.payload)
    offered = time.perf_counter() - began
    lag.cancel()
    async with asyncio.timeout(PATIENCE):
        while not measured.has(ours, len(events) - ours):  # noqa: ASYNC110 - a count
            await asyncio.sleep(TICK)
    took = time.perf_counter() - began
    _say("offered_per_s", len(events) / offered)
    return took


async def queries_of_foreign(bot: PaperBot, measured: Measured) -> int:
    """Count the statements that events on other people's messages cost, with nothing beside."""
    foreign = [each for each in arrivals(2 * RATE, seed=9)[0] if not each.ours]
    engines: list[Any] = [
        vars(bot.services.database)[name].sync_engine for name in ("_writer", "_readers")
    ]
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    for engine in engines:
        sql_event.listen(engine, "before_cursor_execute", counted)
    await drive(bot, measured, foreign, [])
    for engine in engines:
        sql_event.remove(engine, "before_cursor_execute", counted)
    return count


async def _watch(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - began - TICK)


async def lost(database: Database, stands: dict[Reaction, bool]) -> int:
    """Count the reactions that the file has wrong."""
    by_message: dict[int, dict[Reaction, bool]] = {}
    for reaction, standing in stands.items():
        by_message.setdefault(reaction.message_id, {})[reaction] = standing
    wrong = 0
    async with database.read() as conn:
        for message_id, expected in by_message.items():
            known = await library.standing(conn, message_id)
            wrong += sum((each in known) != standing for each, standing in expected.items())
    return wrong


async def measure(folder: Path, seconds: float, saves: int = SAVES) -> None:
    """Fill a file, and put both ways of writing through the same load."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
        database_url=f"sqlite+aiosqlite:///{folder / 'saves.db'}",
        embedder="none",
    )
    database = await Database.open(settings.database_url)
    began = time.perf_counter()
    await fill(database, saves)
    async with database.read() as conn:
        _say("saves", await conn.scalar(select(func.count()).select_from(tables.saves)) or 0)
    _say("fill_s", time.perf_counter() - began)
    await database.close()
    _say("file_mb", (folder / "saves.db").stat().st_size / 1e6)

    bot = create_bot(settings, clock=FixedClock(NOW), sources=[])
    began = time.perf_counter()
    await bot.open()
    _say("start_s", time.perf_counter() - began)
    real = bot.services.library
    async with bot:
        reactions = Reactions(bot.services)
        await bot.add_cog(reactions)
        real.catch_up = lambda *_: None  # There is no Discord to read from.
        ways = {"": None, "ours": None, "naive": bot.services.database}
        foreign, *both = [Measured(real, naive=naive) for naive in ways.values()]
        real.react = foreign.react
        _say("queries_of_foreign", await queries_of_foreign(bot, foreign))
        for seed, (way, measured) in enumerate(zip(("ours", "naive"), both, strict=True)):
            real.react = measured.react
            events, stands = arrivals(round(RATE * seconds), seed)
            late: list[float] = []
            took = await drive(bot, measured, events, late)
            _say("done_per_s", len(events) / took, way)
            _say("lost", await lost(bot.services.database, stands), way)
            for share in (0.5, 0.99, 1.0):
                _say(f"commit_p{share * 100:g}_ms", _share(measured.took, share) * 1e3, way)
                _say(f"loop_lag_p{share * 100:g}_ms", _share(late, share) * 1e3, way)


def _share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _say(figure: str, value: float, way: str = "") -> None:
    print(json.dumps({"way": way, "figure": figure, "value": round(value, 3)}), flush=True)


def main() -> None:
    """Measure in a temporary directory."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with tempfile.TemporaryDirectory(prefix="paperboy-saves-") as folder:
        asyncio.run(measure(Path(folder), seconds))


if __name__ == "__main__":
    main()
