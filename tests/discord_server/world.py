"""One Discord: who and what is in it, who may do what, and what people do there."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from discord import Permissions

from tests.discord_server.interactions import Interaction, Interactions
from tests.discord_server.objects import (
    DM,
    MEMBER_PERMISSIONS,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    User,
    emoji_json,
)
from tests.discord_server.rules import DISTINCT_REACTIONS, DiscordError, Json, text_of, unknown

DISCORD_EPOCH = 1_420_070_400.0

# Gateway intents: https://discord.com/developers/docs/events/gateway#list-of-intents
ALWAYS = 0
GUILDS, GUILD_MESSAGES, GUILD_REACTIONS = 1 << 0, 1 << 9, 1 << 10
DIRECT_MESSAGES, DM_REACTIONS = 1 << 12, 1 << 13

INVITED_WITH = Permissions(309_237_730_368)
"""What the README's invite link asks for."""


TELLING = 16
"""Characters from which on a line is somebody's words: shorter ones ("Save") may be anywhere."""


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


class World:
    """The state behind the server; its methods are what people do, and what answers are made of."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._count = 0
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: list[Json] = []
        self.files: dict[int, bytes] = {}
        self.opens_dms = True
        """Whether new conversations may be opened; false is a bot held back for spam."""
        self.pingable: set[int] = set()
        """The roles that a test lets the bot mention; any other mention is a violation."""
        self.nonce_seconds = 180.0
        self.nonces: dict[tuple[int, str], tuple[int, int, float]] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self.bot = self.add_user("Paperboy", bot=True)
        self.token = f"{self.bot.id}.local.server"
        self.interactions = Interactions(self)

    # -- making things ---------------------------------------------------------------------

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

    def add_guild(self, name: str, *, permissions: Permissions = INVITED_WITH) -> Guild:
        """Make a server that the bot was invited to with these permissions."""
        guild_id = self.new_id()
        owner = self.add_user(f"owner of {name}")
        everyone = Role(guild_id, "@everyone", MEMBER_PERMISSIONS)
        own = Role(self.new_id(), self.bot.name, permissions, position=1)
        guild = Guild(guild_id, name, owner.id, {everyone.id: everyone, own.id: own})
        self.guilds[guild_id] = guild
        self.add_member(guild, owner)
        self.add_member(guild, self.bot, own)
        # Whether it was out of reach before is said of known servers only, not of new ones.
        told = {key: value for key, value in self.guild_json(guild).items() if key != "unavailable"}
        self.emit("GUILD_CREATE", told, guild_id, GUILDS)
        return guild

    def add_role(
        self, guild: Guild, name: str, *permissions: str, mentionable: bool = False
    ) -> Role:
        """Make a role with these permissions."""
        allowed = Permissions(**dict.fromkeys(permissions, True))
        role = Role(self.new_id(), name, allowed, len(guild.roles), mentionable)
        guild.roles[role.id] = role
        data: Json = {"guild_id": str(guild.id), "role": role.to_json()}
        self.emit("GUILD_ROLE_CREATE", data, guild.id, GUILDS)
        return role

    def add_member(self, guild: Guild, user: User | str, *roles: Role) -> User:
        """Let somebody join a server; a name makes a new user."""
        joining = self.add_user(user) if isinstance(user, str) else user
        role_ids = [role.id for role in roles]
        guild.members[joining.id] = Member(joining, role_ids, self.clock.now())
        return joining

    def add_channel(self, guild: Guild, name: str, *, kind: int = TEXT) -> Channel:
        """Make a channel."""
        channel = Channel(self.new_id(), kind, name, guild.id, position=len(self.channels))
        self.channels[channel.id] = channel
        self.emit("CHANNEL_CREATE", channel.to_json(), guild.id, GUILDS)
        return channel

    def add_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        thread_id: int | None = None,
        archive_minutes: int = 1440,
    ) -> Channel:
        """Open a thread; one that starts from a message has that message's id."""
        guild = self.guild_of(parent)
        active = sum(
            channel.is_thread and not channel.archived
            for channel in self.channels.values()
            if channel.guild_id == guild.id
        )
        if active >= guild.active_threads:
            raise DiscordError(400, 160006, "Maximum number of active threads reached")
        thread = Channel(
            thread_id or self.new_id(),
            PUBLIC_THREAD,
            name,
            guild.id,
            parent.id,
            owner.id,
            archive_minutes=archive_minutes,
            active_at=self.clock.now(),
        )
        self.channels[thread.id] = thread
        self.emit("THREAD_CREATE", {**thread.to_json(), "newly_created": True}, guild.id, GUILDS)
        return thread

    def add_message(self, channel: Channel, message: Message) -> Message:
        """Put a message into a channel; an unlocked archived thread comes back to life."""
        channel.messages[message.id] = message
        if channel.is_thread:
            channel.active_at = self.clock.now()
            if channel.archived:
                self.set_archived(channel, archived=False)
        self.emit_message("MESSAGE_CREATE", message)
        return message

    def say(self, user: User, channel: Channel, content: str) -> Message:
        """Let a person write something."""
        message = Message(self.new_id(), channel.id, user, self.clock.now(), content)
        return self.add_message(channel, message)

    # -- looking things up -----------------------------------------------------------------

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

    # -- who may do what -------------------------------------------------------------------

    def permissions(self, user: User, channel: Channel) -> Permissions:
        """Return what somebody may do in a channel, as Discord works it out."""
        if channel.recipient is not None:
            return MEMBER_PERMISSIONS
        guild = self.guild_of(channel)
        place = self.channel(channel.parent_id) if channel.parent_id is not None else channel
        member = guild.members.get(user.id)
        if member is None:
            return Permissions.none()
        if user.id == guild.owner_id:
            return Permissions.all()
        value = guild.roles[guild.id].permissions.value
        for role_id in member.role_ids:
            value |= guild.roles[role_id].permissions.value
        if Permissions(value).administrator:
            return Permissions.all()
        for ids in ([guild.id], member.role_ids, [user.id]):
            applying = [place.overwrites[each] for each in ids if each in place.overwrites]
            for overwrite in applying:
                value &= ~overwrite.deny.value
            for overwrite in applying:
                value |= overwrite.allow.value
        return Permissions(value) if Permissions(value).view_channel else Permissions.none()

    def require(self, channel: Channel, *needed: str) -> None:
        """Refuse the bot what it may not do.

        Raises:
            DiscordError: 50001 (it does not see the channel) or 50013 (a permission is missing).
        """
        if channel.recipient is not None:
            return
        allowed = self.permissions(self.bot, channel)
        if not allowed.view_channel:
            raise DiscordError(403, 50001, "Missing Access")
        if not all(getattr(allowed, name) for name in needed):
            raise DiscordError(403, 50013, "Missing Permissions")

    def pings(self, channel: Channel, content: str, components: Sequence[Json], body: Json) -> Json:
        """Return whom a message notifies: what it names, of what it allows to be named."""
        text = text_of(content, components)
        allowed: Json | None = body.get("allowed_mentions")
        parse = ["users", "roles", "everyone"] if allowed is None else allowed.get("parse") or []
        given: Json = allowed or {}

        def named(kind: str, pattern: str) -> list[int]:
            found = [int(number) for number in re.findall(pattern, text)]
            if kind in parse:
                return found
            return [each for each in found if str(each) in map(str, given.get(kind) or ())]

        may_ping = self.permissions(self.bot, channel).mention_everyone
        roles = self.guild_of(channel).roles if channel.guild_id is not None else {}
        users = [self.users[each] for each in named("users", r"<@!?(\d+)>") if each in self.users]
        return {
            "mentioned_users": users,
            "mentioned_roles": [
                each
                for each in named("roles", r"<@&(\d+)>")
                if each in roles and (may_ping or roles[each].mentionable)
            ],
            "mentions_everyone": may_ping
            and "everyone" in parse
            and bool(re.search("@everyone|@here", text)),
        }

    def uninvited(self, pings: Json) -> list[str]:
        """Return whom a message of the bot's notifies although nobody asked for it."""
        named = [f"a person, {user.name}" for user in pings["mentioned_users"]]
        named += [f"a role, {each}" for each in set(pings["mentioned_roles"]) - self.pingable]
        named += ["everyone"] if pings["mentions_everyone"] else []
        return [f"the message mentions {each}" for each in named]

    def secrets(self) -> set[str]:
        """Return what no log may hold: tokens, and the lines of private and public messages."""
        said = [message for channel in self.channels.values() for message in channel.history]
        for interaction in self.interactions.by_token.values():
            said += interaction.messages
        lines = {line.strip() for message in said for line in message.text.splitlines()}
        return {
            self.token,
            *self.interactions.by_token,
            *(line for line in lines if len(line) >= TELLING),
        }

    def set_permissions(
        self,
        channel: Channel,
        target: Role | User | None = None,
        *,
        allow: Sequence[str] = (),
        deny: Sequence[str] = (),
    ) -> None:
        """Put an overwrite on a channel, by default for the bot itself."""
        who = self.bot if target is None else target
        channel.overwrites[who.id] = Overwrite(
            who.id,
            0 if isinstance(who, Role) else 1,
            Permissions(**dict.fromkeys(allow, True)),
            Permissions(**dict.fromkeys(deny, True)),
        )
        self.emit("CHANNEL_UPDATE", channel.to_json(), channel.guild_id, GUILDS)

    # -- what people do --------------------------------------------------------------------

    def react(self, user: User, message: Message, emoji: str) -> None:
        """Put a reaction on a message.

        Raises:
            DiscordError: there are too many different ones.
        """
        users = message.reactions.setdefault(emoji, [])
        if len(message.reactions) > DISTINCT_REACTIONS:
            del message.reactions[emoji]
            raise DiscordError(400, 30010, "Maximum number of reactions reached (20)")
        if user.id not in users:
            users.append(user.id)
            self._emit_reaction("MESSAGE_REACTION_ADD", user, message, emoji)

    def unreact(self, user: User, message: Message, emoji: str) -> None:
        """Take a reaction back."""
        users = message.reactions.get(emoji, [])
        if user.id in users:
            users.remove(user.id)
            if not users:
                del message.reactions[emoji]
            self._emit_reaction("MESSAGE_REACTION_REMOVE", user, message, emoji)

    def _emit_reaction(self, name: str, user: User, message: Message, emoji: str) -> None:
        channel = self.channel(message.channel_id)
        data: Json = {
            "user_id": str(user.id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": emoji_json(emoji),
            "burst": False,
            "type": 0,
        }
        if channel.guild_id is not None:
            data["guild_id"] = str(channel.guild_id)
        if name.endswith("ADD"):
            data["message_author_id"] = str(message.author.id)
            if channel.guild_id is not None:
                data["member"] = self.guild_of(channel).members[user.id].to_json()
        intent = DM_REACTIONS if channel.guild_id is None else GUILD_REACTIONS
        self.emit(name, data, channel.guild_id, intent)

    def emit_message(self, name: str, message: Message) -> None:
        """Tell of a message that came or changed."""
        channel = self.channel(message.channel_id)
        data = self.message_json(message)
        if channel.guild_id is not None:
            data["guild_id"] = str(channel.guild_id)
        intent = DIRECT_MESSAGES if channel.guild_id is None else GUILD_MESSAGES
        self.emit(name, data, channel.guild_id, intent)

    def delete_message(self, message: Message) -> None:
        """Delete a message; a thread on it stays."""
        channel = self.channel(message.channel_id)
        del channel.messages[message.id]
        data: Json = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild_id is not None:
            data["guild_id"] = str(channel.guild_id)
        intent = DIRECT_MESSAGES if channel.guild_id is None else GUILD_MESSAGES
        self.emit("MESSAGE_DELETE", data, channel.guild_id, intent)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads, or one thread."""
        for thread in self.threads_of(channel):
            self.delete_channel(thread)
        del self.channels[channel.id]
        name = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        self.emit(name, channel.to_json(), channel.guild_id, GUILDS)

    def set_archived(self, thread: Channel, *, archived: bool = True, locked: bool = False) -> None:
        """Archive a thread, or bring it back."""
        thread.archived, thread.locked = archived, locked
        self.emit("THREAD_UPDATE", thread.to_json(), thread.guild_id, GUILDS)

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out of a server."""
        del self.guilds[guild.id]
        for channel in [each for each in self.channels.values() if each.guild_id == guild.id]:
            del self.channels[channel.id]
        self.emit("GUILD_DELETE", {"id": str(guild.id)}, guild.id, GUILDS)

    def set_available(self, guild: Guild, *, available: bool) -> None:
        """Let an outage of Discord's take a server away, or give it back."""
        guild.available = available
        if available:
            self.emit("GUILD_CREATE", self.guild_json(guild), guild.id, GUILDS)
        else:
            gone: Json = {"id": str(guild.id), "unavailable": True}
            self.emit("GUILD_DELETE", gone, guild.id, GUILDS)

    def advance(self, seconds: float) -> None:
        """Put the clock forward, and archive the threads that went quiet meanwhile."""
        self.clock.advance(seconds)
        for channel in self.channels.values():
            quiet = self.clock.now() - channel.active_at
            if channel.is_thread and not channel.archived and quiet > channel.archive_minutes * 60:
                self.set_archived(channel)

    async def slash(
        self, user: User, channel: Channel, command: str, /, **options: Any
    ) -> Interaction:
        """Run a slash command ("paper status") and return it with its whole answer.

        Options are given by name: texts, numbers, booleans, and the channels, roles and users
        themselves.

        Raises:
            AssertionError: Discord would not offer it, or the bot does not answer in time.
        """
        return await self.interactions.slash(user, channel, command, options)

    async def complete(
        self, user: User, channel: Channel, command: str, focused: str, /, **options: Any
    ) -> list[str]:
        """Type into the option `focused` and return the names of what is suggested."""
        return await self.interactions.complete(user, channel, command, focused, options)

    async def click(
        self, user: User, message: Message, button: str, values: Sequence[str] = ()
    ) -> Interaction:
        """Press a button by its label, emoji or custom id, or choose `values` in a select."""
        return await self.interactions.click(user, message, button, values)

    async def use_menu(
        self, user: User, channel: Channel, command: str, message: Message
    ) -> Interaction:
        """Run a command from a message's context menu."""
        return await self.interactions.use_menu(user, channel, command, message)

    async def submit(self, interaction: Interaction, **fields: str) -> Interaction:
        """Fill in the form that an interaction opened, by custom ids, and send it."""
        return await self.interactions.submit(interaction, fields)
