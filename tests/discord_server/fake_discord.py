"""One Discord: what is made there, and what people do."""

from collections.abc import Sequence
from typing import Any

from discord import Permissions

from tests.discord_server.components import emoji_json
from tests.discord_server.interactions import FIRST_ANSWER, Interaction, Interactions
from tests.discord_server.objects import (
    NEWS,
    NEWS_THREAD,
    PUBLIC_THREAD,
    TEXT,
    Channel,
    Guild,
    Message,
)
from tests.discord_server.permissions import PermissionRules
from tests.discord_server.rules import DISTINCT_REACTIONS, DiscordError, Json
from tests.discord_server.state import (
    DIRECT_MESSAGES,
    DM_REACTIONS,
    GUILD_MESSAGES,
    GUILD_REACTIONS,
    GUILDS,
)
from tests.discord_server.users import MEMBER_PERMISSIONS, Member, Role, User

INVITED_WITH = Permissions(2_832_651_190_914_112)
"""What the README's invite link asks for."""

TELLING = 16
"""Characters from which on a line is somebody's words: shorter ones ("Save") may be anywhere."""


class FakeDiscord(PermissionRules):
    """The state behind the server; its methods are what people do, and what answers are made of."""

    def __init__(self) -> None:
        super().__init__()
        self.interactions = Interactions(self)
        self.events: dict[int, Json] = {}
        """The servers' scheduled events, by their ids."""
        self.first_answer = FIRST_ANSWER
        """Seconds until an interaction that got no answer has failed."""

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
        applied: Sequence[int] = (),
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
            NEWS_THREAD if parent.kind == NEWS else PUBLIC_THREAD,
            name,
            guild.id,
            parent.id,
            owner.id,
            archive_minutes=archive_minutes,
            active_at=self.clock.now(),
            applied=list(applied),
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

    def server_permissions(self, guild: Guild) -> Permissions:
        """Return what the bot may do in a whole server."""
        roles = [guild.id, *guild.members[self.bot.id].role_ids]
        value = 0
        for role_id in roles:
            value |= guild.roles[role_id].permissions.value
        return Permissions(value)

    # -- what people do --------------------------------------------------------------------

    def vote(self, user: User, message: Message, *answers: int) -> None:
        """Vote for answers of a poll, by their ids."""
        assert message.poll is not None
        assert not message.poll.final
        for answer in answers:
            message.poll.voters.setdefault(answer, set()).add(user.id)

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
        """Put the clock forward: threads that went quiet meanwhile are archived, polls end."""
        self.clock.advance(seconds)
        for channel in list(self.channels.values()):
            for message in channel.messages.values():
                if message.poll is not None and message.poll.expires_at <= self.clock.now():
                    message.poll.final = True
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
