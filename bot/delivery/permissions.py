"""What the bot needs to be allowed in a channel, and why."""

from collections.abc import Collection, Iterable
from typing import Final, TypeAlias

import discord

from bot.delivery.messenger import Messenger
from bot.i18n import conjunction, marked
from bot.i18n import gettext as _
from storage.feeds import Kind

FeedChannel: TypeAlias = discord.TextChannel | discord.Thread | discord.ForumChannel
"""What a feed can post in: media channels are forums too."""

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

OPTIONAL: dict[str, str] = {"attach_files": marked("Attach Files")}
"""What only makes posts better, named likewise: a roundup comes without its picture else."""


_NOT_NEEDED: Final[dict[Kind, frozenset[str]]] = {
    Kind.CHANNEL: frozenset(),
    Kind.THREAD: frozenset({"send_messages", "create_public_threads"}),
    Kind.FORUM: frozenset({"create_public_threads"}),
}
"""Permissions of `NEEDED` that a kind of channel does without: making a post in a forum takes Send
Messages (discord.com/developers/docs/topics/threads#thread-only-channels)."""

MANAGE_CHANNELS: Final = marked("Manage Channels")
"""What creating a forum's tags takes; nothing else needs it."""


def kind_of(channel: FeedChannel) -> Kind:
    """Return what a feed's channel is."""
    match channel:
        case discord.Thread():
            return Kind.THREAD
        case discord.ForumChannel():
            return Kind.FORUM
        case discord.TextChannel():
            return Kind.CHANNEL


def needed_in(kind: Kind) -> list[str]:
    """Return what of `NEEDED` a daily thread takes in a kind of channel."""
    return [name for name in NEEDED if name not in _NOT_NEEDED[kind]]


def usable_tags(forum: discord.ForumChannel) -> list[discord.ForumTag]:
    """Return the tags of a forum that the bot may put on its posts."""
    moderator = forum.permissions_for(forum.guild.me).manage_threads
    return [tag for tag in forum.available_tags if moderator or not tag.moderated]


def invite_link(application_id: int) -> str:
    """Return the address where people add the bot to a server, with the permissions it uses."""
    return discord.utils.oauth_url(
        application_id,
        permissions=discord.Permissions(**dict.fromkeys((*NEEDED, *FOR_CLUBS, *OPTIONAL), True)),
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
    messenger: Messenger,
    guild_id: int,
    channel_id: int,
    *,
    needed: Collection[str] | None = None,
) -> list[str]:
    """Return what we lack in a channel, as far as we know without asking Discord.

    That is of `needed`, by default what a daily thread takes in such a channel.

    Knowing beforehand matters: refused requests count towards a ban of the whole address.
    A channel that is not known here is for Discord to judge.
    """
    guild = messenger.get_guild(guild_id)
    if guild is None or guild.unavailable or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison] - unavailable while a shard starts
        return []
    channel = guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, FeedChannel):
        return []
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return []  # its permissions are the parent's
    wanted = needed_in(kind_of(channel)) if needed is None else needed
    return lacking(channel.permissions_for(guild.me), wanted)


def may_attach(messenger: Messenger, guild_id: int, channel_id: int) -> bool:
    """Return whether a message in a channel may have a file; not where we do not know."""
    guild = messenger.get_guild(guild_id)
    if guild is None or guild.unavailable or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison] - unavailable while a shard starts
        return False
    channel = guild.get_channel_or_thread(channel_id)
    if channel is None or (isinstance(channel, discord.Thread) and channel.parent is None):
        return False
    return channel.permissions_for(guild.me).attach_files
