"""Channels, threads, servers, and people."""

from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.routes._call import Answer, Call, route
from tests.discord_server.rules import DiscordError, Json, invalid, unknown
from tests.discord_server.state import GUILDS
from tests.discord_server.users import User


@route("GET", "/channels/{channel_id}")
def get_channel(call: Call) -> Answer:
    """Show a channel."""
    return 200, call.channel.to_json()


@route("PATCH", "/channels/{channel_id}")
def edit_channel(call: Call) -> Answer:
    """Rename a thread, archive it or bring it back."""
    channel, world = call.channel, call.world
    if not channel.is_thread:
        world.require(channel, "manage_channels")
    elif channel.owner_id != world.bot.id or channel.locked:
        world.require(channel, "manage_threads")
    elif channel.archived and call.body.get("archived") is not False:
        raise DiscordError(400, 50083, "Thread is archived")
    channel.name = call.body.get("name") or channel.name
    channel.archive_minutes = call.body.get("auto_archive_duration") or channel.archive_minutes
    if (archived := call.body.get("archived")) is not None:
        channel.archived = archived
    if (locked := call.body.get("locked")) is not None:
        world.require(channel, "manage_threads")
        channel.locked = locked
    name = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
    world.emit(name, channel.to_json(), channel.guild_id, GUILDS)
    return 200, channel.to_json()


@route("DELETE", "/channels/{channel_id}")
def delete_channel(call: Call) -> Answer:
    """Delete a channel or thread."""
    channel = call.channel
    call.world.require(channel, "manage_threads" if channel.is_thread else "manage_channels")
    call.world.delete_channel(channel)
    return 200, channel.to_json()


@route("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def open_thread_on_message(call: Call) -> Answer:
    """Start a thread from a message, which can have one only."""
    world, channel, message = call.world, call.channel, call.message
    world.require(channel, "create_public_threads")
    if world.thread_on(message) is not None:
        raise DiscordError(400, 160004, "A thread has already been created for this message")
    thread = world.add_thread(
        channel,
        _thread_name(call.body),
        world.bot,
        thread_id=message.id,
        archive_minutes=call.body.get("auto_archive_duration") or 1440,
    )
    return 201, thread.to_json()


@route("POST", "/channels/{channel_id}/threads")
def open_thread(call: Call) -> Answer:
    """Start a thread from nothing."""
    world, channel = call.world, call.channel
    world.require(channel, "create_public_threads")
    minutes = call.body.get("auto_archive_duration") or 1440
    thread = world.add_thread(channel, _thread_name(call.body), world.bot, archive_minutes=minutes)
    return 201, thread.to_json()


def _thread_name(body: Json) -> str:
    name: str = body["name"].strip()
    if not 1 <= len(name) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    return name


@route("GET", "/guilds/{guild_id}/threads/active")
def active_threads(call: Call) -> Answer:
    """List a server's threads that are not archived."""
    guild_id = call.number("guild_id")
    if guild_id not in call.world.guilds:
        raise unknown("Guild")
    threads = [
        each.to_json()
        for each in call.world.channels.values()
        if each.guild_id == guild_id and each.is_thread and not each.archived
    ]
    return 200, {"threads": threads, "members": [], "has_more": False}


@route("GET", "/guilds/{guild_id}")
def get_guild(call: Call) -> Answer:
    """Show a server."""
    guild = call.world.guilds.get(call.number("guild_id"))
    if guild is None:
        raise unknown("Guild")
    return 200, guild.to_json()


@route("GET", "/guilds/{guild_id}/members/{user_id}")
def get_member(call: Call) -> Answer:
    """Show a member of a server."""
    guild = call.world.guilds.get(call.number("guild_id"))
    if guild is None:
        raise unknown("Guild")
    if (member := guild.members.get(call.number("user_id"))) is None:
        raise unknown("Member")
    return 200, member.to_json()


@route("GET", "/users/{user_id}")
def get_user(call: Call) -> Answer:
    """Show a user."""
    return 200, _user(call.world, call.number("user_id")).to_json()


def _user(world: FakeDiscord, user_id: int) -> User:
    if (user := world.users.get(user_id)) is None:
        raise unknown("User")
    return user


@route("POST", "/users/@me/channels")
def open_dm(call: Call) -> Answer:
    """Open a conversation; whether anything may be sent there shows when it is."""
    world = call.world
    user = _user(world, int(call.body["recipient_id"]))
    if user.bot:
        raise DiscordError(403, 50007, "Cannot send messages to this user")
    if world.dm_of(user) is None and not world.opens_dms:
        raise DiscordError(403, 40003, "You are opening direct messages too fast")
    return 200, world.open_dm(user).to_json()
