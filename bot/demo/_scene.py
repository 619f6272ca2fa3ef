"""What the demo's page shows around the conversation: channels, posts, events and pins."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, cast

import discord
import simcord
from simcord.backend.models import Channel

from bot.demo._stage import Stage
from bot.demo._transcript import shown

_KINDS: Final = {
    discord.ChannelType.text: "text",
    discord.ChannelType.news: "news",
    discord.ChannelType.forum: "forum",
    discord.ChannelType.voice: "voice",
    discord.ChannelType.stage_voice: "stage",
}
"""The channels that the list shows, by Discord's type."""
_UNREADABLE: Final = frozenset({"forum", "voice", "stage"})
"""Channels whose own messages the page does not show."""
_LINK: Final = re.compile(r"\[((?:\\.|[^\]\\])*)\]\([^)\s]*\)")
_MARK: Final = re.compile(r"(?<!\\)(?:\*\*|__|~~|`)")
_ESCAPED: Final = re.compile(r"\\([^\w\s])")
_EXCERPT: Final = 3
_LINE: Final = 160
_OVER: Final = 3
"""Discord's status of a completed event."""


class Scene:
    """Reads the simulated server for the page."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._backend = stage.env.backend

    def overview(self, place: int) -> dict[str, Any]:
        """Return the lists beside the conversation, where `place` is the channel it shows."""
        now = self._stage.clock.now()
        return {
            "now": f"{now:%A} {now.day} {now:%B, %H:%M} UTC",
            "place": str(place),
            "server": self._stage.guild.name,
            "channels": [
                self._channel(channel, kind)
                for channel in self._channels()
                if (kind := _kind(channel)) is not None
            ],
            "people": [
                {
                    "id": str(person.user.dm_channel.id),
                    "name": f"{name.title()}'s messages",
                    "last": self._last(person.user.dm_channel.id),
                }
                for name, person in self._stage.people.items()
            ],
            "events": [self._event(each) for each in self._events()],
            "menus": sorted(self._menus()),
            "published": self._published(place),
        }

    def posts(self, forum_id: int) -> list[dict[str, Any]]:
        """Return a forum's posts with their tags, the newest first."""
        forum = self._backend.get_channel(forum_id)
        names = {int(tag["id"]): str(tag["name"]) for tag in forum.available_tags}
        posts: list[dict[str, Any]] = []
        for thread in sorted(self._threads(forum_id), key=lambda each: -each.id):
            messages = self.handle(thread.id).history()
            posts.append(
                {
                    "id": str(thread.id),
                    "name": thread.name,
                    "tags": [names[tag] for tag in thread.applied_tags if tag in names],
                    "messages": max(len(messages) - 1, 0),
                    "text": _excerpt(messages[0]) if messages else "",
                }
            )
        return posts

    def pins(self, channel_id: int) -> list[dict[str, str]]:
        """Return a channel's pinned messages, the newest first."""
        pinned = self.handle(channel_id).pinned_messages()
        return [{"id": str(each.id), "text": _excerpt(each)} for each in reversed(pinned)]

    def handle(self, channel_id: int) -> simcord.ChannelHandle:
        """Return the channel, thread or direct messages with this id.

        Raises:
            KeyError: there is none that can be read.
        """
        for person in self._stage.people.values():
            if person.user.dm_channel.id == channel_id:
                return person.user.dm_channel
        channel = self._backend.channels.get(channel_id)
        if channel is None or channel.guild_id != self._stage.guild.id:
            raise KeyError(channel_id)
        if not channel.is_thread and _kind(channel) in {None, *_UNREADABLE}:
            raise KeyError(channel_id)
        return simcord.ChannelHandle(self._stage.env, self._stage.guild, channel)

    def viewers(
        self, channel_id: int, first: int | None
    ) -> list[simcord.MemberActor | simcord.UserHandle]:
        """Return who can look at a channel: in a server its members, beginning with `first`."""
        people = list(self._stage.people.values())
        for person in people:
            if person.user.dm_channel.id == channel_id:
                return [person.user]
        return sorted(people, key=lambda person: person.id != first)

    def _channels(self) -> list[Channel]:
        return sorted(
            (
                channel
                for channel in self._backend.channels.values()
                if channel.guild_id == self._stage.guild.id and not channel.is_thread
            ),
            key=lambda channel: (_kind(channel) in ("voice", "stage"), channel.id),
        )

    def _threads(self, parent_id: int) -> Iterator[Channel]:
        return (
            channel
            for channel in self._backend.channels.values()
            if channel.is_thread and channel.parent_id == parent_id
        )

    def _channel(self, channel: Channel, kind: str) -> dict[str, Any]:
        inside = sorted(self._threads(channel.id), key=lambda each: each.id)
        threads, posts = ([], inside) if kind == "forum" else (inside, [])
        in_posts = max((self._last(each.id) for each in posts), default="0", key=int)
        return {
            "id": str(channel.id),
            "name": channel.name,
            "kind": kind,
            "last": in_posts if kind == "forum" else self._last(channel.id),
            "threads": [
                {"id": str(each.id), "name": each.name, "last": self._last(each.id)}
                for each in threads
            ],
            "posts": [str(each.id) for each in self._threads(channel.id)]
            if kind == "forum"
            else [],
        }

    def _last(self, channel_id: int) -> str:
        messages = self._backend.messages.get(channel_id, {})
        return str(max((each.id for each in messages.values() if not each.is_ephemeral), default=0))

    def _events(self) -> list[Any]:
        events = self._backend.get_guild(self._stage.guild.id).scheduled_events.values()
        return [each for each in events if each.status < _OVER]

    def _event(self, event: Any) -> dict[str, Any]:
        begins = datetime.fromisoformat(event.scheduled_start_time).astimezone(UTC)
        if event.channel_id is not None:
            where = f"🔊 {self._backend.get_channel(event.channel_id).name}"
        else:
            metadata = cast("dict[str, str]", event.entity_metadata or {})
            where = metadata.get("location", "")
        return {
            "id": str(event.id),
            "name": event.name,
            "text": event.description or "",
            "when": f"{begins:%A} {begins.day} {begins:%B, %H:%M} UTC",
            "where": where,
            "on": event.status > 1,
        }

    def _published(self, channel_id: int) -> list[str]:
        """Return the messages that went to the channels that follow an announcement channel."""
        return [str(each) for each in self._stage.published(channel_id)]

    def _menus(self) -> list[str]:
        tree = self._stage.bot.tree
        return [each.name for each in tree.get_commands(type=discord.AppCommandType.message)]


def _kind(channel: Channel) -> str | None:
    return _KINDS.get(discord.ChannelType(channel.type)) if channel.type in _TYPES else None


_TYPES: Final = frozenset(kind.value for kind in _KINDS)


def _excerpt(message: discord.Message) -> str:
    lines = [line.strip() for line in shown(message) if line.strip()]
    return "\n".join(_unmarked(line)[:_LINE] for line in lines[:_EXCERPT])


def _unmarked(line: str) -> str:
    """Return a line of a message as its reader sees it: without markup and addresses."""
    plain = _LINK.sub(r"\1", line.lstrip("#- "))
    return _ESCAPED.sub(r"\1", _MARK.sub("", plain))
