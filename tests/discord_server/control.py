"""The world over HTTP, for whoever runs the server as a process of its own.

`GET /_world` shows everything; `POST /_world` with `{"do": NAME, ...}` does one thing. Users,
channels and messages are given by id; a user or channel also by name.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import web

from tests.discord_server.app import DiscordServer
from tests.discord_server.interactions import Interaction
from tests.discord_server.objects import Channel, Message
from tests.discord_server.rules import Json
from tests.discord_server.users import User

Deed: TypeAlias = Callable[[Json], Awaitable[Any]]


class Control:
    """Serves `/_world`."""

    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._world = server.world
        self._deeds: dict[str, Deed] = {
            "slash": self._slash,
            "click": self._click,
            "react": self._react,
            "delete": self._delete,
            "permit": self._permit,
            "advance": self._advance,
            "fail": self._fail,
            "kill": self._kill,
            "heal": self._heal,
            "disconnect": self._disconnect,
            "ready": self._ready,
        }
        server.app.router.add_get("/_world", self._show)
        server.app.router.add_post("/_world", self._do)

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(self.snapshot())

    def snapshot(self) -> Json:
        """Return everything that is there."""
        server, world = self._server, self._world
        return {
            "bot": str(world.bot.id),
            "users": {str(user.id): user.name for user in world.users.values()},
            "guilds": {str(guild.id): guild.name for guild in world.guilds.values()},
            "channels": [
                {
                    "id": str(channel.id),
                    "type": channel.kind,
                    "name": channel.name or (channel.recipient.name if channel.recipient else ""),
                    "parent_id": None if channel.parent_id is None else str(channel.parent_id),
                    "archived": channel.archived,
                    "messages": [message_json(message) for message in channel.history],
                }
                for channel in world.channels.values()
            ],
            "commands": [command["name"] for command in world.commands],
            "connected": server.gateway.connected,
            "requests": [[request.line, request.status] for request in server.requests],
            "violations": server.violations,
        }

    async def _do(self, http: web.Request) -> web.Response:
        asked: Json = await http.json()
        deed = self._deeds.get(asked.pop("do", ""))
        if deed is None:
            return web.json_response({"error": f"do one of {sorted(self._deeds)}"}, status=400)
        try:
            done = await deed(asked)
        except (AssertionError, LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response(done or {})

    def _user(self, key: Any) -> User:
        for user in self._world.users.values():
            if key in (user.name, str(user.id)):
                return user
        raise LookupError(f"no user {key!r}")

    def _channel(self, key: Any) -> Channel:
        for channel in self._world.channels.values():
            if key in (channel.name, str(channel.id)):
                return channel
        raise LookupError(f"no channel {key!r}")

    def _message(self, asked: Json) -> Message:
        return self._channel(asked["channel"]).messages[int(asked["message"])]

    async def _slash(self, asked: Json) -> Json:
        options: Json = asked.get("options") or {}
        given = {
            name: self._channel(value["channel"]) if isinstance(value, dict) else value
            for name, value in options.items()
        }
        user, channel = self._user(asked["user"]), self._channel(asked["channel"])
        return answer_json(await self._world.slash(user, channel, asked["command"], **given))

    async def _click(self, asked: Json) -> Json:
        message, button = self._message(asked), asked["button"]
        return answer_json(await self._world.click(self._user(asked["user"]), message, button))

    async def _react(self, asked: Json) -> None:
        change = self._world.unreact if asked.get("remove") else self._world.react
        change(self._user(asked["user"]), self._message(asked), asked["emoji"])

    async def _delete(self, asked: Json) -> None:
        if "message" in asked:
            self._world.delete_message(self._message(asked))
        else:
            self._world.delete_channel(self._channel(asked["channel"]))

    async def _permit(self, asked: Json) -> None:
        allow, deny = asked.get("allow") or (), asked.get("deny") or ()
        self._world.set_permissions(self._channel(asked["channel"]), allow=allow, deny=deny)

    async def _advance(self, asked: Json) -> None:
        self._world.advance(float(asked["seconds"]))

    async def _fail(self, asked: Json) -> None:
        self._server.fail(asked.pop("pattern"), **asked)

    async def _kill(self, asked: Json) -> None:
        self._server.kill(int(asked.pop("pid")), asked.pop("pattern", "*"), **asked)

    async def _heal(self, _: Json) -> None:
        self._server.heal()

    async def _disconnect(self, asked: Json) -> None:
        await self._server.disconnect(resumable=bool(asked.get("resumable", True)))

    async def _ready(self, asked: Json) -> None:
        """Wait for a live session, by default any; `identified` counts those that there were."""
        gateway = self._server.gateway
        number = int(asked.get("identified", 1))
        await self._server.until(
            lambda: gateway.connected and gateway.identified >= number, patience=60
        )


def message_json(message: Message) -> Json:
    """Return what a person sees of a message."""
    return {
        "id": str(message.id),
        "author": message.author.name,
        "text": message.text,
        "buttons": message.buttons,
        "links": message.links,
        "reactions": {emoji: len(users) for emoji, users in message.reactions.items()},
        "edits": message.edits,
    }


def answer_json(interaction: Interaction) -> Json:
    """Return what a person sees of an interaction's answer."""
    return {
        "messages": [message_json(message) for message in interaction.messages],
        "ephemeral": any(message.ephemeral for message in interaction.messages),
        "form": interaction.modal,
    }
