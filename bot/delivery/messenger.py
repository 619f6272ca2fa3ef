"""What the services need of a connection to Discord; the bot's client satisfies it as it is."""

from typing import Any, Protocol

import discord
from discord.abc import Snowflake

from bot.runtime.part import Part


class Messenger(Protocol):
    """Writes to channels and people, and knows who it writes as."""

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot's own account, `None` before the first connection."""
        ...

    @property
    def shard_count(self) -> int | None:
        """Connections to the gateway, `None` before the first one."""
        ...

    @property
    def part(self) -> Part:
        """What of the bot's work this process does."""
        ...

    def get_guild(self, guild_id: int, /) -> discord.Guild | None:
        """Return a server from the cache."""
        ...

    def knows(self, guild_id: int, /) -> bool:
        """Return whether a server's shard has listed its servers, so that one that is not in the
        cache is not the bot's."""
        ...

    def get_partial_messageable(
        self,
        channel_id: int,
        /,
        *,
        guild_id: int | None = None,
        type: discord.ChannelType | None = None,  # noqa: A002 - discord.py's name
    ) -> discord.PartialMessageable:
        """Return a channel or a thread to write into, without asking Discord for it."""
        ...

    async def create_dm(self, user: Snowflake, /) -> discord.DMChannel:
        """Open the direct messages of a user."""
        ...

    def mention(self, command: str, /) -> str:
        """Return a command as people can tap it: `</paper search:123>`."""
        ...


def owns(messenger: Messenger, guild_id: int | None) -> bool:
    """Return whether a server is this process's; the others' are another one's to write to."""
    shards = messenger.part.shards
    return shards is None or shards.has(guild_id)


def messenger_of(interaction: discord.Interaction[Any]) -> Messenger:
    """Return the client that received an interaction, as far as services may know it."""
    return interaction.client


class MessageTracker(Protocol):
    """Learns which messages show papers, so that reactions on them save."""

    def track_message(
        self,
        message_id: int,
        *,
        channel_id: int,
        guild_id: int | None,
        seed: bool = False,
        found: bool = False,
    ) -> None:
        """Learn of a message that has just been recorded as showing papers.

        Args:
            message_id: the message.
            channel_id: the channel or thread that it is in.
            guild_id: the server, if it is in one.
            seed: whether to put the reaction there that saves, where the settings allow.
            found: whether it was found after a restart, so that reactions may have been missed.
        """
        ...
