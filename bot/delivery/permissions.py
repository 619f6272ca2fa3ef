"""What the bot needs to be allowed in a channel, and why."""

import discord

from bot.delivery.messenger import Messenger

NEEDED: dict[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "add_reactions": "Add Reactions",
}
"""Discord's permission names as its own settings page shows them."""

WHY: dict[str, str] = {
    "view_channel": "to see the channel at all",
    "send_messages": "to post the day's overview",
    "read_message_history": "to find its own post again after a restart, and not post it twice",
    "create_public_threads": "to open the day's thread",
    "send_messages_in_threads": "to post one card per paper in the thread",
    "embed_links": "so that links in cards work",
    "add_reactions": "to put 🔖 on each card, so that saving takes one tap",
}
"""Why each permission is asked for, for the admin who decides about it."""


def invite_permissions() -> discord.Permissions:
    """Return the permissions of the invite link."""
    return discord.Permissions(**dict.fromkeys(NEEDED, True))


def lacking(permissions: discord.Permissions) -> list[str]:
    """Return the needed permissions that are not among these, as Discord's settings name them."""
    return [label for name, label in NEEDED.items() if not getattr(permissions, name)]


def missing_permissions(messenger: Messenger, guild_id: int, channel_id: int) -> list[str]:
    """Return what we lack in a channel, as far as we know without asking Discord.

    Knowing beforehand matters: refused requests count towards a ban of the whole address.
    A channel that is not known here is for Discord to judge.
    """
    guild = messenger.get_guild(guild_id)
    channel = None if guild is None or guild.unavailable else guild.get_channel(channel_id)
    if guild is None or channel is None or guild.me is None:  # pyright: ignore[reportUnnecessaryComparison] - unavailable while a shard starts
        return []
    return lacking(channel.permissions_for(guild.me))
