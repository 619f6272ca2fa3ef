"""The client: intents, commands and buttons, and what Discord's events set going."""

import asyncio
import importlib
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import aiohttp
import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.app import App, Lifetime, open_app
from bot.delivery import single_attempt
from bot.delivery.connection import clean_interactions, forget_unlisted
from bot.delivery.permissions import invite_link
from bot.delivery.rate_limiter import Limiter
from bot.interactions.cancel import Cancel
from bot.interactions.command_tree import PaperTree, Registration
from bot.interactions.cooldowns import Cooldowns
from bot.interactions.language import CommandTranslator
from bot.interactions.unknown_components import CustomIdRegistry, answer_unknown
from bot.monitor import Monitor
from bot.runtime.clock import Clock, SystemClock
from bot.runtime.lease import Lease
from bot.runtime.part import WHOLE, Part
from bot.runtime.share import Share
from bot.runtime.shared_work import IDENTIFY_EVERY, take_turn
from bot.runtime.sources import live_sources
from bot.services.container import Services
from bot.settings import Settings
from papers.sources import PaperSource

log = logging.getLogger(__name__)

EXTENSIONS: Final = (
    "cogs.club",
    "cogs.feed_links",
    "cogs.feeds",
    "cogs.discussions",
    "cogs.sources",
    "cogs.servers",
    "cogs.trending",
    "cogs.trends",
    "cogs.library",
    "cogs.hidden",
    "cogs.shelf",
    "cogs.privacy",
    "cogs.cite",
    "cogs.paper_search",
    "cogs.messages",
    "cogs.subscriptions",
    "cogs.status",
)


class PaperBot(commands.AutoShardedBot):
    """The connection to Discord of one application."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        sources: Sequence[PaperSource],
        shard_count: int | None,
        monitor: Monitor,
        lease: Lease | None,
        part: Part,
    ) -> None:
        self.limiter = Limiter(part.pace(settings.requests_per_second))
        self._share = Share(lease, self.limiter, part, settings.requests_per_second)
        self.trace = trace = aiohttp.TraceConfig()
        single_attempt.install(trace)
        self.limiter.install(trace)
        monitor.requests.install(trace)
        if lease is not None:
            lease.install(trace)
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
            http_trace=trace,
            shard_count=shard_count if part.shards is None else part.shards.count,
        )
        if part.shards is not None:
            self.shard_ids = part.shards.ids  # at least one: without any, all would be connected
        forget_unlisted(self)
        clean_interactions(self)
        self.settings = settings
        self.clock = clock
        self.monitor = monitor
        self.part = part
        """What of the bot's work this process does."""
        self._lease = lease
        self.paper_group = app_commands.Group(
            name="paper",
            description="Find, follow and keep research papers",
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self.known_shards: set[int] = set()
        """The shards whose servers Discord has listed since the start."""
        self.cooldowns = Cooldowns()
        self.custom_ids = CustomIdRegistry()
        mode = settings.sync_commands if part.keeps else "never"
        self.registration = Registration(self, mode, shared=part != WHOLE)
        self._lifetime = Lifetime(
            open_app(
                settings,
                clock=clock,
                sources=sources,
                client=self,
                monitor=monitor,
                lease=lease,
                part=part,
            )
        )
        monitor.watch(self, listens=part.listens)

    @property
    def app(self) -> App:
        """What runs behind the client.

        Raises:
            RuntimeError: it is not open.
        """
        return self._lifetime.app

    @property
    def services(self) -> Services:
        """What commands and buttons call.

        Raises:
            RuntimeError: they are not open.
        """
        return self._lifetime.app.services

    async def open(self) -> App:
        """Open the database and the services; does nothing the second time.

        Raises:
            DatabaseError: the database cannot be used.
        """
        return await self._lifetime.open()

    async def setup_hook(self) -> None:
        """Open the services, load the cogs (a broken one stops the start), and register changed
        commands."""
        services = (await self.open()).services
        services.search.catch_up()
        await self.add_commands()
        await self.registration.renew(services.registered_commands)
        self._share.start()
        log.info("invite link: %s", invite_link(self.application_id or 0))

    async def add_commands(self) -> None:
        """Load the cogs into the command tree; the services must be open."""
        await self.tree.set_translator(CommandTranslator())
        self.tree.add_command(self.paper_group)
        self.add_dynamic_items(Cancel)
        for extension in EXTENSIONS:
            # `load_extension` runs every module again for each bot of a process: 0.1 s and a second
            # copy of every class, for a reload that is never asked for.
            await importlib.import_module(extension).setup(self)

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
        self.custom_ids.items += [item.__discord_ui_compiled_template__ for item in items]

    def add_forms(self, *forms: re.Pattern[str]) -> None:
        """Add custom ids of forms that something answers to."""
        self.custom_ids.forms += forms

    def mention(self, command: str) -> str:
        """Return a command as people can tap it: `</paper search:123>`, or plain before the
        first sync."""
        return self.registration.mention(command)

    async def tick(self, now: datetime) -> None:
        """Do one whole pass: ingest if due, publish what is due, and return when all is sent."""
        await (await self.open()).cycle.run_whole(now)

    async def on_app_command_completion(
        self, interaction: discord.Interaction["PaperBot"], _: object
    ) -> None:
        """Show an admin the notices that could not be posted."""
        await self.services.notices.show(interaction)

    async def on_app_command_failure(self, interaction: discord.Interaction["PaperBot"]) -> None:
        """Show them after a command that failed, too."""
        await self.services.notices.show(interaction)

    async def on_interaction(self, interaction: discord.Interaction["PaperBot"]) -> None:
        """Answer what nothing else answers to."""
        if not self.custom_ids.answers(interaction):
            await answer_unknown(interaction, self.mention("paper help"))

    def knows(self, guild_id: int) -> bool:
        """Return whether Discord has listed the servers of this one's shard since the start.

        Without any connection to the gateway, as in a simulated Discord, all are known.
        """
        shard_id = (guild_id >> 22) % (self.shard_count or 1)
        return shard_id in self.known_shards or not (self.shards or self.part.shards)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note which servers of one shard the bot is in: at the start, and after a lost session."""
        self.known_shards.add(shard_id)  # also where the database takes nothing at the moment
        await self.services.servers.learn(
            lambda: [guild.id for guild in self.guilds if guild.shard_id == shard_id],
            shard=(shard_id, self.shard_count or 1),
        )
        self.dispatch("guilds_known")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Check the same after a resume, which replays joins and removals: cheap, and complete."""
        await self.on_shard_ready(shard_id)

    async def on_ready(self) -> None:
        """Log that every shard knows its servers."""
        log.info("ready guilds=%d shards=%s", len(self.guilds), self.shard_count)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a shard may identify: only one process does within some seconds."""
        if self.part.shards is None or self._lease is None:
            await super().before_identify_hook(shard_id, initial=initial)
        else:
            await take_turn(self._lease, "identify", IDENTIFY_EVERY)

    async def close(self) -> None:
        """Finish or drop what is being sent, in bounded time, and close everything."""
        if self._lifetime:
            await self.app.cycle.stop()
            await self.services.pause()
        await self._share.stop()
        # discord.py has no loop before it begins to connect, and cannot close what never began.
        if isinstance(self.loop, asyncio.AbstractEventLoop):  # pyright: ignore[reportUnnecessaryIsInstance]
            await super().close()
        await self._lifetime.close()


def create_bot(
    settings: Settings,
    *,
    clock: Clock | None = None,
    sources: Sequence[PaperSource] | None = None,
    shard_count: int | None = 1,
    monitor: Monitor | None = None,
    lease: Lease | None = None,
    part: Part = WHOLE,
) -> PaperBot:
    """Build a bot that is connected to nothing.

    Args:
        settings: what the operator set.
        clock: the source of the time; the machine's by default.
        sources: where papers come from; by default those that the settings name.
        shard_count: `None` lets Discord say how many connections the bot needs.
        monitor: what the process knows of itself; one of the bot's own by default.
        lease: the database, held for this process alone; by default the bot opens the one that the
            settings name, and leaves it to its caller that no other process does.
        part: what of the bot's work this process does; its shards come before `shard_count`.
    """
    return PaperBot(
        settings,
        clock=clock or SystemClock(),
        sources=live_sources(settings) if sources is None else sources,
        shard_count=shard_count,
        monitor=monitor or Monitor(),
        lease=lease,
        part=part,
    )
