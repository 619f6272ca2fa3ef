"""The REST routes by which a bot answers interactions. They need no token of the bot's."""

from tests.discord_server.interactions import (
    AUTOCOMPLETE,
    MODAL,
    TOKEN_LIFE,
    Interaction,
)
from tests.discord_server.objects import Message
from tests.discord_server.routes import Answer, Call, apply_edit, make_message, route
from tests.discord_server.rules import EPHEMERAL, DiscordError, Json, check_message, unknown

REPLY, DEFERRED_REPLY, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9

WEBHOOK = "/webhooks/{webhook_id}/{token}"


@route("POST", "/interactions/{interaction_id}/{token}/callback")
def answer(call: Call) -> Answer:
    """Take the first answer, within three seconds and once."""
    world, body = call.world, call.body
    interaction = world.interactions.by_token.get(call.parameters["token"])
    if interaction is None or world.clock.now() - interaction.asked_at > world.first_answer:
        raise unknown("Interaction")
    if interaction.answered_with is not None:
        raise DiscordError(400, 40060, "Interaction has already been acknowledged.")
    kind: int = body["type"]
    data: Json = body.get("data") or {}
    message: Message | None = None
    match kind:
        case 4:
            message = _new_message(call, interaction, data)
            interaction.original = message
        case 5:
            interaction.pending = True
            interaction.flags = data.get("flags") or 0
        case 6 if interaction.source is not None:
            interaction.original = interaction.source
        case 7 if interaction.source is not None:
            apply_edit(call, interaction.source, data)
            message = interaction.original = interaction.source
        case 8 if interaction.kind == AUTOCOMPLETE:
            interaction.choices = data["choices"]
        case 9 if interaction.kind != MODAL:
            interaction.modal = data
        case _:
            raise DiscordError(400, 50035, f"An answer of type {kind} does not fit")
    interaction.answered_with = kind
    # "Deferred update" promises nothing, so it is a whole answer.
    if kind != DEFERRED_REPLY:
        interaction.settled.set()
    if not call.asks("with_response"):
        return 204, None
    told: Json = {"id": str(interaction.id), "type": interaction.kind}
    if message is None:
        return 200, {"interaction": told}
    told |= {
        "response_message_id": str(message.id),
        "response_message_loading": False,
        "response_message_ephemeral": message.ephemeral,
    }
    resource = {"type": kind, "message": world.message_json(message)}
    return 200, {"interaction": told, "resource": resource}


def _interaction(call: Call) -> Interaction:
    interaction = call.world.interactions.by_token.get(call.parameters["token"])
    if interaction is None or interaction.answered_with is None:
        raise unknown("Webhook")
    if call.world.clock.now() - interaction.asked_at > TOKEN_LIFE:
        raise DiscordError(401, 50027, "Invalid Webhook Token")
    return interaction


def _new_message(call: Call, interaction: Interaction, body: Json) -> Message:
    check_message(body, files=len(call.files))
    message = make_message(call, interaction.channel, body)
    message.application_id = call.world.bot.id
    message.interaction = interaction.metadata()
    message.flags = call.world.interactions.message_flags(interaction, message.flags)
    if not message.flags & EPHEMERAL:
        call.world.add_message(interaction.channel, message)
    return message


def _finish(call: Call, interaction: Interaction, body: Json) -> Message:
    """Put the message in the place of "thinking ..."."""
    message = _new_message(call, interaction, body)
    interaction.original = message
    interaction.pending = False
    interaction.settled.set()
    return message


@route("POST", WEBHOOK)
def follow_up(call: Call) -> Answer:
    """Take a further answer; the first one after a deferral is the one that was owed."""
    interaction = _interaction(call)
    if interaction.pending:
        message = _finish(call, interaction, call.body)
    else:
        message = _new_message(call, interaction, call.body)
        interaction.followups.append(message)
    if not call.asks("wait"):
        return 204, None
    return 200, call.world.message_json(message)


def _message(call: Call, interaction: Interaction) -> Message:
    asked = call.parameters["message_id"]
    for message in interaction.messages:
        if message is interaction.original and asked == "@original":
            return message
        if str(message.id) == asked:
            return message
    raise unknown("Message")


@route("GET", f"{WEBHOOK}/messages/{{message_id}}")
def get_answer(call: Call) -> Answer:
    """Show a message of the answer."""
    return 200, call.world.message_json(_message(call, _interaction(call)))


@route("PATCH", f"{WEBHOOK}/messages/{{message_id}}")
def edit_answer(call: Call) -> Answer:
    """Edit a message of the answer, or give the one that was owed."""
    interaction = _interaction(call)
    if interaction.pending and call.parameters["message_id"] == "@original":
        return 200, call.world.message_json(_finish(call, interaction, call.body))
    message = _message(call, interaction)
    apply_edit(call, message, call.body)
    return 200, call.world.message_json(message)


@route("DELETE", f"{WEBHOOK}/messages/{{message_id}}")
def delete_answer(call: Call) -> Answer:
    """Delete a message of the answer."""
    interaction = _interaction(call)
    if interaction.pending:
        interaction.pending = False
        interaction.settled.set()
        return 204, None
    message = _message(call, interaction)
    if message is interaction.original:
        interaction.original = None
    else:
        interaction.followups.remove(message)
    if message.id in interaction.channel.messages:
        call.world.delete_message(message)
    return 204, None
