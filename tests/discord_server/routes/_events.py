"""Scheduled events of servers: listed, made, shown, deleted."""

from tests.discord_server.objects import Guild
from tests.discord_server.routes._call import Answer, Call, route
from tests.discord_server.rules import DiscordError, Json, invalid, unknown
from tests.discord_server.users import seconds_of

EVENTS = "/guilds/{guild_id}/scheduled-events"


@route("GET", EVENTS)
def list_events(call: Call) -> Answer:
    """List a server's events."""
    guild = _guild(call)
    return 200, [each for each in call.world.events.values() if each["guild_id"] == str(guild.id)]


@route("POST", EVENTS)
def create_event(call: Call) -> Answer:
    """Make an event; there is no nonce for it."""
    guild, world, body = _guild(call), call.world, call.body
    if not world.server_permissions(guild).create_events:
        raise DiscordError(403, 50013, "Missing Permissions")
    if seconds_of(body["scheduled_start_time"]) <= world.clock.now():
        raise invalid(
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        )
    number = world.new_id()
    event: Json = {
        "id": str(number),
        "guild_id": str(guild.id),
        "name": body["name"],
        "description": body.get("description"),
        "channel_id": None,
        "creator_id": str(world.bot.id),
        "creator": world.bot.to_json(),
        "image": None,
        "scheduled_start_time": body["scheduled_start_time"],
        "scheduled_end_time": body["scheduled_end_time"],
        "status": 1,
        "entity_type": body["entity_type"],
        "entity_id": None,
        "recurrence_rule": None,
        "privacy_level": body["privacy_level"],
        "entity_metadata": body["entity_metadata"],
        "guild_scheduled_event_exceptions": [],
    }
    world.events[number] = event
    return 200, event


@route("GET", EVENTS + "/{event_id}")
def get_event(call: Call) -> Answer:
    """Show an event."""
    _guild(call)
    return 200, _event(call)


@route("DELETE", EVENTS + "/{event_id}")
def delete_event(call: Call) -> Answer:
    """Delete an event: the bot its own."""
    if not call.world.server_permissions(_guild(call)).create_events:
        raise DiscordError(403, 50013, "Missing Permissions")
    del call.world.events[int(_event(call)["id"])]
    return 204, None


def _guild(call: Call) -> Guild:
    if (guild := call.world.guilds.get(call.number("guild_id"))) is None:
        raise unknown("Guild")
    return guild


def _event(call: Call) -> Json:
    if (event := call.world.events.get(call.number("event_id"))) is None:
        raise unknown("Guild Scheduled Event")
    return event
