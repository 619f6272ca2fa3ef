"""State of a simulated Discord, and the events that its changes send."""

import time
from collections.abc import Callable
from typing import NamedTuple

from tests.discord_server.objects import DM, Channel, Guild, Message
from tests.discord_server.rules import Json, unknown
from tests.discord_server.session_starts import SessionStarts
from tests.discord_server.users import User

DISCORD_EPOCH = 1_420_070_400.0

# Gateway intents: https://discord.com/developers/docs/events/gateway#list-of-intents
ALWAYS = 0
GUILDS, GUILD_MESSAGES, GUILD_REACTIONS = 1 << 0, 1 << 9, 1 << 10
DIRECT_MESSAGES, DM_REACTIONS = 1 << 12, 1 << 13


class Event(NamedTuple):
    """Something that the gateway tells whoever has the intent."""

    name: str
    data: Json
    guild_id: int | None
    intent: int


class Clock:
    """The real time, which a test can put forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds


class State:
    """The state behind the server, and the ways to find something in it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._count = 0
        self.shards = 1
        """How many connections a bot is asked to make."""
        self.starts = SessionStarts()
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: list[Json] = []
        self.files: dict[int, bytes] = {}
        self.opens_dms = True
        """Whether new conversations may be opened; false is a bot held back for spam."""
        self.nonce_seconds = 180.0
        self.nonces: dict[tuple[int, str], tuple[int, int, float]] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self.bot = self.add_user("Paperboy", bot=True)
        self.token = f"{self.bot.id}.local.server"

    def new_id(self) -> int:
        """Return a snowflake: later ones are greater, and tell their time."""
        self._count += 1
        return (int((self.clock.now() - DISCORD_EPOCH) * 1000) << 22) + self._count

    def emit(self, name: str, data: Json, guild_id: int | None, intent: int) -> None:
        """Tell the gateway."""
        for listener in self.listeners:
            listener(Event(name, data, guild_id, intent))

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """Make a user, in no server yet."""
        user = User(self.new_id(), name, bot)
        self.users[user.id] = user
        return user

    def channel(self, channel_id: int) -> Channel:
        """Return a channel.

        Raises:
            DiscordError: 10003, there is none.
        """
        if (found := self.channels.get(channel_id)) is None:
            raise unknown("Channel")
        return found

    def message(self, channel: Channel, message_id: int) -> Message:
        """Return a message of a channel.

        Raises:
            DiscordError: 10008, there is none.
        """
        if (found := channel.messages.get(message_id)) is None:
            raise unknown("Message")
        return found

    def guild_of(self, channel: Channel) -> Guild:
        """Return the server that a channel belongs to.

        Raises:
            DiscordError: 10004, the bot is not in it.
        """
        guild = self.guilds.get(channel.guild_id or 0)
        if guild is None:
            raise unknown("Guild")
        return guild

    def threads_of(self, channel: Channel) -> list[Channel]:
        """Return the threads that hang on a channel, oldest first."""
        return [each for each in self.channels.values() if each.parent_id == channel.id]

    def dm_of(self, user: User) -> Channel | None:
        """Return the bot's conversation with somebody, once it is open."""
        return next((each for each in self.channels.values() if each.recipient is user), None)

    def open_dm(self, user: User) -> Channel:
        """Return the bot's conversation with somebody, opened now where need be."""
        channel = self.dm_of(user)
        if channel is None:
            channel = Channel(self.new_id(), DM, recipient=user)
            self.channels[channel.id] = channel
        return channel

    def thread_on(self, message: Message) -> Channel | None:
        """Return the thread that starts from a message."""
        found = self.channels.get(message.id)
        return found if found is not None and found.is_thread else None

    def message_json(self, message: Message) -> Json:
        """Return a message as the bot gets it."""
        return message.to_json(self.bot.id, self.thread_on(message))

    def guild_json(self, guild: Guild) -> Json:
        """Return a server as the gateway tells of it."""
        own = [each for each in self.channels.values() if each.guild_id == guild.id]
        return {
            **guild.to_json(),
            "joined_at": guild.members[self.bot.id].to_json()["joined_at"],
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [guild.members[self.bot.id].to_json()],
            "channels": [each.to_json() for each in own if not each.is_thread],
            "threads": [each.to_json() for each in own if each.is_thread and not each.archived],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
