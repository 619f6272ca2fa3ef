"""Reactions, and who is in a thread."""

from tests.discord_server.routes._call import Answer, Call, route
from tests.discord_server.rules import DiscordError
from tests.discord_server.users import iso

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
