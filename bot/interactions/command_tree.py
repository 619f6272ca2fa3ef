"""The command tree, and what of it Discord knows."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Protocol, cast

import discord
from discord import app_commands
from discord.ext import commands
from discord.http import Route

from bot.interactions.cooldowns import ANYTHING, TYPING, cooldowns_of
from bot.interactions.errors import Interaction, answer_error
from bot.interactions.language import speak_to, with_translations
from bot.interactions.option_validation import require_valid
from storage.synced_commands import SyncedCommands

log = logging.getLogger(__name__)


class PaperTree(app_commands.CommandTree[Any]):
    """The command tree; its errors become sentences."""

    async def interaction_check(self, interaction: Interaction) -> bool:
        """Refuse users who are faster than people are, or send what Discord would not let them."""
        speak_to(interaction)
        cooldowns = cooldowns_of(interaction)
        if interaction.type is not discord.InteractionType.autocomplete:
            cooldowns.require(interaction, ANYTHING)
            require_valid(interaction)
        elif cooldowns.take(interaction.user.id, TYPING, interaction.created_at) is not None:
            await interaction.response.autocomplete([])
            return False
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError) -> None:
        """Answer with what happened and what to do."""
        await answer_error(interaction, error)
        if interaction.type is discord.InteractionType.application_command:
            interaction.client.dispatch("app_command_failure", interaction)


class CommandStore(Protocol):
    """Stores what Discord last accepted; `bot.services.registered_commands` does."""

    async def get(self, application_id: int, /) -> SyncedCommands | None:
        """Return the last registration, `None` before the first one."""
        ...

    async def newer(self, application_id: int, /) -> str | None:
        """Return the newer version whose registration is to stay; `None` if there is none."""
        ...

    async def put(
        self, application_id: int, payload_hash: str, command_ids: Mapping[str, int], /
    ) -> None:
        """Store a registration in place of the one before."""
        ...


class Registration:
    """Registers the commands with Discord where it has others, and knows the ids they have."""

    def __init__(
        self,
        client: commands.Bot | commands.AutoShardedBot,
        mode: Literal["changed", "always", "never"],
        *,
        shared: bool = False,
    ) -> None:
        """Make one that registers the commands if Discord has others (`changed`), `always` or
        `never`.

        Args:
            client: whose commands they are.
            mode: when to register them.
            shared: whether processes of a newer version may be at work too, whose commands stay.
        """
        self._client = client
        self._mode = mode
        self._shared = shared
        self._ids: dict[str, int] = {}
        self._newer: str | None = None

    async def look_again(self, store: CommandStore) -> None:
        """Learn what another process has registered since, or register the commands once those of a
        newer version need not stay."""
        if self._ids and self._newer is None:
            return
        try:
            await self.renew(store)
        except discord.HTTPException as error:
            log.warning("the commands could not be registered: %s", error)

    async def renew(self, store: CommandStore) -> None:
        """Register the commands where that is due.

        What Discord has is asked each time, since a newer version, or another database, may have
        registered since. Where it does not answer, what was last registered from here decides.

        Raises:
            discord.HTTPException: the commands changed, and Discord does not take them now.
        """
        application_id = self._client.application_id or 0
        known = await store.get(application_id)
        if known is not None:
            self._ids = known.command_ids
        if self._mode == "never" or await self._leaves_them(store, application_id):
            return
        tree = self._client.tree
        payload = [with_translations(command.to_dict(tree)) for command in tree.get_commands()]
        wanted = _hash_of(payload)
        there: list[Any] = []
        if self._mode == "changed":
            try:
                there = await self._registered(application_id)
            except discord.HTTPException as error:
                if known is None or known.payload_hash != wanted:
                    raise
                log.warning("registered commands could not be read: %s", error)
                return
        if not same_commands(payload, there):
            # `tree.sync()` would make the payload once more, in ten times the time.
            there = await self._client.http.bulk_upsert_global_commands(application_id, payload)
            log.info("commands registered n=%d", len(there))
        self._ids = {each["name"]: int(each["id"]) for each in there}
        await store.put(application_id, wanted, self._ids)

    async def _leaves_them(self, store: CommandStore, application_id: int) -> bool:
        asked = self._shared and self._mode == "changed"
        newer = await store.newer(application_id) if asked else None
        if newer is not None and newer != self._newer:
            log.info("the commands of version %s stay registered, which is newer", newer)
        self._newer = newer
        return newer is not None

    async def _registered(self, application_id: int) -> list[Any]:
        """Return what Discord has, translations included; discord.py's own call leaves them out."""
        route = Route(
            "GET", "/applications/{application_id}/commands", application_id=application_id
        )
        return await self._client.http.request(route, params={"with_localizations": "true"})

    def mention(self, command: str) -> str:
        """Return a command as people can tap it: `</paper search:123>`, or plain before the
        first sync."""
        command_id = self._ids.get(command.partition(" ")[0])
        return f"`/{command}`" if command_id is None else f"</{command}:{command_id}>"


def same_commands(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether Discord has exactly these commands.

    Args:
        ours: what would be registered.
        theirs: what Discord lists, with ids, versions and defaults of its own.
    """
    wanted = {_identity(command): command for command in ours}
    registered = {_identity(command): command for command in theirs}
    return registered.keys() == wanted.keys() and all(
        _command(command, like=command) == _command(registered[key], like=command)
        for key, command in wanted.items()
    )


_COMPARED: Final = frozenset((
    *("type", "name", "description", "options", "choices", "value", "required", "autocomplete"),
    *("min_value", "max_value", "min_length", "max_length", "channel_types"),
))  # fmt: skip
"""What Discord returns of commands and options as it was registered, unless it is a default."""

_TRANSLATED: Final = frozenset(("name_localizations", "description_localizations"))
"""Texts by locale."""

_FILLED_IN: Final = ("contexts", "integration_types")
"""What Discord fills in from the application's settings where a command leaves it out."""


def _identity(command: Mapping[str, Any]) -> tuple[int, str]:
    return (command.get("type") or 1, command["name"])


def _command(command: Mapping[str, Any], *, like: Mapping[str, Any]) -> dict[str, Any]:
    """Return a command in the one form that both sides share, with what `like` says at all."""
    permissions = command.get("default_member_permissions")
    known: dict[str, Any] = {
        name: sorted(command.get(name) or ()) for name in _FILLED_IN if like.get(name) is not None
    }
    if like.get("contexts") is None:
        # Discord derives this older field from the contexts, where a command names them.
        known["guild_only"] = command.get("dm_permission") is False
    return {
        **_part(command),
        **known,
        "permissions": None if permissions is None else str(permissions),
        "nsfw": bool(command.get("nsfw")),
    }


def _part(value: Any) -> Any:
    """Return a part of a command without ids and defaults."""
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, Any]", value)
        compared = {name: _part(part) for name, part in parts.items() if name in _COMPARED}
        compared |= {name: dict(parts[name] or {}) for name in _TRANSLATED & parts.keys()}
        return {
            name: part
            for name, part in compared.items()
            if part is not None and part is not False and part not in ("", [], {})
        }
    return [_part(part) for part in cast("list[Any]", value)] if isinstance(value, list) else value


def _hash_of(payload: Sequence[Mapping[str, Any]]) -> str:
    """Return a hash of what would be registered."""
    ordered = sorted(payload, key=_identity)
    return hashlib.sha256(json.dumps(ordered, sort_keys=True).encode()).hexdigest()
