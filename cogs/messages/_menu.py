"""Where the commands on a message stand, and how often they may run."""

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
