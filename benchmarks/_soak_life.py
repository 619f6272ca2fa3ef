"""The bot of a soak and the Discord it lives in: ticks, faults, crashes, restarts."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import discord.gateway
import discord.http
import yarl

from benchmarks._soak_clubs import Clubs, Outage
from benchmarks._soak_links import Reader
from benchmarks._soak_people import People
from benchmarks._soak_sources import Month, Preprints, moment
from bot.client import PaperBot, create_bot
from bot.runtime.clock import FixedClock
from bot.settings import Settings
from tests.discord_server import DiscordServer
from tests.discord_server.faults import Fault

START = date(2025, 10, 20)
"""A Monday, a week before the clocks change in Europe and two before they do in America."""
HOURLY = tuple(range(0, 1_440, 60))
"""The minutes of a day at which the bot looks what is due."""
RETRIED = timedelta(minutes=5)
"""When a step that was refused for a moment is tried again."""
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
    {"pattern": "POST /guilds/*", "status": 503, "when": "after"},
    {"pattern": "* /guilds/*/scheduled-events*", "status": 503, "when": "before"},
    {"pattern": "PUT /channels/*/pins/*", "drop": True, "when": "after"},
)


@dataclass
class Soak:
    """The bot, the Discord it is connected to, and the time there."""

    folder: Path
    server: DiscordServer
    chance: random.Random
    people: People
    clubs: Clubs
    reader: Reader
    month: Month
    preprints: Preprints
    clock: FixedClock
    bot: PaperBot | None = None
    connection: asyncio.Task[None] | None = None
    minutes: Sequence[int] = HOURLY
    done: dict[str, int] = field(default_factory=dict[str, int])
    _left: datetime | None = None
    """Since when the bot has been away."""
    _fault: Fault | None = None

    async def start(self) -> None:
        """Start the bot, as a process would."""
        settings = Settings(
            _env_file=None,  # pyright: ignore[reportCallIssue] - pydantic-settings' own argument
            database_url=f"sqlite+aiosqlite:///{self.folder / 'paperboy.db'}",
            embedder="none",
            feeds_port=0,
            feeds_url="https://papers.example",
            web_feeds_private=True,
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
        if self._left is not None:
            self.clubs.outages.append(Outage(None, self._left, self.clock.at))
            self._left = None

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
            await asyncio.sleep(0.0005)
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
        for minute in self.minutes:
            await self._trouble(minute)
            if self.bot is None and minute >= away_until:
                await self.start()
            await self.tick(moment(day, minute))
            if self._heal() and self.bot is not None:
                # What was refused is tried again within the hour that passes between two ticks.
                self.at(self.clock.at + RETRIED)
                await self.bot.tick(self.clock.at)
            self.clubs.watch()
            for _ in range(self.chance.choice((0, 0, 1, 2, 4))):
                await self.people.act(online=self.bot is not None)
            if self.bot is not None and self.chance.random() < 0.4:
                await self.clubs.act()
            await answered()
            if self.bot is None:
                continue
            if minute % 720 == 0:
                await self.bot.services.maintenance.run(self.clock.at)
            if self.chance.random() < 0.02:
                await self.people.admin_acts(day)
            if self.chance.random() < 0.06:
                await self.clubs.admin_acts()
            if self.chance.random() < 0.02:
                self._count("restart")
                await self.stop()
                if self.chance.random() < 0.5:
                    away_until = minute + self.chance.choice((30, 120, 600))
                    self._count("away")
                    self._left = self.clock.at
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
        await self.clubs.make_up()
        for minute in self.minutes:
            self.at(moment(day, minute))
            assert self.bot is not None
            await self.bot.tick(moment(day, minute))
            self.clubs.watch()
        assert self.bot is not None
        await self.reader.look(self.bot.services.feed_links)
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

    def _heal(self) -> bool:
        """End a fault; return whether a request met it."""
        met = self._fault is not None and self._fault.met > 0
        if met:
            self._count("fault")
        self._fault = None
        self.server.heal()
        return met

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
        soak = Soak(
            folder,
            server,
            chance,
            people,
            Clubs(people),
            Reader(people),
            month,
            preprints,
            FixedClock(began),
        )
        soak.at(began)
        try:
            yield soak
        finally:
            await soak.stop()
            discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before
