"""What Discord refuses although its published schema allows it. Each rule names its error code."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Json = dict[str, Any]

COMPONENTS_V2 = 1 << 15
EPHEMERAL = 1 << 6

ACTION_ROW, BUTTON, STRING_SELECT, SECTION, TEXT_DISPLAY, THUMBNAIL, CONTAINER = (
    1,
    2,
    3,
    9,
    10,
    11,
    17,
)
SELECTS = {3, 5, 6, 7, 8}
LINK, PREMIUM = 5, 6

# https://discord.com/developers/docs/resources/message, .../components/reference
CONTENT = 2_000
EMBEDS_TEXT = 6_000
COMPONENTS = 40
TEXT = 4_000
ROWS = 5
BUTTONS_IN_ROW = 5
DISTINCT_REACTIONS = 20
FORUM_TAGS, POST_TAGS, FORUM_TAG_NAME = 20, 5, 20

# https://discord.com/developers/docs/resources/poll
POLL_QUESTION = 300
POLL_ANSWER = 55

# https://discord.com/developers/docs/interactions/application-commands
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
COMMAND_TEXT = 8_000
COMMANDS_BY_TYPE = {1: 100, 2: 15, 3: 15}
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2


class DiscordError(Exception):
    """An error answer: HTTP status, Discord's JSON code, and the sentence beside it.

    `noted` says that the violation behind it is on record already.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Json | None = None,
        *,
        noted: bool = False,
    ) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.noted = noted
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def to_json(self) -> Json:
        """Return the body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        return body if self.errors is None else {**body, "errors": self.errors}


def invalid(field: str, code: str, message: str) -> DiscordError:
    """Make "Invalid Form Body" for one field (dots lead into nested ones)."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for name in reversed(field.split(".")):
        errors = {name: errors}
    return DiscordError(400, 50035, "Invalid Form Body", errors)


def unknown(what: str) -> DiscordError:
    """Make "Unknown Channel" and its like."""
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Message": 10008,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "Interaction": 10062,
        "Guild Scheduled Event": 10070,
    }
    return DiscordError(404, codes[what], f"Unknown {what}")


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Yield every component, nested ones too, as Discord counts them."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        if (accessory := component.get("accessory")) is not None:
            yield from walk((accessory,))


def text_of(content: str, components: Sequence[Json]) -> str:
    """Return everything that a person can read in a message."""
    parts = [content] if content else []
    for component in walk(components):
        parts += [component[key] for key in ("content", "label") if component.get(key)]
    return "\n".join(parts)


def check_message(
    body: Json, *, files: int = 0, flags: int | None = None, editing: bool = False
) -> None:
    """Check a message's body.

    Args:
        body: as it was sent.
        files: how many files come with it.
        flags: those that the message has already, when it is edited.
        editing: whether fields may be left out.

    Raises:
        DiscordError: it breaks a rule.
    """
    asked = body.get("flags")
    now = (flags or 0) | (asked or 0)
    layout = flags is not None and flags & COMPONENTS_V2
    if layout and asked is not None and not asked & COMPONENTS_V2:
        raise invalid("flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "It stays set.")
    content: str = body.get("content") or ""
    embeds: list[Json] = body.get("embeds") or []
    components: list[Json] = body.get("components") or []
    if len(content) > CONTENT:
        raise invalid("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if sum(map(_embed_text, embeds)) > EMBEDS_TEXT:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds 6000")
    _check_poll(body.get("poll") or {})
    others = [name for name in ("embeds", "poll", "sticker_ids") if body.get(name)]
    if now & COMPONENTS_V2:
        for name in (["content"] if content else []) + others:
            raise invalid(
                name,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
        _check_layout(components)
    else:
        _check_rows(components)
    _check_items(components)
    if not editing and not (content or others or components or files):
        raise DiscordError(400, 50006, "Cannot send an empty message")


def _check_poll(poll: Json) -> None:
    """Check what the schema leaves open: how long a poll's question and answers may be."""
    question: Json = poll.get("question") or {}
    if len(question.get("text") or "") > POLL_QUESTION:
        raise invalid("poll.question.text", "BASE_TYPE_MAX_LENGTH", "Must be 300 or fewer.")
    for answer in poll.get("answers") or ():
        if not 0 < len(answer["poll_media"].get("text") or "") <= POLL_ANSWER:
            raise invalid("poll.answers", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 55.")


def _embed_text(embed: Json) -> int:
    fields: list[Json] = embed.get("fields") or []
    texts = [embed.get("title"), embed.get("description")]
    footer: Json = embed.get("footer") or {}
    author: Json = embed.get("author") or {}
    texts += [footer.get("text"), author.get("name")]
    texts += [field.get(key) for field in fields for key in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _check_layout(components: Sequence[Json]) -> None:
    everything = list(walk(components))
    if len(everything) > COMPONENTS:
        raise invalid(
            "components",
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"The maximum number of components is {COMPONENTS}; there are {len(everything)}",
        )
    text = sum(len(item["content"]) for item in everything if item["type"] == TEXT_DISPLAY)
    if text > TEXT:
        raise invalid(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"The displayable text exceeds {TEXT}: {text}",
        )
    for item in everything:
        if item["type"] == CONTAINER and any(
            child["type"] == CONTAINER for child in item["components"]
        ):
            raise invalid("components", "COMPONENT_TYPE_INVALID", "A container holds no container")


def _check_rows(components: Sequence[Json]) -> None:
    if len(components) > ROWS:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    for row in components:
        if row["type"] != ACTION_ROW:
            raise invalid(
                "components", "UNION_TYPE_CHOICES", "Value of field 'type' must be one of (1,)."
            )


def _check_items(components: Sequence[Json]) -> None:
    seen_custom: set[str] = set()
    seen_ids: set[int] = set()
    for item in walk(components):
        if (number := item.get("id")) is not None and number != 0:
            if number in seen_ids:
                raise invalid("components", "COMPONENT_ID_DUPLICATED", "Ids must be unique")
            seen_ids.add(number)
        if (custom_id := item.get("custom_id")) is not None:
            if custom_id in seen_custom:
                raise invalid(
                    "components",
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                )
            seen_custom.add(custom_id)
        match item["type"]:
            case 1:
                _check_row(item)
            case 2:
                _check_button(item)
            case 10 if not item["content"].strip():
                raise invalid("components", "BASE_TYPE_BAD_LENGTH", "A text must not be empty")
            case _:
                pass


def _check_row(row: Json) -> None:
    kinds = [child["type"] for child in row["components"]]
    selects = sum(kind in SELECTS for kind in kinds)
    if not kinds or len(kinds) > BUTTONS_IN_ROW or (selects and len(kinds) > 1):
        raise invalid(
            "components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "A row has 1 to 5 buttons or 1 select"
        )


def _check_button(button: Json) -> None:
    style = button["style"]
    if style == LINK:
        url: str = button.get("url") or ""
        if not re.match(r"(https?|discord)://\S+\Z", url) or button.get("custom_id"):
            raise invalid("components", "BUTTON_COMPONENT_INVALID_URL", f"Not a link: {url!r}")
    elif style != PREMIUM and (not button.get("custom_id") or button.get("url")):
        raise invalid("components", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "It needs a custom id")
    if style != PREMIUM and not (button.get("label") or button.get("emoji")):
        raise invalid("components", "BUTTON_COMPONENT_INVALID", "It needs a label or an emoji")


def check_commands(commands: Sequence[Json]) -> None:
    """Check what is registered as the application's commands.

    Raises:
        DiscordError: it breaks a rule.
    """
    names: set[tuple[int, str]] = set()
    for command in commands:
        kind: int = command.get("type") or 1
        name: str = command["name"]
        if (kind, name) in names:
            raise invalid(
                "name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command names must be unique"
            )
        names.add((kind, name))
        if kind == 1:
            _check_named(command)
            if _command_text(command) > COMMAND_TEXT:
                raise invalid("options", "APPLICATION_COMMAND_TOO_LARGE", "Command is too large")
    for kind, most in COMMANDS_BY_TYPE.items():
        if sum(known == kind for known, _ in names) > most:
            raise DiscordError(400, 30032, "Maximum number of application commands reached")


def _check_named(command: Json) -> None:
    name: str = command["name"]
    if not COMMAND_NAME.fullmatch(name) or name != name.lower():
        raise invalid(
            "name", "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {name}"
        )
    if not command.get("description"):
        raise invalid("description", "BASE_TYPE_REQUIRED", f"{name} needs a description")
    options: list[Json] = command.get("options") or []
    if len({option["name"] for option in options}) != len(options):
        raise invalid("options", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Names must differ")
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        raise invalid(
            "options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options come first"
        )
    nested = [option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in options]
    if any(nested) and not all(nested):
        raise invalid(
            "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-commands stand alone"
        )
    for option in options:
        _check_named(option)


def _command_text(command: Json) -> int:
    """Count names, descriptions and choices of a command and of all below it, as Discord does."""
    total = len(command["name"]) + len(command.get("description") or "")
    for choice in command.get("choices") or ():
        total += len(choice["name"]) + len(str(choice["value"]))
    return total + sum(map(_command_text, command.get("options") or ()))
