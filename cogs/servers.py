"""Servers joined and left: a greeting with the first step, and the end of their feeds."""

import logging
from datetime import datetime, timedelta
from typing import Final

import discord
from discord.ext import commands

from bot.delivery.admin_notice import readable_channel
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import lacking, named
from bot.delivery.read_back import has_title, nonce, own_messages_since, strings_of
from bot.i18n import gettext as _
from bot.i18n import use
from bot.interactions.language import server_language
from bot.services.container import CogHost, Services
from bot.ui.notices import render_notice
from cogs.club import SetUpClub
from cogs.feeds import SetUpFeed

log = logging.getLogger(__name__)

_CLOCK_MARGIN: Final = timedelta(minutes=1)
"""How much our clock and Discord's may differ."""


class Servers(commands.Cog):
    """Keeps track of the servers that the bot is in."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a server once, where the bot may write."""
        if await self.services.servers.joined(guild.id):
            await self._welcome(guild, again=False)

    @commands.Cog.listener()
    async def on_guilds_known(self) -> None:
        """Greet, too, where the bot was invited while it was not running."""
        for guild_id in await self.services.servers.unwelcomed():
            guild = self.services.messenger.get_guild(guild_id)
            if guild is not None and not guild.unavailable:
                await self._welcome(guild, again=True)

    async def _welcome(self, guild: discord.Guild, *, again: bool) -> None:
        """Greet a server, unless it turns out to be greeted.

        Args:
            guild: the server.
            again: whether it may have been greeted before the bot was stopped.
        """
        known = await self.services.servers.has_feeds(guild.id)
        channel = readable_channel(guild)
        if channel is None and not known:
            return
        if channel is not None and not known:
            joined = await self.services.servers.joined_at(guild.id)
            if joined is None:
                return
            try:
                with use(server_language(guild)):
                    if not (again and await self._is_welcomed(channel, joined)):
                        await channel.send(
                            view=_welcome(self.services, guild),
                            nonce=nonce("welcome", guild.id, joined.timestamp()),
                        )
            except Exception as error:
                log.info("not welcomed guild_id=%d: %s", guild.id, failure_of(error).reason)
                return
        await self.services.servers.welcomed(guild.id)

    async def _is_welcomed(self, channel: discord.TextChannel, joined: datetime) -> bool:
        """Tell whether a greeting since then is in a channel, as far as the bot may read it."""
        if not channel.permissions_for(channel.guild.me).read_message_history:
            return False
        messenger = self.services.messenger
        place = messenger.get_partial_messageable(
            channel.id, guild_id=channel.guild.id, type=channel.type
        )
        title = _("Hi, I'm Paperboy")
        async for message in own_messages_since(messenger, place, joined - _CLOCK_MARGIN):
            if has_title(strings_of(message), title):
                return True
        return False

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Disable the feeds of a server that removed the bot."""
        await self.services.servers.left(guild.id)


def _welcome(services: Services, guild: discord.Guild) -> discord.ui.LayoutView:
    missing = lacking(guild.me.guild_permissions)
    paragraphs = (
        _(
            "I post the day's trending research papers in a text channel, an announcement channel"
            " or a forum, and I can run a journal club."
        ),
        _("I still need: **{permissions}**", permissions=named(missing))
        if missing
        else _("I have every permission I need."),
        _(
            "Everyone can use {trending}, {search} and {help} right away.",
            trending=services.mention("paper trending"),
            search=services.mention("paper search"),
            help=services.mention("paper help"),
        ),
    )
    return render_notice(
        _("Hi, I'm Paperboy"), "\n\n".join(paragraphs), actions=[SetUpFeed(), SetUpClub()]
    )


async def setup(bot: CogHost) -> None:
    """Add the cog."""
    await bot.add_cog(Servers(bot.services))
