"""Interactions as Discord's gateway sends them, without the checks of Discord's clients.

An interaction goes into discord.py's own parser of gateway events, through the bot's real command
tree, checks, callbacks, error handler and rendering, and out through discord.py's REST calls into
simcord, which holds every answer against Discord's rules. Any text fits into any option, and any
custom id onto any message. Only the wire and simcord's own clients are left out.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, cast

import simcord
from simcord import interactions as payloads
from simcord.backend import serializers

from tests.bot.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, FORM = 2, 3, 4, 5
BUTTON, SELECT = 2, 3
_V2, _EPHEMERAL = 1 << 15, 1 << 6

PATIENCE: Final = 60.0
"""Seconds until an interaction counts as one that hangs the bot: a chart may take 30."""


class Interaction(NamedTuple):
    """What somebody does: its kind, its data, and the message it happens on."""

    kind: int
    data: dict[str, Any]
    message: Any = None


@dataclass(frozen=True)
class Answer:
    """What a person got for an interaction."""

    kind: str
    """`message`, `update`, `modal`, `autocomplete`, `deferred_update`, or `none`."""
    text: str
    """Everything in it that can be read."""
    ephemeral: bool
    raw: tuple[dict[str, Any], ...] = ()
    files: tuple[str, ...] = ()


@dataclass(repr=False)
class Interactions:
    """Builds interactions with a bot, and sends them."""

    here: World
    pressed: Any
    """A message whose components are what an interaction says they are."""
    commands: dict[str, dict[str, Any]]
    """The slash commands by their roots' names, as Discord was told of them."""
    locale: str = field(default="en-US", kw_only=True)
    guild_locale: str | None = field(default=None, kw_only=True)
    """What the person's Discord is in."""
    sent: Any = field(default=None, init=False)
    """Simcord's record of the latest interaction that was sent."""

    def paths(self) -> list[str]:
        """Return the names of all slash commands."""
        leaves = [payloads.command_leaves(command) for command in self.commands.values()]
        return [" ".join(path) for group in leaves for path, _ in group]

    def custom_ids(self) -> list[re.Pattern[str]]:
        """Return the form of every custom id that something answers to."""
        known = self.here.bot.custom_ids
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

    def command(
        self, path: str, options: Mapping[str, Any], *, focused: str | None = None
    ) -> Interaction:
        """Return the use of a command, or with `focused` the typing into that option."""
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
        return Interaction(COMMAND if focused is None else AUTOCOMPLETE, data)

    def component(
        self, custom_id: str, values: Sequence[str] | None = None, *, ephemeral: bool = True
    ) -> Interaction:
        """Return the press of a button with this custom id, or a choice in such a select."""
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
        return Interaction(COMPONENT, data, message)

    def form(self, custom_id: str, fields: Mapping[str, str]) -> Interaction:
        """Return the submission of a form with this custom id."""
        inputs = [
            {"type": 18, "id": n, "component": {"type": 4, "id": 50 + n, "custom_id": name} | value}
            for n, (name, value) in enumerate(
                ((name, {"value": text}) for name, text in fields.items()), 1
            )
        ]
        return Interaction(FORM, {"custom_id": custom_id, "components": inputs}, self.pressed)

    def message_command(self, name: str, content: str) -> Interaction:
        """Return the use of a command on a message that says this."""
        message = replace(self.pressed, content=content, components=[], flags=0)
        raw = dict(serializers.message_payload(self.here.env.backend, message))
        data = {
            "id": "1",
            "name": name,
            "type": 3,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): raw}},
        }
        return Interaction(COMMAND, data)

    async def send(
        self,
        who: simcord.MemberActor,
        channel: simcord.ChannelHandle,
        interaction: Interaction,
        author: simcord.MemberActor | None = None,
    ) -> Any:
        """Send an interaction, wait until nothing that it started runs any more, and return
        simcord's record of it.

        `author` is whose command made the message; by default it is the same person's.
        """
        backend = self.here.env.backend
        self.sent = None
        record, payload = payloads.base_payload(
            backend,
            type=interaction.kind,
            channel_id=channel.id,
            guild_id=who.guild.id,
            user_id=who.id,
            data=interaction.data,
        )
        payload["locale"] = self.locale
        if self.guild_locale is not None and "guild_locale" in payload:
            payload["guild_locale"] = self.guild_locale
        if (message := interaction.message) is not None:
            message.channel_id = channel.id
            backend.messages.setdefault(channel.id, {})[message.id] = message
            message.interaction_metadata = {
                "id": "1",
                "type": 2,
                "user": dict(serializers.user_payload(backend.get_user((author or who).id))),
                "authorizing_integration_owners": {},
            }
            payload["message"] = dict(serializers.message_payload(backend, message))
            record.source_message_id = message.id
        self.sent = record
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

    def answer(self, record: Any) -> Answer:
        """Return what was answered to an interaction."""
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

    def sweep(self) -> None:
        """Forget what Discord would keep, so that many interactions cost no more than few."""
        backend: Any = self.here.env.backend
        backend.transcript.clear()
        backend.interactions.clear()
        backend.interaction_tokens.clear()
        backend.http_requests.clear()

    def _option(self, name: str, kind: int, value: Any, resolved: dict[str, Any]) -> dict[str, Any]:
        if kind == 11 and isinstance(value, tuple):
            filename, data = cast("tuple[str, bytes]", value)
            value = payloads.store_interaction_attachment(
                self.here.env.backend, self.here.channel.id, filename, data, resolved
            )
        elif isinstance(value, simcord.ChannelHandle | simcord.RoleHandle | simcord.MemberActor):
            with contextlib.suppress(simcord.SetupError):
                payloads.resolve_handle(
                    self.here.admin, value, resolved, channel_id=self.here.channel.id
                )
            value = str(value.id)
        return {"name": name, "type": kind, "value": value}


async def what_is_registered(
    here: World, by: simcord.MemberActor
) -> tuple[Any, dict[str, dict[str, Any]]]:
    """Return a message to press things on, and the slash commands that Discord knows."""
    note = await by.slash(here.channel, "paper status")
    assert note.response is not None
    synced: Any = here.env.backend.commands[None].values()
    return (
        note.response._message,  # pyright: ignore[reportPrivateUsage] - what it stands on
        {command["name"]: command for command in synced if command.get("type", 1) == 1},
    )


def strings(value: Any) -> Iterator[str]:
    """Return every text in a message, but custom ids."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType] - JSON
            if key not in ("type", "custom_id"):
                yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:  # pyright: ignore[reportUnknownVariableType] - JSON
            yield from strings(inner)
