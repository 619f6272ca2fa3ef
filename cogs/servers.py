"""Servers joined and left: a greeting with the first steps, and the end of their feeds."""

import logging

import discord
from discord.ext import commands

from bot.delivery.admin_notice import readable_channel
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import WHY
from bot.services.container import CogHost, Services
from bot.ui.notices import render_notice

log = logging.getLogger(__name__)


class Servers(commands.Cog):
    """Keeps track of the servers that the bot is in."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say once how to set up the bot, where it may."""
        if await self.services.servers.joined(guild.id):
            await self._welcome(guild)

    @commands.Cog.listener()
    async def on_guilds_known(self) -> None:
        """Say it, too, where the bot was invited while it was not running."""
        for guild_id in await self.services.servers.unwelcomed():
            guild = self.services.messenger.get_guild(guild_id)
            if guild is not None and not guild.unavailable:
                await self._welcome(guild)

    async def _welcome(self, guild: discord.Guild) -> None:
        known = await self.services.servers.has_feeds(guild.id)
        channel = readable_channel(guild)
        if channel is None and not known:
            return
        if channel is not None and not known:
            try:
                await channel.send(view=_welcome(self.services))
            except Exception as error:
                log.info("not welcomed guild_id=%d: %s", guild.id, failure_of(error).reason)
                return
        await self.services.servers.welcomed(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Disable the feeds of a server that removed the bot."""
        await self.services.servers.left(guild.id)


def _welcome(services: Services) -> discord.ui.LayoutView:
    mention = services.mention
    needs = "\n".join(f"- {why}" for why in dict.fromkeys(WHY.values()))
    return render_notice(
        "Hello, I am Paperboy",
        "I post a daily thread of trending research papers, search papers, and keep reading"
        f" lists.\n\nTo begin, an admin runs {mention('feed add')} and names a channel; the"
        f" rest has defaults. Everybody can use {mention('paper trending')} and"
        f" {mention('paper help')} at once.\n-# My permissions are there\n{needs}",
    )


async def setup(bot: CogHost) -> None:
    """Add the cog."""
    await bot.add_cog(Servers(bot.services))
