"""Interactions: a person's command or click, and everything that the bot answers to it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from discord import Permissions

from tests.discord_server.objects import Channel, Message
from tests.discord_server.rules import EPHEMERAL, SELECTS, Json, walk
from tests.discord_server.users import Role, User

if TYPE_CHECKING:
    from tests.discord_server.fake_discord import FakeDiscord

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
CHAT_INPUT, MESSAGE_MENU = 1, 3
STRING, USER, CHANNEL, ROLE = 3, 6, 7, 8
OPTION_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    4: (int,),
    5: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    10: (int, float),
}

FIRST_ANSWER = 3.0
"""Seconds until an interaction that got no answer has failed, as Discord has it."""

TOKEN_LIFE = 900.0

PATIENCE = 60.0
"""Seconds that a test waits for what follows a deferred answer."""


@dataclass
class Interaction:
    """One interaction and its answers so far."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    asked_at: float
    source: Message | None = None
    """The message whose button was pressed."""
    answered_with: int | None = None
    """The callback's type."""
    flags: int = 0
    pending: bool = False
    """Whether the answer is deferred and still owed."""
    original: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])
    deleted: bool = False
    choices: list[Json] = field(default_factory=list[Json])
    modal: Json | None = None
    opener: "Interaction | None" = None
    """What was answered with the form that this one sends."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def messages(self) -> list[Message]:
        """Every message of the answer."""
        return ([] if self.original is None else [self.original]) + self.followups

    @property
    def text(self) -> str:
        """Everything that a person can read in the answer."""
        return "\n".join(message.text for message in self.messages)

    @property
    def message(self) -> Message:
        """The answer's first message."""
        assert self.messages, "the interaction was answered without a message"
        return self.messages[0]

    @property
    def ephemeral(self) -> bool:
        """Whether the person alone sees the answer."""
        return self.message.ephemeral

    def metadata(self) -> Json:
        """Return what a message of the answer says about where it comes from."""
        whence: Json = {
            "id": str(self.id),
            "type": self.kind,
            "user": self.user.to_json(),
            "authorizing_integration_owners": {"1": str(self.user.id)},
        }
        if self.kind == COMPONENT and self.source is not None:
            whence["interacted_message_id"] = str(self.source.id)
        if self.opener is not None:
            whence["triggering_interaction_metadata"] = self.opener.metadata()
        return whence


class Interactions:
    """Makes interactions out of what people do, and keeps them for the answers to come."""

    def __init__(self, world: "FakeDiscord") -> None:
        self._world = world
        self.by_token: dict[str, Interaction] = {}

    async def slash(
        self, user: User, channel: Channel, command: str, options: Mapping[str, Any]
    ) -> Interaction:
        """Run a slash command."""
        registered, data, _ = self._command(user, channel, command, options)
        assert {name for name, option in registered.items() if option.get("required")} <= set(
            options
        ), f"/{command} needs {sorted(registered)}"
        return await self._send(COMMAND, user, channel, data)

    async def complete(
        self, user: User, channel: Channel, command: str, focused: str, options: Mapping[str, Any]
    ) -> list[str]:
        """Ask for suggestions for one option."""
        registered, data, leaf = self._command(user, channel, command, options)
        assert registered[focused].get("autocomplete"), f"{focused} suggests nothing"
        for option in leaf:
            if option["name"] == focused:
                option["focused"] = True
        interaction = await self._send(AUTOCOMPLETE, user, channel, data)
        return [choice["name"] for choice in interaction.choices]

    async def click(
        self, user: User, message: Message, button: str, values: Sequence[str]
    ) -> Interaction:
        """Press a button, or choose in a select."""
        items = [item for item in walk(message.components) if item.get("custom_id")]
        names = {message.buttons.get(button), button}
        item = next((item for item in items if item["custom_id"] in names), None)
        assert item is not None, f"no {button!r} among {sorted(message.buttons)}"
        assert not item.get("disabled"), f"{button!r} cannot be pressed"
        data: Json = {"custom_id": item["custom_id"], "component_type": item["type"]}
        if item["type"] in SELECTS:
            data["values"] = list(values)
        channel = self._world.channel(message.channel_id)
        return await self._send(COMPONENT, user, channel, data, source=message)

    async def use_menu(
        self, user: User, channel: Channel, command: str, message: Message
    ) -> Interaction:
        """Run a command from a message's context menu."""
        registered = self._registered(command, MESSAGE_MENU)
        self._check_offered(registered, user, channel)
        data: Json = {
            "id": registered["id"],
            "name": command,
            "type": MESSAGE_MENU,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): self._world.message_json(message)}},
        }
        return await self._send(COMMAND, user, channel, data)

    async def submit(self, interaction: Interaction, fields: Mapping[str, str]) -> Interaction:
        """Send the form that an interaction opened."""
        assert interaction.modal is not None, "no form was opened"
        filled: list[Json] = []
        for number, label in enumerate(interaction.modal["components"]):
            inner: Json = label.get("component") or label["components"][0]
            value = fields.get(inner["custom_id"], inner.get("value") or "")
            answer: Json = {"id": number, "type": inner["type"], "custom_id": inner["custom_id"]}
            answer |= {"values": [value]} if inner["type"] in SELECTS else {"value": value}
            filled.append({"id": 100 + number, "type": 18, "component": answer})
        data: Json = {"custom_id": interaction.modal["custom_id"], "components": filled}
        return await self._send(
            MODAL,
            interaction.user,
            interaction.channel,
            data,
            source=interaction.source,
            opener=interaction,
        )

    def _registered(self, name: str, kind: int) -> Json:
        for command in self._world.commands:
            if command["name"] == name and command["type"] == kind:
                return command
        known = sorted(command["name"] for command in self._world.commands)
        raise AssertionError(f"{name!r} is not registered; there are {known}")

    def _check_offered(self, command: Json, user: User, channel: Channel) -> None:
        context = 0 if channel.guild_id is not None else 1
        contexts: list[int] | None = command.get("contexts")
        assert contexts is None or context in contexts, f"{command['name']} is not offered there"
        needed: str | None = command.get("default_member_permissions")
        if needed is not None and channel.guild_id is not None:
            allowed = self._world.permissions(user, channel)
            assert Permissions(int(needed)).is_subset(allowed), (
                f"{command['name']} is not offered to {user.name}"
            )

    def _command(
        self, user: User, channel: Channel, command: str, options: Mapping[str, Any]
    ) -> tuple[dict[str, Json], Json, list[Json]]:
        """Return the registered options by name, the interaction's data, and its innermost
        options."""
        root, *path = command.split()
        registered = self._registered(root, CHAT_INPUT)
        self._check_offered(registered, user, channel)
        here, groups = registered, list[Json]()
        for name in path:
            found = [each for each in here.get("options") or () if each["name"] == name]
            assert found, f"/{command} is not registered"
            here = found[0]
            groups.append(here)
        by_name: dict[str, Json] = {each["name"]: each for each in here.get("options") or ()}
        assert not any(each["type"] in (1, 2) for each in by_name.values()), (
            f"/{command} is a group"
        )
        assert set(options) <= set(by_name), f"/{command} takes {sorted(by_name)}"
        resolved: Json = {}
        leaf = [self._option(by_name[name], value, resolved) for name, value in options.items()]
        inner = leaf
        for group in reversed(groups):
            inner = [{"name": group["name"], "type": group["type"], "options": inner}]
        data: Json = {"id": registered["id"], "name": root, "type": CHAT_INPUT, "options": inner}
        if resolved:
            data["resolved"] = resolved
        return by_name, data, leaf

    def _option(self, option: Json, value: Any, resolved: Json) -> Json:
        name, kind = option["name"], option["type"]
        assert isinstance(value, OPTION_TYPES[kind]), f"{name} takes no {value!r}"
        choices: list[Json] = option.get("choices") or []
        if choices:
            value = {each["name"]: each["value"] for each in choices}.get(value, value)
            assert value in [each["value"] for each in choices], f"{value!r} is no choice of {name}"
        if isinstance(value, str):
            assert len(value) <= (option.get("max_length") or 6_000), f"{name} is too long"
            assert len(value) >= (option.get("min_length") or 0), f"{name} is too short"
        elif isinstance(value, Channel):
            kinds = option.get("channel_types")
            assert not kinds or value.kind in kinds, f"{name} does not offer this kind of channel"
            permissions = str(self._world.permissions(self._world.bot, value).value)
            shown = {**value.to_json(), "permissions": permissions}
            resolved.setdefault("channels", {})[str(value.id)] = shown
            value = str(value.id)
        elif isinstance(value, Role):
            resolved.setdefault("roles", {})[str(value.id)] = value.to_json()
            value = str(value.id)
        elif isinstance(value, User):
            resolved.setdefault("users", {})[str(value.id)] = value.to_json()
            value = str(value.id)
        else:
            low, high = option.get("min_value"), option.get("max_value")
            assert low is None or value >= low, f"{name} is at least {low}"
            assert high is None or value <= high, f"{name} is at most {high}"
        return {"name": name, "type": kind, "value": value}

    async def _send(
        self,
        kind: int,
        user: User,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        opener: Interaction | None = None,
    ) -> Interaction:
        world = self._world
        number = world.new_id()
        interaction = Interaction(
            number, f"token-{number}", kind, user, channel, world.clock.now(), source
        )
        interaction.opener = opener
        self.by_token[interaction.token] = interaction
        payload: Json = {
            "id": str(number),
            "application_id": str(world.bot.id),
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": {
                **channel.to_json(),
                "permissions": str(world.permissions(user, channel).value),
            },
            "app_permissions": str(world.permissions(world.bot, channel).value),
            "locale": "en-US",
            "attachment_size_limit": 10_485_760,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(channel.guild_id or 0)},
            "context": 0 if channel.guild_id is not None else 1,
        }
        if channel.guild_id is None:
            payload["user"] = user.to_json()
        else:
            guild = world.guild_of(channel)
            permissions = str(world.permissions(user, channel).value)
            payload |= {
                "guild_id": str(guild.id),
                "guild_locale": "en-US",
                "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
                "member": {**guild.members[user.id].to_json(), "permissions": permissions},
            }
        if source is not None:
            payload["message"] = world.message_json(source)
        world.emit("INTERACTION_CREATE", payload, channel.guild_id, 0)
        return await self._answer_of(interaction)

    async def _answer_of(self, interaction: Interaction) -> Interaction:
        try:
            async with asyncio.timeout(PATIENCE):
                await interaction.settled.wait()
        except TimeoutError:
            state = "deferred and never finished" if interaction.pending else "not answered"
            raise AssertionError(f"the interaction was {state}") from None
        return interaction

    def message_flags(self, interaction: Interaction, asked: int) -> int:
        """Return a message's flags: who sees the answer was decided when it was deferred."""
        if interaction.pending:
            return (asked & ~EPHEMERAL) | (interaction.flags & EPHEMERAL)
        return asked
