"""Who the bot is, where its gateway is, and its commands."""

from tests.discord_server.routes._call import Answer, Call, route
from tests.discord_server.rules import Json, check_commands

CHAT_INPUT = 1


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
    return 200, {
        "url": f"ws{call.base_url[4:]}/gateway",
        "shards": call.world.shards,
        "session_start_limit": call.world.starts.to_json(),
    }


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
    commands = [_written(command) for command in call.world.commands]
    return 200, commands if call.asks("with_localizations") else [_in_english(c) for c in commands]


def _in_english(part: Json) -> Json:
    """Return a command or option without its translations, which Discord lists on request only."""
    said = {key: value for key, value in part.items() if not key.endswith("_localizations")}
    for key in ("options", "choices"):
        if key in said:
            said[key] = [_in_english(each) for each in said[key]]
    return said


def _written(command: Json) -> Json:
    """Return a command as Discord lists it: permissions as text, defaults left out or filled in."""
    permissions = command["default_member_permissions"]
    written = {
        "dm_permission": True,
        "contexts": None,
        "integration_types": [0],
        **_terse(command),
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": bool(command.get("nsfw")),
    }
    if command["type"] != CHAT_INPUT:
        written["description"] = ""
    return written


def _terse(part: Json) -> Json:
    """Return a command or option without what is off or empty, which Discord leaves out."""
    said: Json = {}
    for key, value in part.items():
        if key in ("options", "choices"):
            nested: list[Json] = value
            value = [_terse(each) for each in nested]
        if value != [] and (value is not False or key == "dm_permission"):
            said[key] = value
    return said
