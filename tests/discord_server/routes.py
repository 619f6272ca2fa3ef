"""The REST routes that a bot may call; one that is missing here is reported, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from tests.discord_server.objects import Channel, Message, User, answered, iso
from tests.discord_server.rules import (
    COMPONENTS_V2,
    DiscordError,
    Json,
    check_commands,
    check_message,
    invalid,
    unknown,
)
from tests.discord_server.world import GUILDS, World

Answer: TypeAlias = tuple[int, Any]


class File(NamedTuple):
    """A file that came with a message."""

    name: str
    content: bytes


@dataclass
class Call:
    """One request, parsed."""

    world: World
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


# -- the application -------------------------------------------------------------------------


@route("GET", "/users/@me")
def own_user(call: Call) -> Answer:
    """Who the token belongs to."""
    own = {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}
    return 200, call.world.bot.to_json() | own


@route("GET", "/oauth2/applications/@me")
@route("GET", "/applications/@me")
def own_application(call: Call) -> Answer:
    """What the token's application is."""
    world = call.world
    return 200, {
        "id": str(world.bot.id),
        "name": world.bot.name,
        "type": None,
        "icon": None,
        "description": "",
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": world.bot.to_json(),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "bot_public": True,
        "bot_require_code_grant": False,
    }


@route("GET", "/gateway/bot")
def gateway(call: Call) -> Answer:
    """Where to connect."""
    start = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
    return 200, {"url": f"ws{call.base_url[4:]}/gateway", "shards": 1, "session_start_limit": start}


@route("PUT", "/applications/{application_id}/commands")
def put_commands(call: Call) -> Answer:
    """Replace the application's commands; one of the same name keeps its id."""
    world = call.world
    check_commands(call.body)
    ids = {(each["type"], each["name"]): each["id"] for each in world.commands}
    world.commands = [
        {"type": 1, "description": "", "default_member_permissions": None, "nsfw": False}
        | {key: value for key, value in command.items() if value is not None}
        | {
            "id": ids.get((command.get("type") or 1, command["name"]), str(world.new_id())),
            "application_id": str(world.bot.id),
            "version": str(world.new_id()),
        }
        for command in call.body
    ]
    return 200, [_written(command) for command in world.commands]


@route("GET", "/applications/{application_id}/commands")
def get_commands(call: Call) -> Answer:
    """List the application's commands."""
    return 200, [_written(command) for command in call.world.commands]


def _written(command: Json) -> Json:
    permissions = command["default_member_permissions"]
    return {
        **command,
        "default_member_permissions": None if permissions is None else str(permissions),
    }


# -- channels and threads --------------------------------------------------------------------


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


def _user(world: World, user_id: int) -> User:
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


# -- messages --------------------------------------------------------------------------------


@route("GET", "/channels/{channel_id}/messages")
def list_messages(call: Call) -> Answer:
    """List messages, the newest first."""
    world, channel = call.world, call.channel
    if not world.permissions(world.bot, channel).read_message_history:
        return 200, []
    limit = int(call.query.get("limit", "50"))
    if not 1 <= limit <= 100:
        raise invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    before = int(call.query.get("before", str(1 << 63)))
    after = int(call.query.get("after", "0"))
    found = [each for each in channel.history if after < each.id < before]
    page = found[:limit] if "after" in call.query else found[-limit:]
    return 200, [world.message_json(each) for each in reversed(page)]


@route("GET", "/channels/{channel_id}/messages/{message_id}")
def get_message(call: Call) -> Answer:
    """Show a message."""
    call.world.require(call.channel, "read_message_history")
    return 200, call.world.message_json(call.message)


@route("POST", "/channels/{channel_id}/messages")
def send_message(call: Call) -> Answer:
    """Send a message; a nonce that was used just now gives the message of then."""
    world, channel, body = call.world, call.channel, call.body
    _check_may_send(world, channel, body, call.files)
    check_message(body, files=len(call.files))
    nonce = body.get("nonce")
    key = (world.bot.id, str(nonce))
    if nonce is not None and body.get("enforce_nonce") and key in world.nonces:
        channel_id, message_id, at = world.nonces[key]
        if world.clock.now() - at <= world.nonce_seconds:
            known = world.channels.get(channel_id)
            if known is None or message_id not in known.messages:
                raise unknown("Message")  # so says Discord when it was deleted meanwhile
            return 200, world.message_json(known.messages[message_id])
    message = make_message(call, channel, body)
    message.nonce = nonce
    if nonce is not None:
        world.nonces[key] = (channel.id, message.id, world.clock.now())
    return 200, world.message_json(world.add_message(channel, message))


def _check_may_send(world: World, channel: Channel, body: Json, files: list[File]) -> None:
    if (person := channel.recipient) is not None:
        if not person.takes_dms:
            raise DiscordError(403, 50007, "Cannot send messages to this user")
        shared = any(person.id in guild.members for guild in world.guilds.values())
        if not shared and not person.installed_app:
            raise DiscordError(
                403, 50278, "Cannot send messages to this user due to having no mutual guilds"
            )
        return
    world.require(channel, "send_messages_in_threads" if channel.is_thread else "send_messages")
    if body.get("embeds"):
        world.require(channel, "embed_links")
    if files:
        world.require(channel, "attach_files")
    if channel.archived and channel.locked:
        raise DiscordError(400, 50083, "Thread is archived")


@route("PATCH", "/channels/{channel_id}/messages/{message_id}")
def edit_message(call: Call) -> Answer:
    """Edit a message of the bot's own."""
    world, channel, message = call.world, call.channel, call.message
    if message.author is not world.bot:
        raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise DiscordError(400, 50083, "Thread is archived")
    apply_edit(call, message, call.body)
    return 200, world.message_json(message)


@route("DELETE", "/channels/{channel_id}/messages/{message_id}")
def delete_message(call: Call) -> Answer:
    """Delete a message."""
    if call.message.author is not call.world.bot:
        call.world.require(call.channel, "manage_messages")
    call.world.delete_message(call.message)
    return 204, None


def make_message(call: Call, channel: Channel, body: Json) -> Message:
    """Make the bot's message out of a checked body; it is in no channel yet."""
    world = call.world
    number = world.new_id()
    content, components = body.get("content") or "", answered(body.get("components") or [])
    pings = world.pings(channel, content, components, body)
    call.violations += world.uninvited(pings)
    return Message(
        number,
        channel.id,
        world.bot,
        world.clock.now(),
        content=content,
        components=components,
        embeds=_embeds(body),
        attachments=keep_files(call),
        flags=body.get("flags") or 0,
        **pings,
    )


def apply_edit(call: Call, message: Message, body: Json) -> None:
    """Change a message as a checked edit says; what the edit leaves out stays.

    Raises:
        DiscordError: the edit breaks a rule.
    """
    check_message(body, files=len(call.files), flags=message.flags, editing=True)
    message.flags |= (body.get("flags") or 0) & COMPONENTS_V2
    if "content" in body:
        message.content = body["content"] or ""
    if "components" in body:
        message.components = answered(body["components"] or [])
    if "embeds" in body:
        message.embeds = _embeds(body)
    if "attachments" in body or call.files:
        kept = {str(each.get("id")) for each in body.get("attachments") or ()}
        message.attachments = [each for each in message.attachments if each["id"] in kept]
        message.attachments += keep_files(call)
    if not (message.content or message.components or message.embeds or message.attachments):
        raise DiscordError(400, 50006, "Cannot send an empty message")
    message.edited_at = call.world.clock.now()
    message.edits += 1
    if message.id in call.world.channel(message.channel_id).messages:
        call.world.emit_message("MESSAGE_UPDATE", message)


def _embeds(body: Json) -> list[Json]:
    return [{**embed, "type": "rich"} for embed in body.get("embeds") or ()]


def keep_files(call: Call) -> list[Json]:
    """Keep a message's files, and return them as its attachments."""
    attachments: list[Json] = []
    for file in call.files:
        number = call.world.new_id()
        call.world.files[number] = file.content
        url = f"{call.base_url}/attachments/{number}/{file.name}"
        attachments.append(
            {
                "id": str(number),
                "filename": file.name,
                "size": len(file.content),
                "url": url,
                "proxy_url": url,
            }
        )
    return attachments


# -- reactions -------------------------------------------------------------------------------

REACTION = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}"


@route("PUT", f"{REACTION}/@me")
def add_reaction(call: Call) -> Answer:
    """React as the bot."""
    world, channel, message = call.world, call.channel, call.message
    world.require(channel, "read_message_history")
    if channel.archived:
        raise DiscordError(400, 50083, "Thread is archived")
    if call.parameters["emoji"] not in message.reactions:
        world.require(channel, "add_reactions")
    world.react(world.bot, message, call.parameters["emoji"])
    return 204, None


@route("DELETE", f"{REACTION}/@me")
def remove_reaction(call: Call) -> Answer:
    """Take the bot's reaction back."""
    call.world.unreact(call.world.bot, call.message, call.parameters["emoji"])
    return 204, None


@route("GET", REACTION)
def list_reactions(call: Call) -> Answer:
    """List who reacted with an emoji, by id."""
    limit, after = int(call.query.get("limit", "25")), int(call.query.get("after", "0"))
    users = sorted(call.message.reactions.get(call.parameters["emoji"], []))
    page = [user_id for user_id in users if user_id > after][:limit]
    return 200, [call.world.users[user_id].to_json() for user_id in page]


@route("GET", "/channels/{channel_id}/thread-members/@me")
def own_thread_member(call: Call) -> Answer:
    """Say that the bot is in its own threads."""
    channel = call.channel
    return 200, {
        "id": str(channel.id),
        "user_id": str(call.world.bot.id),
        "join_timestamp": iso(channel.active_at),
        "flags": 0,
    }
