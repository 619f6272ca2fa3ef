"""What the commands and forms of `/club …` share: which club is meant, and who may change it."""

import discord
from discord import app_commands

from bot.i18n import gettext as _
from bot.i18n import listing
from bot.interactions.errors import Interaction, UserError
from bot.services.container import Services, services_of
from storage.clubs import Club


def guild_of(interaction: Interaction) -> discord.Guild:
    """Return the server that a command was used in.

    Raises:
        NoPrivateMessage: it was used elsewhere.
    """
    if interaction.guild is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild


def require_manager(interaction: Interaction) -> None:
    """Return for someone who may manage the server.

    Raises:
        MissingPermissions: they may not.
    """
    if not interaction.permissions.manage_guild:
        raise app_commands.MissingPermissions(["manage_guild"])


async def find_club(interaction: Interaction, channel: discord.TextChannel | None) -> Club:
    """Return the club of a channel; by default this channel's, or the server's only one.

    Raises:
        UserError: there is none there, or the server has several.
    """
    services, guild = services_of(interaction), guild_of(interaction)
    known = await services.clubs.of_guild(guild.id)
    if not known:
        raise no_club(services)
    wanted = interaction.channel_id if channel is None else channel.id
    here = [club for club in known if club.channel_id == wanted]
    if not here and channel is None and len(known) == 1:
        here = known
    if not here:
        raise UserError(
            _(
                "There is no journal club there. Choose one of these channels: {channels}.",
                channels=listing(f"<#{club.channel_id}>" for club in known),
            )
        )
    return here[0]


async def usual_zone(services: Services, guild_id: int) -> str | None:
    """Return the zone of a server's first club or of its feeds, `None` where nothing says it."""
    known = await services.clubs.of_guild(guild_id)
    return known[0].timezone if known else await services.feeds.usual_zone(guild_id)


def no_club(services: Services) -> UserError:
    """Return the error for a server without a club."""
    return UserError(
        _(
            "This server has no journal club. Someone who manages it can start one with {command}.",
            command=services.mention("club create"),
        )
    )


def channel_of(interaction: Interaction, club: Club) -> discord.TextChannel:
    """Return the channel of a club.

    Raises:
        UserError: it was deleted.
    """
    channel = guild_of(interaction).get_channel(club.channel_id)
    if not isinstance(channel, discord.TextChannel):
        raise UserError(_("The club's channel was deleted."))
    return channel
