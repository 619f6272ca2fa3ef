"""Where the commands on a message stand, and how often they may run."""

import discord
from discord import app_commands

from bot.interactions.cooldowns import SEARCHES, rate_limit_check


def everywhere(menu: app_commands.ContextMenu) -> app_commands.ContextMenu:
    """Return a command on a message as one that a person has everywhere, as their own app too."""
    menu.add_check(rate_limit_check(SEARCHES))
    menu.allowed_contexts = app_commands.AppCommandContext(
        guild=True, dm_channel=True, private_channel=True
    )
    menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    return menu


def in_servers(menu: app_commands.ContextMenu, **permissions: bool) -> app_commands.ContextMenu:
    """Return a command on a message as one for servers that the bot is in.

    Args:
        menu: the command.
        permissions: what its users need, unless a server's settings say otherwise.
    """
    menu.add_check(rate_limit_check(SEARCHES))
    menu.allowed_contexts = app_commands.AppCommandContext(guild=True)
    menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    if permissions:
        menu.default_permissions = discord.Permissions(**permissions)
    return menu
