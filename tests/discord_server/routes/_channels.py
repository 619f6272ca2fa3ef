"""Channels, threads, servers, and people."""

from datetime import datetime

from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.objects import FORUMS, REQUIRE_TAG, Channel, Tag
from tests.discord_server.routes._call import Answer, Call, route
from tests.discord_server.routes._messages import make_message
from tests.discord_server.rules import (
    FORUM_TAG_NAME,
    FORUM_TAGS,
    POST_TAGS,
    DiscordError,
    Json,
    check_message,
    invalid,
    unknown,
)
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
    if (tags := call.body.get("available_tags")) is not None:
        channel.tags = _tags(call, tags)
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


def _tags(call: Call, wanted: list[Json]) -> list[Tag]:
    """Return the tags that a forum is to have; those without an id are new."""
    if len(wanted) > FORUM_TAGS:
        raise invalid("available_tags", "BASE_TYPE_BAD_LENGTH", "Must be 20 or fewer in length.")
    names = [tag["name"].casefold() for tag in wanted]
    if len(set(names)) < len(names):
        raise invalid("available_tags", "FORUM_TAG_NAMES_MUST_BE_UNIQUE", "Names must be unique")
    if any(not 1 <= len(name) <= FORUM_TAG_NAME for name in names):
        raise invalid("available_tags", "BASE_TYPE_BAD_LENGTH", "Must be 1 to 20 in length.")
    return [
        Tag(int(tag.get("id") or call.world.new_id()), tag["name"], bool(tag.get("moderated")))
        for tag in wanted
    ]


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
    """Start a thread from nothing, or in a forum a post with its first message."""
    world, channel = call.world, call.channel
    minutes = call.body.get("auto_archive_duration") or 1440
    if channel.kind not in FORUMS:
        world.require(channel, "create_public_threads")
        name = _thread_name(call.body)
        return 201, world.add_thread(channel, name, world.bot, archive_minutes=minutes).to_json()
    world.require(channel, "send_messages")
    body: Json | None = call.body.get("message")
    if body is None:
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    if "nonce" in body or "enforce_nonce" in body:
        call.violations.append("a post of a forum takes no nonce")
    applied = _applied(channel, call.body.get("applied_tags") or [], world)
    check_message(body, files=len(call.files))
    message = make_message(call, channel, body)
    name = _thread_name(call.body)
    thread = world.add_thread(
        channel, name, world.bot, thread_id=message.id, archive_minutes=minutes, applied=applied
    )
    message.channel_id = thread.id
    world.add_message(thread, message)
    return 201, {**thread.to_json(), "message": message.to_json(world.bot.id)}


def _applied(channel: Channel, wanted: list[str], world: FakeDiscord) -> list[int]:
    """Return the tags of a post, as far as the bot may put them there."""
    ids = [int(each) for each in wanted]
    tags = {tag.id: tag for tag in channel.tags}
    if len(ids) > POST_TAGS or not set(ids) <= set(tags):
        raise invalid("applied_tags", "BASE_TYPE_CHOICES", "Unknown or excessive tags")
    if any(tags[each].moderated for each in ids):
        world.require(channel, "manage_threads")
    if channel.flags & REQUIRE_TAG and not ids:
        raise DiscordError(400, 40067, "A tag is required to create a forum post in this channel")
    return ids


@route("GET", "/channels/{channel_id}/threads/archived/public")
def archived_threads(call: Call) -> Answer:
    """List a channel's archived threads, the latest archived first."""
    world, channel = call.world, call.channel
    world.require(channel, "read_message_history")
    limit = int(call.query.get("limit", "50"))
    before = call.query.get("before")
    until = float("inf") if before is None else datetime.fromisoformat(before).timestamp()
    found = [each for each in world.threads_of(channel) if each.archived]
    found = [each for each in found if each.active_at < until]
    found.sort(key=lambda each: each.active_at, reverse=True)
    threads = [each.to_json() for each in found[:limit]]
    return 200, {"threads": threads, "members": [], "has_more": len(found) > limit}


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
