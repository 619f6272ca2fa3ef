"""Where an interaction happened."""

import discord

from bot.interactions.errors import Interaction
from storage.library import Member, Place


def place_of(interaction: Interaction) -> Place:
    """Return where an interaction happened."""
    message = interaction.message
    ephemeral = message is not None and message.flags.ephemeral
    return Place(
        message_id=None if message is None or ephemeral else message.id,
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
    )


def member_of(user: discord.Member | discord.User | None) -> Member | None:
    """Return what a person may do in a server; `None` outside of one."""
    if not isinstance(user, discord.Member):
        return None
    return Member(
        frozenset(role.id for role in user.roles), manages=user.guild_permissions.manage_guild
    )


def mention(interaction: Interaction, command: str) -> str:
    """Return a command as people can tap it."""
    return interaction.client.mention(command)
