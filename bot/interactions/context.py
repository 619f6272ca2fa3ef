"""Where an interaction happened."""

from bot.interactions.errors import Interaction
from storage.library import Place


def place_of(interaction: Interaction) -> Place:
    """Return where an interaction happened."""
    message = interaction.message
    ephemeral = message is not None and message.flags.ephemeral
    return Place(
        message_id=None if message is None or ephemeral else message.id,
        channel_id=interaction.channel_id,
        guild_id=interaction.guild_id,
    )


def mention(interaction: Interaction, command: str) -> str:
    """Return a command as people can tap it."""
    return interaction.client.mention(command)
