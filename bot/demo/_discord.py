"""A simulated Discord that outlives the process: its servers and messages, kept in a file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self, cast

import discord
import simcord
from pydantic import BaseModel, ValidationError
from simcord.backend import Backend
from simcord.backend.models import Channel, Guild, Message, User

from bot.runtime.clock import Clock


def start_posts_as_discord(env: simcord.Env) -> None:
    """Give the first message of a forum's post the id of that post, which simcord leaves out."""
    commit = env.backend.commit_message

    def committed(message: Any, *, broadcast: bool = True) -> Any:
        channel = env.backend.get_channel(message.channel_id)
        parent = env.backend.channels.get(channel.parent_id or 0) if channel.is_thread else None
        in_forum = parent is not None and parent.type == discord.ChannelType.forum.value
        if in_forum and not env.backend.messages.get(channel.id):
            message.id = channel.id
        return commit(message, broadcast=broadcast)

    env.backend.commit_message = committed


class KeptDiscord(BaseModel):
    """The state of a simulated Discord, as it is stored between two runs."""

    at: datetime
    application_id: int
    bot_id: int
    users: dict[int, User]
    guilds: dict[int, Guild]
    channels: dict[int, Channel]
    messages: dict[int, dict[int, Message]]
    dm_channels: dict[int, int]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return what is kept in a file; `None` if there is nothing.

        Raises:
            ValueError: the file holds something else.
        """
        if not path.exists():
            return None
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise ValueError(f"{path} does not hold what an earlier demo left there") from error

    @classmethod
    def of(cls, backend: Backend) -> Self:
        """Return what this simulated Discord holds; what only one person saw is forgotten, as
        Discord does."""
        return cls(
            at=backend.clock.now(),
            application_id=backend.application_id,
            bot_id=backend.bot_user.id,
            users=backend.users,
            guilds=backend.guilds,
            channels=backend.channels,
            messages={
                channel_id: {
                    message.id: message for message in known.values() if not message.is_ephemeral
                }
                for channel_id, known in backend.messages.items()
            },
            dm_channels=backend.dm_channels,
        )

    def restore(self, backend: Backend) -> None:
        """Make a new simulated Discord what the kept one was."""
        backend.application_id = self.application_id
        backend.users = dict(self.users)
        backend.bot_user = backend.users[self.bot_id]
        backend.guilds = dict(self.guilds)
        backend.channels = dict(self.channels)
        backend.messages = {channel_id: dict(known) for channel_id, known in self.messages.items()}
        backend.dm_channels = dict(self.dm_channels)

    def write(self, path: Path) -> None:
        """Keep it in a file, whole or not at all."""
        written = path.with_name(f"{path.name}.new")
        written.write_text(self.model_dump_json(), "utf-8")
        written.replace(path)


def keep_in(env: simcord.Env, path: Path) -> None:
    """Write the simulated Discord to a file now and at every change, before the bot hears of it,
    so that a demo killed at any moment finds the same Discord again."""
    KeptDiscord.of(env.backend).write(path)

    def changed(event: str, payload: Mapping[str, Any]) -> None:
        if event != "INTERACTION_CREATE":
            KeptDiscord.of(env.backend).write(path)

    env.backend.subscribers.insert(0, changed)


def speak_in(env: simcord.Env, language: str) -> None:
    """Let the simulated Discord's people and servers have a language, by Discord's code for it."""
    for guild in env.backend.guilds.values():
        guild.preferred_locale = language

    def spoken(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            spoken_of = cast("dict[str, Any]", payload)
            spoken_of["locale"] = language
            if "guild_locale" in payload:
                spoken_of["guild_locale"] = language

    env.backend.subscribers.insert(0, spoken)


def set_clock(env: simcord.Env, clock: Clock) -> None:
    """Let the simulated Discord take its time from this clock, which can also be put forward."""
    env.backend.clock = clock  # pyright: ignore[reportAttributeAccessIssue] - of the same shape
