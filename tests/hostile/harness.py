"""A bot among people, one of whom means it ill, and what must hold whatever that one does.

An attack is an interaction as Discord would send it, without the checks that Discord's clients and
servers make first: any text in any option, any custom id on any message. It goes into discord.py's
own parser of gateway events, through the bot's real command tree, checks, callbacks, error handler
and rendering, and out through discord.py's REST calls into simcord, which holds every answer
against Discord's rules. Only the wire and simcord's own clients are left out.
"""

import asyncio
import contextlib
import logging
import re
import sqlite3
from collections.abc import Coroutine, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar, cast

import simcord
from simcord import interactions as payloads
from simcord.backend import serializers

from storage.privacy import personal_tables
from tests.bot.world import World
from tests.hostile.answers import Answer, HarmError, require_answered, strings

T = TypeVar("T")

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
BUTTON, SELECT = 2, 3
_V2, _EPHEMERAL = 1 << 15, 1 << 6

SECRET: Final = "Zebrafish"
"""Stands in everything that the victim wrote: whoever else reads it has read too much."""

PATIENCE: Final = 20.0
"""Seconds until an attack counts as one that hangs the bot."""


class Ears(logging.Handler):
    """Hears every error and every traceback that is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.heard.append(logging.Formatter().format(record))


@dataclass(repr=False)
class Hostile:
    """The bot, its victim, and those who attack."""

    here: World
    runner: asyncio.Runner
    context: Context
    """What simcord keeps in context: its clock, and its stand-in for Discord's REST."""
    ears: Ears
    elsewhere: simcord.GuildHandle
    victim: simcord.MemberActor
    mallory: simcord.MemberActor
    """A member without rights."""
    usurper: simcord.MemberActor
    """Who manages another server."""
    lounge: simcord.ChannelHandle
    """A channel of that other server."""
    role: simcord.RoleHandle
    foreign_role: simcord.RoleHandle
    pressed: Any
    """A message whose components are what an attack says they are."""
    connection: sqlite3.Connection
    commands: dict[str, dict[str, Any]]
    ids: list[int] = field(default_factory=list[int])
    """Numbers that mean something: rows, people, channels, messages."""
    kept: str = ""
    """What the victim had before, to be told from what they have after."""
    version: int = 0

    def paths(self) -> list[str]:
        """Return the names of all slash commands."""
        leaves = [payloads.command_leaves(command) for command in self.commands.values()]
        return [" ".join(path) for group in leaves for path, _ in group]

    def custom_ids(self) -> list[re.Pattern[str]]:
        """Return the form of every custom id that something answers to."""
        known = self.here.bot.known_ids
        return [*known.items, *known.forms]

    def options(self, path: str) -> list[dict[str, Any]]:
        """Return what a command asks for, as Discord was told."""
        root, *nesting = path.split()
        spec, _ = payloads.walk_to_subcommand(self.commands[root], nesting)
        return spec.get("options") or []

    def suggesting(self) -> list[tuple[str, str]]:
        """Return every option of a command that suggests answers."""
        return [
            (path, option["name"])
            for path in self.paths()
            for option in self.options(path)
            if option.get("autocomplete")
        ]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the bot's own loop."""
        return self.runner.run(work, context=self.context)

    def slash(
        self,
        path: str,
        options: Mapping[str, Any],
        *,
        by: simcord.MemberActor | None = None,
        focused: str | None = None,
    ) -> Answer:
        """Use a command, or type into one of its options."""
        root, *nesting = path.split()
        known = {option["name"]: option["type"] for option in self.options(path)}
        resolved: dict[str, Any] = {}
        built = [
            self._option(name, known.get(name, 3), value, resolved) | {"focused": name == focused}
            for name, value in options.items()
        ]
        data = {
            "id": self.commands[root]["id"],
            "name": root,
            "type": 1,
            "options": payloads.nest_options(self.commands[root], nesting, built),
            "resolved": resolved,
        }
        kind = COMMAND if focused is None else AUTOCOMPLETE
        return self.attack(kind, data, by=by)

    def press(
        self,
        custom_id: str,
        values: Sequence[str] | None = None,
        *,
        by: simcord.MemberActor | None = None,
        ephemeral: bool = True,
    ) -> Answer:
        """Press a button with this custom id, or choose values in such a select."""
        component: dict[str, Any] = {"type": BUTTON if values is None else SELECT, "id": 7}
        component["custom_id"] = custom_id
        if values is None:
            component |= {"style": 2, "label": "Forged"}
        else:
            component |= {"options": [{"label": "x", "value": "x"}], "min_values": 0}
        message = self.pressed
        message.components = [{"type": 1, "id": 3, "components": [component]}]
        message.flags = _V2 | (_EPHEMERAL if ephemeral else 0)
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": component["type"]}
        if values is not None:
            data["values"] = list(values)
        return self.attack(COMPONENT, data, by=by, message=message)

    def submit(
        self, custom_id: str, fields: Mapping[str, str], *, by: simcord.MemberActor | None = None
    ) -> Answer:
        """Submit a form with this custom id."""
        inputs = [
            {"type": 18, "id": n, "component": {"type": 4, "id": 50 + n, "custom_id": name} | value}
            for n, (name, value) in enumerate(
                ((name, {"value": text}) for name, text in fields.items()), 1
            )
        ]
        data = {"custom_id": custom_id, "components": inputs}
        return self.attack(FORM, data, by=by, message=self.pressed)

    def save_message(self, content: str, *, by: simcord.MemberActor | None = None) -> Answer:
        """Use the command on a message that says this."""
        message = replace(self.pressed, content=content, components=[], flags=0)
        raw = dict(serializers.message_payload(self.here.env.backend, message))
        data = {
            "id": "1",
            "name": "Save papers",
            "type": 3,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): raw}},
        }
        return self.attack(COMMAND, data, by=by)

    def attack(
        self,
        kind: int,
        data: dict[str, Any],
        *,
        by: simcord.MemberActor | None = None,
        message: Any = None,
    ) -> Answer:
        """Send an interaction, wait for what it gets, and see that it did no harm.

        Raises:
            HarmError: it did.
        """
        who = by or self.mallory
        self.here.bot.cooldowns.forget()
        record = self.run(self._send(who, kind, data, message))
        answer = self._answer(record)
        if self.ears.heard:
            heard, self.ears.heard = self.ears.heard, []
            raise HarmError("the log has\n" + "\n".join(heard))
        require_answered(answer, record)
        if who is not self.victim and SECRET in answer.text:
            raise HarmError(f"somebody else reads: {answer.text}")
        self.look_after_victim()
        self._sweep()
        return answer

    def look_after_victim(self) -> None:
        """Assert that the victim has what they had.

        Raises:
            HarmError: something was taken, added or changed.
        """
        version = self.connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self.version:
            return
        self.version = version
        kept = self._of_victim()
        if self.kept and kept != self.kept:
            before, self.kept = self.kept, kept
            raise HarmError(f"the victim had\n{before}\nand has\n{kept}")
        self.kept = kept

    def intact(self) -> bool:
        """Return whether the database is whole."""
        whole = self.connection.execute("PRAGMA integrity_check").fetchall()
        strays = self.connection.execute("PRAGMA foreign_key_check").fetchall()
        return whole == [("ok",)] and not strays

    async def _send(
        self, who: simcord.MemberActor, kind: int, data: dict[str, Any], message: Any
    ) -> Any:
        channel = self.lounge if who is self.usurper else self.here.channel
        backend = self.here.env.backend
        record, payload = payloads.base_payload(
            backend,
            type=kind,
            channel_id=channel.id,
            guild_id=who.guild.id,
            user_id=who.id,
            data=data,
        )
        if message is not None:
            message.channel_id = channel.id
            backend.messages.setdefault(channel.id, {})[message.id] = message
            message.interaction_metadata = {
                "id": "1",
                "type": 2,
                "user": dict(serializers.user_payload(backend.get_user(self.victim.id))),
                "authorizing_integration_owners": {},
            }
            payload["message"] = dict(serializers.message_payload(backend, message))
            record.source_message_id = message.id
        before = asyncio.all_tasks()
        async with asyncio.timeout(PATIENCE):
            state: Any = self.here.bot._connection  # pyright: ignore[reportPrivateUsage]
            state.parsers["INTERACTION_CREATE"](payload)
            while new := asyncio.all_tasks() - before:
                for task in new:
                    # discord.py's own timer of a quarter of an hour for an ephemeral view.
                    if "timeout_task" in getattr(task.get_coro(), "__qualname__", ""):
                        task.cancel()
                await asyncio.wait(new)
        return record

    def _option(self, name: str, kind: int, value: Any, resolved: dict[str, Any]) -> dict[str, Any]:
        if kind == 11 and isinstance(value, tuple):
            filename, data = cast("tuple[str, bytes]", value)
            value = payloads.store_interaction_attachment(
                self.here.env.backend, self.here.channel.id, filename, data, resolved
            )
        elif isinstance(value, simcord.ChannelHandle | simcord.RoleHandle):
            with contextlib.suppress(simcord.SetupError):
                payloads.resolve_handle(
                    self.here.admin, value, resolved, channel_id=self.here.channel.id
                )
            value = str(value.id)
        return {"name": name, "type": kind, "value": value}

    def _answer(self, record: Any) -> Answer:
        backend = self.here.env.backend
        kind = "none" if record.response_kind is None else str(record.response_kind)
        ids = [*([record.message_id] if record.message_id else []), *record.followup_ids]
        sent = [backend.get_message(record.channel_id, each) for each in ids]
        raw = [
            {"content": each.content, "components": each.components, "embeds": each.embeds}
            for each in sent
        ]
        if record.modal:
            raw.append({"components": [record.modal]})
        if record.autocomplete_choices is not None:
            raw.append({"choices": record.autocomplete_choices})
        files = tuple(str(file["filename"]) for each in sent for file in each.attachments)
        return Answer(kind, "\n".join(strings(raw)), record.ephemeral, tuple(raw), files)

    def _of_victim(self) -> str:
        found: list[str] = []
        for table in personal_tables():
            columns = [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]
            if "user_id" in columns:
                rows = self.connection.execute(
                    f"SELECT * FROM {table} WHERE user_id = ? ORDER BY rowid",  # noqa: S608 - our table
                    (self.victim.id,),
                )
                found += [f"{table}: {row}" for row in rows]
        feeds = self.connection.execute("SELECT * FROM feeds ORDER BY id")
        return "\n".join([*found, *(f"feeds: {row}" for row in feeds)])

    def _sweep(self) -> None:
        """Forget what Discord would keep, so that many attacks cost no more than few."""
        backend: Any = self.here.env.backend
        backend.transcript.clear()
        backend.interactions.clear()
        backend.interaction_tokens.clear()
        backend.http_requests.clear()
