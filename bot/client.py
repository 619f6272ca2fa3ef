"""The bot: built by `create_bot`, connected by whoever runs it."""

import asyncio
import importlib
import logging
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.clock import Clock, SystemClock
from bot.cooldowns import Cooldowns
from bot.digests import Digester
from bot.ingest import Ingester, IngestReport
from bot.library import Library
from bot.logs import log_failure
from bot.monitor import Incidents, Monitor
from bot.notify import Notices
from bot.publishing import Publisher
from bot.rates import Limiter
from bot.registration import PaperTree, Registration
from bot.search import PaperSearch, open_embedder, open_search
from bot.settings import Settings
from bot.shards import forget_unlisted
from bot.sources import live_sources
from bot.strays import Known, answer_stray
from bot.topics import Topics
from bot.ui.text import plural
from bot.upkeep import Upkeep
from bot.workers import Workers
from papers import calendar
from papers.embedding import give_back_memory
from papers.sources import PaperSource
from storage import clock_repair, guilds
from storage.database import Database

log = logging.getLogger(__name__)

EXTENSIONS = (
    "cogs.feeds",
    "cogs.servers",
    "cogs.trending",
    "cogs.library",
    "cogs.privacy",
    "cogs.paper_search",
    "cogs.subscriptions",
    "cogs.status",
)

INGEST_PATIENCE = 15.0
"""Seconds that a minute's posts wait for the sources."""

STOP_TIMEOUT = 10.0
"""Seconds that messages under way get to finish when the bot stops."""


class PaperBot(commands.AutoShardedBot):
    """Everything that runs for one application: its database, its sources, and what it says to
    Discord."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        sources: Sequence[PaperSource],
        shard_count: int | None,
        monitor: Monitor,
    ) -> None:
        self.limiter = Limiter(settings.requests_per_second)
        self.trace = aiohttp.TraceConfig()  # told of every request; more may listen until login
        self.limiter.install(self.trace)
        self.monitor = monitor
        self.monitor.requests.install(self.trace)
        intents = discord.Intents.none()
        intents.guilds = True  # channels and roles, for permissions; removed servers
        intents.guild_reactions = True  # saving papers in servers
        intents.dm_reactions = True  # saving papers in direct messages
        # Voice is never used: that its libraries are missing is no news to an operator.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,  # a text prefix would want the content intent
            help_command=None,
            intents=intents,
            tree_cls=PaperTree,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=60.0,
            http_trace=self.trace,
            shard_count=shard_count,
        )
        forget_unlisted(self)
        self.settings = settings
        self.clock = clock
        self.sources = tuple(sources)
        self.started_at = clock.now()
        self.workers = Workers(settings.send_workers)
        self.paper_group = app_commands.Group(
            name="paper",
            description="Find, follow and keep research papers",
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self.cooldowns = Cooldowns()
        self.known_ids = Known()
        self.notices = Notices(self)
        self._database: Database | None = None
        self._search: PaperSearch | None = None
        self._registration = Registration(self)
        self._ingest: asyncio.Task[IngestReport] | None = None
        self.monitor.watch(self)

    @property
    def prepared(self) -> bool:
        """Whether the database is open and the services are there."""
        return not self.is_closed() and self._database is not None and self._search is not None

    @property
    def database(self) -> Database:
        """The open database.

        Raises:
            RuntimeError: before `prepare`.
        """
        if self._database is None:
            raise RuntimeError("the bot was not prepared: its database is not open")
        return self._database

    @property
    def search(self) -> PaperSearch:
        """The search over all papers.

        Raises:
            RuntimeError: before `prepare`.
        """
        if self._search is None:
            raise RuntimeError("the bot was not prepared: its search is not open")
        return self._search

    async def prepare(self) -> None:
        """Open the database and put the services together; does nothing the second time.

        Raises:
            DatabaseError: the database cannot be used.
        """
        if self._database is not None:
            return
        self._database = await Database.open(
            self.settings.database_url, observe=self.monitor.instruments.statement
        )
        self.ingester = Ingester(
            self._database,
            self.sources,
            interval=timedelta(minutes=self.settings.ingest_minutes),
        )
        self.library = Library(self)
        await self.library.load()
        embedder = await open_embedder(self.settings)
        self._search = await open_search(
            self.settings, self._database, self.sources, self.clock, embedder
        )
        self.topics = Topics(self._database, embedder, self.sources)
        self.publisher = Publisher(self)
        self.digester = Digester(self)
        self.upkeep = Upkeep(self)
        self.incidents = Incidents(self)

    async def setup_hook(self) -> None:
        """Prepare, load the cogs (a broken one stops the start), and register changed commands."""
        await self.prepare()
        self.search.catch_up()
        self.tree.add_command(self.paper_group)
        for extension in EXTENSIONS:
            # `load_extension` runs every module again for each bot of a process: 0.1 s and a second
            # copy of every class, for a reload that is never asked for.
            await importlib.import_module(extension).setup(self)
        await self._registration.renew()

    async def add_paper_cog(self, cog: commands.Cog) -> None:
        """Add a cog and move its plain slash commands under `/paper`; its own groups stay at the
        top."""
        await self.add_cog(cog)
        for command in cog.get_app_commands():
            if isinstance(command, app_commands.Command):
                self.tree.remove_command(command.name)
                self.paper_group.add_command(command)

    def add_dynamic_items(self, *items: type[ui.DynamicItem[Any]]) -> None:
        """Add buttons and selects whose custom ids say what they do."""
        super().add_dynamic_items(*items)
        self.known_ids.items += [item.__discord_ui_compiled_template__ for item in items]

    def add_forms(self, *forms: re.Pattern[str]) -> None:
        """Add custom ids of forms that something answers to."""
        self.known_ids.forms += forms

    async def on_app_command_completion(
        self, interaction: discord.Interaction["PaperBot"], _: object
    ) -> None:
        """Tell an admin what could not be told before."""
        await self.notices.show(interaction)

    async def on_interaction(self, interaction: discord.Interaction["PaperBot"]) -> None:
        """Answer what nothing else answers to."""
        if not self.known_ids.answers(interaction):
            await answer_stray(interaction, self.mention("paper help"))

    def mention(self, command: str) -> str:
        """Return a command as people can tap it: `</paper search:123>`, or plain before the
        first sync."""
        return self._registration.mention(command)

    async def ingest(self, now: datetime) -> IngestReport:
        """Ask every source for what is new, whether its time has come or not."""
        await self.prepare()
        report = await self.ingester.run(now)
        self.search.catch_up()
        await self.search.drain()
        return report

    async def beat(self, now: datetime, *, patience: float | None = INGEST_PATIENCE) -> None:
        """Do what the clock asks each minute: ingest what is due, claim what is owed, queue it.

        A source that takes longer than `patience` seconds goes on in the background; what is known
        is posted meanwhile.
        """
        # Threads that ran the model keep what it needed, 100 MB among them, and what thousands of
        # servers arrived in is kept for the next thousands.
        await asyncio.to_thread(give_back_memory)
        await self._repair_clock(now)
        if self._ingest is None:
            expected = calendar.expected_batch(now, self.settings.settle)
            self._ingest = asyncio.create_task(self._take_in(now, expected), name="ingest")
        finished, _ = await asyncio.wait({self._ingest}, timeout=patience)
        if finished:
            ingest, self._ingest = self._ingest, None
            if (error := ingest.exception()) is not None:
                # What is known is posted all the same, and the next minute tries again.
                log_failure(log, error, "the sources were not read")
        await self.publisher.claim(now)
        await self.digester.claim(now)

    async def _repair_clock(self, now: datetime) -> None:
        """Repair what a clock that was ahead for a while has dated in the future."""
        async with self.database.read() as conn:
            far = await clock_repair.ahead(conn, now)
            if far is None or await clock_repair.is_behind(conn, now):
                return  # an incident, if the clock is wrong now
        async with self.database.write() as conn:
            changed = await clock_repair.repair(conn, now)
        days, minutes = far.days, -(-far.seconds // 60)
        by = plural(days, "day") if days else plural(minutes, "minute")
        await self.incidents.report(
            "clock",
            f"The machine's clock went back by {by}. {plural(changed, 'entry', 'entries')} dated in"
            " the future were corrected, and everything goes on. Check its time synchronisation.",
            now,
        )

    async def _take_in(self, now: datetime, expected: date) -> IngestReport:
        report = await self.ingester.run_due(now, expected)
        self.search.catch_up()
        try:
            await self.topics.match_new(now)
        except Exception as error:
            # Threads do not wait for topics, and the next minute tries again.
            log_failure(log, error, "topics were not matched")
        return report

    async def tick(self, now: datetime) -> None:
        """Do one whole pass: ingest if due, publish what is due, and return when all is sent."""
        await self.prepare()
        await self.beat(now, patience=None)
        await self.workers.drain()
        await self.library.drain()
        await self.search.drain()
        await self.incidents.look(now)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note which servers of one shard the bot is in: at the start, and after a lost session,
        when `on_ready` does not come again for the other shards' sake."""
        present = [guild.id for guild in self.guilds if guild.shard_id == shard_id]
        async with self.database.write() as conn:
            shard = (shard_id, self.shard_count or 1)
            await guilds.reconcile(conn, present, self.clock.now(), shard=shard)
        self.dispatch("guilds_known")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Check the same after a resume, which replays joins and removals: cheap, and complete."""
        await self.on_shard_ready(shard_id)

    async def on_ready(self) -> None:
        """Log that every shard knows its servers."""
        log.info("ready guilds=%d shards=%s", len(self.guilds), self.shard_count)

    async def close(self) -> None:
        """Finish or drop what is being sent, in bounded time, and close everything."""
        if self._ingest is not None:
            self._ingest.cancel()
            await asyncio.gather(self._ingest, return_exceptions=True)
        await self.workers.stop(STOP_TIMEOUT)
        if self._search is not None:
            # While what it found can still be shown to who waits for it.
            await self._search.close()
        if self._database is not None:
            await self.library.rest()
        # discord.py has no loop before it begins to connect, and cannot close what never began.
        if isinstance(self.loop, asyncio.AbstractEventLoop):  # pyright: ignore[reportUnnecessaryIsInstance]
            await super().close()
        if self._database is not None:
            await self.library.close()
        for source in self.sources:
            await source.close()
        if self._database is not None:
            await self._database.close()


def create_bot(
    settings: Settings,
    *,
    clock: Clock | None = None,
    sources: Sequence[PaperSource] | None = None,
    shard_count: int | None = 1,
    monitor: Monitor | None = None,
) -> PaperBot:
    """Build a bot that is connected to nothing.

    Args:
        settings: what the operator set.
        clock: tells the time; the machine's by default.
        sources: where papers come from; by default those that the settings name.
        shard_count: `None` lets Discord say how many connections the bot needs.
        monitor: what the process knows of itself; one of the bot's own by default.
    """
    return PaperBot(
        settings,
        clock=clock or SystemClock(),
        sources=live_sources(settings) if sources is None else sources,
        shard_count=shard_count,
        monitor=monitor or Monitor(),
    )
