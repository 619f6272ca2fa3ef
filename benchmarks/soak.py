"""A month in a few minutes: `python -m benchmarks.soak [--days N] [--seed N] [--write]`.

With `--zones`, a feed in every kind of time zone instead, and each of its threads at its hour.

The real bot, connected over real sockets to the tests' local Discord, lives through simulated
days: sources that are late or out of reach, readers who react, follow, search and erase, admins who
pause and forbid, requests that fail before and after they were carried out, lost connections, and
restarts at any moment, also in the middle of a post. In the end every invariant is held against
what Discord has and what the database says. Memory is measured each midnight after a collection:
the objects of our own, discord.py's and SQLAlchemy's, which the local Discord has no part in.

Prints JSON lines and fails if an invariant does; `--write` puts the report into
docs/reliability.md.
"""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import discord.gateway
import discord.http
import yarl

from benchmarks._soak_checks import broken, counted
from benchmarks._soak_fakes import Month, People, Preprints, moment
from benchmarks._soak_report import flat, measured, told
from benchmarks._soak_zones import written, zones_soak
from bot.client import PaperBot, create_bot
from bot.runtime.clock import FixedClock
from bot.settings import Settings
from papers import calendar
from tests import reliability
from tests.discord_server import DiscordServer
from tests.discord_server.faults import Fault

__all__ = ["START", "Soak", "broken", "main", "moment", "soak", "soaking"]

START = date(2025, 10, 20)
"""A Monday, a week before the clocks change in Europe and two before they do in America."""
STEP = 60
"""Minutes between two ticks."""
READY_SECONDS = 20.0
ANSWERING = ("discord-ui-dynamic-item", "CommandTree-invoker", "discord.py: on_")

FAULTS: tuple[dict[str, Any], ...] = (
    {"pattern": "POST /channels/*", "status": 503, "when": "before"},
    {"pattern": "POST /channels/*", "status": 503, "when": "after"},
    {"pattern": "POST /channels/*/threads", "status": 503, "when": "after"},
    {"pattern": "POST /channels/*", "drop": True, "when": "after"},
    {"pattern": "POST /channels/*", "status": 429, "retry_after": 0.01},
    {"pattern": "POST /users/@me/channels", "status": 503, "when": "after"},
    {"pattern": "PUT /channels/*/reactions/*", "status": 503, "when": "before"},
    {"pattern": "PATCH /channels/*", "status": 503, "when": "before"},
    {"pattern": "GET /channels/*", "status": 503, "when": "before"},
)


@dataclass
class Soak:
    """The bot, the Discord it is connected to, and the time there."""

    folder: Path
    server: DiscordServer
    chance: random.Random
    people: People
    month: Month
    preprints: Preprints
    clock: FixedClock
    bot: PaperBot | None = None
    connection: asyncio.Task[None] | None = None
    done: dict[str, int] = field(default_factory=dict[str, int])
    _fault: Fault | None = None

    async def start(self) -> None:
        """Start the bot, as a process would."""
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
            database_url=f"sqlite+aiosqlite:///{self.folder / 'paperboy.db'}",
            embedder="none",
        ).model_copy(update={"requests_per_second": 2_000.0})
        bot = create_bot(settings, clock=self.clock, sources=[self.month, self.preprints])
        vars(bot)["_connection"].guild_ready_timeout = 0.05
        vars(bot)["before_identify_hook"] = at_once  # five seconds at the real Discord
        connection = asyncio.create_task(bot.start(self.server.world.token))
        async with asyncio.timeout(READY_SECONDS):
            while not bot.is_ready():
                if connection.done():
                    connection.result()
                await asyncio.sleep(0.005)
        self.bot, self.connection = bot, connection

    async def stop(self, *, suddenly: bool = False) -> None:
        """Stop the bot; `suddenly` drops what it is doing at this very moment."""
        if self.bot is None or self.connection is None:
            return
        if suddenly:
            await self.bot.services.queue.stop(0.0)
        await self.bot.close()
        self.connection.cancel()
        with suppress(asyncio.CancelledError):
            await self.connection
        self.bot = self.connection = None

    def at(self, when: datetime) -> None:
        """Let it be this moment, in Discord and for the bot."""
        ahead = when.timestamp() - self.server.world.clock.now()
        self.server.world.advance(ahead)
        self.clock.at = self.month.now = self.preprints.now = when

    async def tick(self, when: datetime) -> None:
        """Do a minute's work, which may be cut short by a crash."""
        self.at(when)
        if self.bot is None:
            return
        crash = self.chance.random() < 0.2
        tick = asyncio.create_task(self.bot.tick(when))
        if not crash:
            await tick
            return
        after = len(self.server.requests) + self.chance.randint(1, 25)
        while not tick.done() and len(self.server.requests) < after:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0)
        if tick.done():
            tick.result()
            return
        self._count("crash")
        tick.cancel()
        with suppress(asyncio.CancelledError):
            await tick
        await self.stop(suddenly=True)
        await self.start()
        # It goes on within the minute, not within the hour that passes here between two ticks.
        self.at(when + timedelta(minutes=1))
        assert self.bot is not None
        await self.bot.tick(self.clock.at)

    async def day(self, day: date) -> None:
        """Live through one day."""
        self.people.note_troubled(day)
        away_until = -1
        for minute in range(0, 1_440, STEP):
            await self._trouble(minute)
            if self.bot is None and minute >= away_until:
                await self.start()
            await self.tick(moment(day, minute))
            self._heal()
            for _ in range(self.chance.choice((0, 0, 1, 2, 4))):
                await self.people.act(online=self.bot is not None)
            await answered()
            if self.bot is None:
                continue
            if minute % 720 == 0:
                await self.bot.services.maintenance.run(self.clock.at)
            if self.chance.random() < 0.02:
                await self.people.admin_acts(day)
            if self.chance.random() < 0.02:
                self._count("restart")
                await self.stop()
                if self.chance.random() < 0.5:
                    away_until = minute + self.chance.choice((30, 120, 600))
                    self._count("away")
                    self.people.note_absent(day)
                else:
                    await self.start()
            elif self.chance.random() < 0.04:
                self._count("reconnect")
                await self._reconnect(resumable=self.chance.random() < 0.5)
        if self.bot is None:
            await self.start()

    async def quiet(self, day: date) -> None:
        """Let everything that is owed come, with nobody in the way."""
        self._heal()
        self.month.failing_until = self.preprints.failing_until = None
        if self.bot is None:
            await self.start()
        await self.people.make_up()
        for minute in range(0, 1_440, STEP):
            self.at(moment(day, minute))
            assert self.bot is not None
            await self.bot.tick(moment(day, minute))
        # A last start reads back what was missed.
        await self.stop()
        await self.start()
        await asyncio.sleep(0.3)
        assert self.bot is not None
        await self.bot.tick(self.clock.at)

    async def _trouble(self, minute: int) -> None:
        roll = self.chance.random()
        if roll < 0.5:
            fault = dict(self.chance.choice(FAULTS))
            self._fault = self.server.fail(**fault, times=self.chance.randint(1, 3))
        elif roll < 0.51 and minute:
            until = self.month.now + timedelta(hours=self.chance.randint(1, 7))
            source = self.chance.choice((self.month, self.preprints))
            source.failing_until = until
            # A channel whose day ends meanwhile goes on with the next batch.
            for day in {self.month.now.date(), until.date()}:
                self.people.note_absent(day)
            self._count("source failing")

    def _heal(self) -> None:
        if self._fault is not None and self._fault.met:
            self._count("fault")
        self._fault = None
        self.server.heal()

    async def _reconnect(self, *, resumable: bool) -> None:
        """Lose the connection; meanwhile people react, which only a resumed session tells."""
        met = self.server.gateway.identified + self.server.gateway.resumed
        await self.server.disconnect(resumable=resumable)
        await self.people.act(online=False)
        gateway = self.server.gateway
        await self.server.until(lambda: gateway.identified + gateway.resumed > met)
        bot = self.bot
        await self.server.until(lambda: bot is not None and bot.is_ready())
        await asyncio.sleep(0.05)

    def _count(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1


async def at_once(*_: object, **__: object) -> None:
    """Identify without waiting."""


async def answered() -> None:
    """Wait until every press and command has been dealt with: no hour passes before."""
    async with asyncio.timeout(READY_SECONDS):
        while any(  # noqa: ASYNC110 - they are discord.py's
            task.get_name().startswith(ANSWERING) for task in asyncio.all_tasks()
        ):
            await asyncio.sleep(0.002)


class Ears(logging.Handler):
    """Hears every traceback: an expected failure has none."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record that has a traceback."""
        if record.exc_info:
            self.heard.append(logging.Formatter().format(record))


@asynccontextmanager
async def soaking(folder: Path, seed: int) -> AsyncGenerator[Soak]:
    """Make a Discord and its people, and point discord.py at it."""
    chance = random.Random(seed)
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordServer() as server:
        server.buckets.pace = 0.0002
        server.schema = None  # a third of a second for each request; the tests hold them against it
        discord.http.Route.BASE = server.api_url
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_url)
        began = moment(START, 0)
        people = People(server, chance)
        preprints = Preprints(chance, began, name="bioRxiv", curated=False)
        month = Month(chance, began)
        soak = Soak(folder, server, chance, people, month, preprints, FixedClock(began))
        soak.at(began)
        try:
            yield soak
        finally:
            await soak.stop()
            discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before


async def soak(
    folder: Path, days: int, seed: int, *, guilds: int = 2, channels: int = 3, readers: int = 14
) -> dict[str, Any]:
    """Live through so many days; return the report, with what does not hold in `broken`."""
    began = time.monotonic()
    ears = Ears()
    logging.getLogger().addHandler(ears)
    memory: list[dict[str, Any]] = []
    try:
        async with soaking(folder, seed) as here:
            for source in (here.month, here.preprints):
                source.fill(START - timedelta(days=4), days + 6)
            here.people.settle(guilds, channels, readers)
            here.people.settle_places()
            await here.start()
            await here.people.begin()
            for number in range(days):
                day = START + timedelta(days=number)
                await here.day(day)
                memory.append(await measured(here.folder, day))
                here.server.requests.clear()
            await here.quiet(START + timedelta(days=days))
            wrong = [*broken(folder, here.people), *(f"logged: {each}" for each in ears.heard)]
            happened = {**here.done, **here.people.done}
    finally:
        logging.getLogger().removeHandler(ears)
    wrong += flat(memory)
    return {
        "days": days,
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "happened": happened,
        "in the end": counted(folder),
        "memory": memory,
        "broken": wrong,
    }


def main() -> int:
    """Soak, print, and say whether everything held."""
    parser = argparse.ArgumentParser(description="A month in a few minutes.")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zones", action="store_true", help="a feed in every kind of time zone")
    parser.add_argument("--write", action="store_true", help="write it into docs/reliability.md")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    if asked.zones:
        with tempfile.TemporaryDirectory() as folder:
            report = asyncio.run(zones_soak(soaking, Path(folder), START, calendar.SETTLE))
        print(json.dumps(report))
        if asked.write:
            reliability.write_block("zones", written(report))
        return 1 if report["broken"] else 0
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(soak(Path(folder), asked.days, asked.seed))
    for day in report["memory"]:
        print(json.dumps(day))
    print(json.dumps({key: value for key, value in report.items() if key != "memory"}))
    if asked.write:
        reliability.write_block("soak", told(report, START))
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
