"""The command tree, and what of it Discord knows."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cooldowns import ANYTHING, TYPING
from bot.options import require_valid
from bot.ui.errors import answer_error
from storage import commands

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)


class PaperTree(app_commands.CommandTree["PaperBot"]):
    """The command tree; its errors become sentences."""

    async def interaction_check(self, interaction: discord.Interaction["PaperBot"]) -> bool:
        """Let nobody be faster than people are, or send what Discord would not let them."""
        cooldowns = interaction.client.cooldowns
        if interaction.type is not discord.InteractionType.autocomplete:
            cooldowns.require(interaction, ANYTHING)
            require_valid(interaction)
        elif cooldowns.take(interaction.user.id, TYPING, interaction.created_at) is not None:
            await interaction.response.autocomplete([])
            return False
        return True

    async def on_error(
        self, interaction: discord.Interaction["PaperBot"], error: app_commands.AppCommandError
    ) -> None:
        """Answer with what happened and what to do."""
        await answer_error(interaction, error)


class Registration:
    """Registers the commands with Discord where they changed, and knows the ids they got."""

    def __init__(self, bot: "PaperBot") -> None:
        self._bot = bot
        self._ids: dict[str, int] = {}

    async def renew(self) -> None:
        """Register the commands if they are others than last time, or as the settings say."""
        bot = self._bot
        application_id = bot.application_id or 0
        wanted = _hash_of(bot.tree)
        async with bot.database.read() as conn:
            known = await commands.get(conn, application_id)
        if known is not None:
            self._ids = known.command_ids
        if bot.settings.sync_commands == "never" or (
            bot.settings.sync_commands == "changed"
            and known is not None
            and known.payload_hash == wanted
        ):
            return
        synced = await bot.tree.sync()
        self._ids = {command.name: command.id for command in synced}
        async with bot.database.write() as conn:
            await commands.put(conn, application_id, wanted, self._ids, now=bot.clock.now())
        log.info("commands registered n=%d", len(synced))

    def mention(self, command: str) -> str:
        """Return a command as people can tap it: `</paper search:123>`, or plain before the
        first sync."""
        command_id = self._ids.get(command.partition(" ")[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"


def _hash_of(tree: app_commands.CommandTree[Any]) -> str:
    """Return a hash of what would be registered."""
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    payload.sort(key=lambda command: (command.get("type", 1), command["name"]))
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
