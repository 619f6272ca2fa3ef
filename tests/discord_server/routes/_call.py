"""One request as its handler gets it, and the list of all handlers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.objects import Channel, Message
from tests.discord_server.rules import invalid

Answer: TypeAlias = tuple[int, Any]


class File(NamedTuple):
    """A file that came with a message."""

    name: str
    content: bytes


@dataclass
class Call:
    """One request, parsed."""

    world: FakeDiscord
    base_url: str
    parameters: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[File] = field(default_factory=list[File])
    violations: list[str] = field(default_factory=list[str])
    """What came up while it was carried out that a bot must never do."""

    def number(self, name: str) -> int:
        """Return an id from the path."""
        try:
            return int(self.parameters[name])
        except ValueError:
            raise invalid(name, "NUMBER_TYPE_COERCE", "Value is not snowflake.") from None

    def asks(self, name: str) -> bool:
        """Tell whether the query sets a switch."""
        return self.query.get(name, "").lower() in ("1", "true")

    @property
    def channel(self) -> Channel:
        """The channel that the path names, which the bot must see."""
        channel = self.world.channel(self.number("channel_id"))
        self.world.require(channel)
        return channel

    @property
    def message(self) -> Message:
        """The message that the path names."""
        return self.world.message(self.channel, self.number("message_id"))


Handler: TypeAlias = Callable[[Call], Answer]
ROUTES: list[tuple[str, str, Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a handler."""

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, path, handler))
        return handler

    return register
