"""Messages: listed, sent, edited, deleted."""

from tests.discord_server.components import answered
from tests.discord_server.fake_discord import FakeDiscord
from tests.discord_server.objects import CROSSPOSTED, FORUMS, NEWS, Channel, Message, Poll
from tests.discord_server.routes._call import Answer, Call, File, route
from tests.discord_server.rules import (
    COMPONENTS_V2,
    DiscordError,
    Json,
    check_message,
    invalid,
    unknown,
)


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
    if channel.kind in FORUMS:
        raise DiscordError(400, 40058, "Cannot send messages in a forum channel")
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


def _check_may_send(world: FakeDiscord, channel: Channel, body: Json, files: list[File]) -> None:
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
    if body.get("poll"):
        world.require(channel, "send_polls")
    if channel.locked and not world.permissions(world.bot, channel).manage_threads:
        if channel.archived:
            raise DiscordError(400, 50083, "Thread is archived")
        raise DiscordError(400, 160005, "Thread is locked")


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


@route("POST", "/channels/{channel_id}/messages/{message_id}/crosspost")
def crosspost_message(call: Call) -> Answer:
    """Publish a message to the channels that follow its own, once."""
    world, channel, message = call.world, call.channel, call.message
    world.require(channel, "send_messages")
    if message.author is not world.bot:
        world.require(channel, "manage_messages")
    if channel.kind != NEWS:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    if message.flags & CROSSPOSTED:
        raise DiscordError(400, 40033, "This message has already been crossposted")
    message.flags |= CROSSPOSTED
    world.emit_message("MESSAGE_UPDATE", message)
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
        poll=_poll(call, body.get("poll")),
        **pings,
    )


def _poll(call: Call, asked: Json | None) -> Poll | None:
    if asked is None:
        return None
    answers: list[Json] = asked["answers"]
    hours: int = asked.get("duration") or 24
    return Poll(
        asked["question"]["text"],
        [answer["poll_media"]["text"] for answer in answers],
        call.world.clock.now() + hours * 3_600,
        bool(asked.get("allow_multiselect")),
    )


@route("POST", "/channels/{channel_id}/polls/{message_id}/expire")
def end_poll(call: Call) -> Answer:
    """End a poll of the bot's own before its time."""
    message = call.message
    if message.poll is None or message.author is not call.world.bot:
        raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
    if message.poll.final:
        raise DiscordError(400, 520001, "Poll expired")
    message.poll.final = True
    call.world.emit_message("MESSAGE_UPDATE", message)
    return 200, call.world.message_json(message)


@route("PUT", "/channels/{channel_id}/messages/pins/{message_id}")
def pin(call: Call) -> Answer:
    """Pin a message; one that is pinned stays so."""
    call.world.require(call.channel, "pin_messages")
    message = call.message
    if not message.pinned:
        message.pinned = True
        call.world.emit_message("MESSAGE_UPDATE", message)
    return 204, None


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
