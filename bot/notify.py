"""Telling a server's admins something once, where they can read it."""

import logging
from typing import TYPE_CHECKING

import discord

from bot.outcomes import failure_of
from bot.ui.notices import render_notice

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)


def readable_channel(guild: discord.Guild, *avoid: int) -> discord.TextChannel | None:
    """Return where a word to the admins is best put: the system channel, else the first we may
    write to."""

    def writable(channel: discord.TextChannel) -> bool:
        permissions = channel.permissions_for(guild.me)
        return channel.id not in avoid and permissions.view_channel and permissions.send_messages

    system = guild.system_channel
    if system is not None and writable(system):
        return system
    return next((channel for channel in guild.text_channels if writable(channel)), None)


async def tell_admins(
    bot: "PaperBot", guild_id: int, title: str, text: str, *, avoid: int = 0
) -> bool:
    """Post a notice for the admins of a server; tell whether anybody can have read it."""
    guild = bot.get_guild(guild_id)
    if guild is None or guild.unavailable:
        return False
    channel = readable_channel(guild, avoid)
    if channel is None:
        return False
    try:
        await channel.send(view=render_notice(title, text))
    except Exception as error:
        log.info("admins not told guild_id=%d: %s", guild_id, failure_of(error).reason)
        return False
    return True
