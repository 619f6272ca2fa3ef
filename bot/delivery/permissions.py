"""What the bot needs to be allowed in a channel, and why."""

from collections.abc import Collection, Iterable

import discord

from bot.delivery.messenger import Messenger
from bot.i18n import conjunction, marked
from bot.i18n import gettext as _

NEEDED: dict[str, str] = {
    "view_channel": marked("View Channel"),
    "send_messages": marked("Send Messages"),
    "read_message_history": marked("Read Message History"),
    "create_public_threads": marked("Create Public Threads"),
    "send_messages_in_threads": marked("Send Messages in Threads"),
    "embed_links": marked("Embed Links"),
    "add_reactions": marked("Add Reactions"),
}
"""Discord's permission names as its own settings page shows them in English."""

FOR_CLUBS: dict[str, str] = {
    "send_polls": marked("Create Polls"),
    "create_events": marked("Create Events"),
    "pin_messages": marked("Pin Messages"),
}
"""What a journal club uses besides; without one of them, only that part of it is left out."""


def invite_link(application_id: int) -> str:
    """Return the address where people add the bot to a server, with the needed permissions."""
    return discord.utils.oauth_url(
        application_id,
        permissions=discord.Permissions(**dict.fromkeys((*NEEDED, *FOR_CLUBS), True)),
        scopes=("bot", "applications.commands"),
    )


def lacking(permissions: discord.Permissions, needed: Collection[str] = NEEDED) -> list[str]:
    """Return the needed permissions that are not among these, as Discord's settings name them."""
    return [
        label for name, label in NEEDED.items() if name in needed and not getattr(permissions, name)
    ]


def lacking_for_clubs(channel: discord.TextChannel) -> list[str]:
    """Return the names in `FOR_CLUBS` of what the bot may not do in a channel or its server."""
    me = channel.guild.me
    allowed = channel.permissions_for(me)
    return [
        name
        for name in FOR_CLUBS
        if not getattr(me.guild_permissions if name == "create_events" else allowed, name)
    ]


def named(permissions: Iterable[str]) -> str:
    """Return permissions of `NEEDED` by name, joined as the current language does."""
    return conjunction(_(permission) for permission in permissions)


def needs_more(channel: str, missing: Iterable[str]) -> str:
    """Return the sentence for permissions of `NEEDED` that the bot lacks in a channel."""
    return _(
        "I need more permissions in {channel}: **{permissions}**. Add them for my role in the"
        " channel's settings, then try again.",
        channel=channel,
        permissions=named(missing),
    )


def missing_permissions(
    messenger: Messenger, guild_id: int, channel_id: int, *, needed: Collection[str] = NEEDED
) -> list[str]:
    """Return what we lack of `needed` in a channel, as far as we know without asking Discord.

    Knowing beforehand matters: refused requests count towards a ban of the whole address.
    A channel that is not known here is for Discord to judge.
    """
    guild = messenger.get_guild(guild_id)
    channel = None if guild is None or guild.unavailable else guild.get_channel(channel_id)
    if guild is None or channel is None or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison] - unavailable while a shard starts
        return []
    return lacking(channel.permissions_for(guild.me), needed)
