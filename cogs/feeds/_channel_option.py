"""The channel that an option of `/feed` names, also a thread that is archived."""

from typing import Any, TypeAlias

import discord
from discord import AppCommandOptionType, ChannelType, app_commands

from bot.delivery.outcomes import failure_of
from bot.delivery.permissions import FeedChannel
from bot.i18n import gettext as _
from bot.interactions.errors import UserError

KINDS = (
    ChannelType.text,
    ChannelType.news,
    ChannelType.public_thread,
    ChannelType.news_thread,
    ChannelType.private_thread,
    ChannelType.forum,
    ChannelType.media,
)
"""Channels that a feed can post in."""


class FeedChannelOption(app_commands.Transformer):
    """Returns the channel or thread; discord.py itself knows no archived ones."""

    @property
    def type(self) -> AppCommandOptionType:
        """What Discord offers for it."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        """The channels that Discord offers."""
        return list(KINDS)

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> FeedChannel:
        """Return the channel.

        Raises:
            UserError: the bot cannot see it.
        """
        found = value.resolve()
        if found is None:
            try:
                found = await value.fetch()
            except Exception as error:
                failure_of(error)  # raises what Discord is not expected to cause
        if not isinstance(found, FeedChannel):
            raise UserError(_("I can't see that channel. Choose another."))
        return found


FeedChannelArgument: TypeAlias = app_commands.Transform[FeedChannel, FeedChannelOption]
"""The annotation of a command's option."""
