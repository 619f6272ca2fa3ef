"""Joining and leaving servers: a word on how to begin, and what becomes of the feeds."""

import logging

import discord
from discord.ext import commands

from bot.delivery.admin_notice import readable_channel
from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import WHY
from bot.services.container import CogHost, Services
from bot.ui.notices import render_notice
from storage import feeds, guilds

log = logging.getLogger(__name__)


class Servers(commands.Cog):
    """Keeps track of the servers that the bot is in."""

    def __init__(self, services: Services) -> None:
        self.services = services

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Say once how to set up the bot, where it may."""
        async with self.services.database.write() as conn:
            due = await guilds.joined(conn, guild.id, self.services.clock.now())
        if due:
            await self._welcome(guild)

    @commands.Cog.listener()
    async def on_guilds_known(self) -> None:
        """Say it, too, where the bot was invited while it was not running."""
        async with self.services.database.read() as conn:
            waiting = await guilds.unwelcomed(conn)
        for guild_id in waiting:
            if (
                guild := self.services.messenger.get_guild(guild_id)
            ) is not None and not guild.unavailable:
                await self._welcome(guild)

    async def _welcome(self, guild: discord.Guild) -> None:
        async with self.services.database.read() as conn:
            known = bool(await feeds.of_guild(conn, guild.id))
        channel = readable_channel(guild)
        if channel is None and not known:
            return
        if channel is not None and not known:
            try:
                await channel.send(view=_welcome(self.services))
            except Exception as error:
                log.info("not welcomed guild_id=%d: %s", guild.id, failure_of(error).reason)
                return
        async with self.services.database.write() as conn:
            await guilds.welcomed(conn, guild.id, self.services.clock.now())

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Disable the feeds of a server that removed the bot."""
        async with self.services.database.write() as conn:
            await guilds.left(conn, guild.id, self.services.clock.now())


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
