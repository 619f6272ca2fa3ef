"""Discord's own OpenAPI description, to hold each request and each of our answers against."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from tests.quick_schema import quick_validator
from tests.shared import SHARED

SPECIFICATION = SHARED / "data" / "discord-openapi.json"


class Operation(NamedTuple):
    """One documented route: its pattern, and where its schemas stand."""

    method: str
    path: str
    pattern: re.Pattern[str]


class Schema:
    """Answers what is wrong with a request or an answer."""

    def __init__(self, path: Path) -> None:
        self._document: dict[str, Any] = json.loads(path.read_text())
        # Discord takes ids as numbers too, which discord.py relies on; its description is stricter.
        self._document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        # Media channels are in Discord's documentation, and not in this description of it:
        # https://discord.com/developers/docs/resources/channel#channel-object-channel-types
        kinds = self._document["components"]["schemas"]["ChannelTypes"]
        kinds["oneOf"].append({"title": "GUILD_MEDIA", "const": 16})
        self._operations = [
            Operation(method.upper(), path, _pattern(path))
            for path, item in self._document["paths"].items()
            for method in item
            if method in ("get", "put", "post", "patch", "delete")
        ]
        # `/users/@me` is no `/users/{user_id}`: what has fewer placeholders is asked first.
        self._operations.sort(key=lambda operation: operation.path.count("{"))
        self._validators: dict[str, Any] = {}
        # The commands are registered anew in nearly every test, and take longest to check.
        self._known: dict[tuple[str, str], list[str]] = {}

    def of_request(self, method: str, path: str, body: Any) -> list[str]:
        """Return what is wrong with a request; a route that is not documented is wrong itself."""
        operation = self._find(method, path)
        if operation is None:
            return [f"{method} {path} is not documented"]
        described = self._described(operation)
        if "requestBody" not in described:
            return [] if body is None else [f"{method} {path} takes no body"]
        if body is None:
            return (
                [f"{method} {path} needs a body"]
                if described["requestBody"].get("required")
                else []
            )
        return self._errors(operation, "requestBody/content", body)

    def of_answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer of ours."""
        operation = self._find(method, path)
        if operation is None:
            return []
        answer = self._described(operation)["responses"].get(str(status))
        if answer is None:
            return [f"{method} {path} does not answer {status}"]
        if "content" not in answer:
            return [] if body is None else [f"{method} {path} answers {status} without a body"]
        return self._errors(operation, f"responses/{status}/content", body)

    def _find(self, method: str, path: str) -> Operation | None:
        for operation in self._operations:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        return None

    def _described(self, operation: Operation) -> dict[str, Any]:
        return self._document["paths"][operation.path][operation.method.lower()]

    def _errors(self, operation: Operation, where: str, body: Any) -> list[str]:
        escaped = operation.path.replace("~", "~0").replace("/", "~1")
        pointer = (
            (f"/paths/{escaped}/{operation.method.lower()}/{where}/application~1json/schema")
            .replace("{", "%7B")
            .replace("}", "%7D")
        )
        validator = self._validators.get(pointer)
        if validator is None:
            validator = quick_validator(self._document, pointer)
            self._validators[pointer] = validator
        spelled = _spelled(body)
        key = pointer, _ID.sub("1", json.dumps(spelled))
        if key not in self._known:
            self._known[key] = [
                f"{operation.method} {operation.path}: {_deepest(error)}"
                for error in validator.iter_errors(spelled)
            ]
        return self._known[key]


_ID = re.compile(r"\d{16,}")

_SNOWFLAKE = 10**15
"""Whole numbers from here on are ids: the JSON of a client may write them without quotes."""


def _spelled(body: Any, *, in_attachments: bool = False) -> Any:
    """Return a body with its ids as strings: Discord takes both, its schema knows one."""
    match body:
        case dict():
            known = cast("dict[str, Any]", body)
            return {
                key: str(value)
                if in_attachments and key == "id"
                else _spelled(value, in_attachments=key == "attachments")
                for key, value in known.items()
            }
        case list():
            items = cast("list[Any]", body)
            return [_spelled(item, in_attachments=in_attachments) for item in items]
        case int() if body >= _SNOWFLAKE:
            return str(body)
        case _:
            return body


def _deepest(error: Any) -> str:
    """Say what is wrong at the place where it is: an `anyOf` alone says nothing."""
    while error.context:
        error = max(error.context, key=lambda inner: len(inner.absolute_path))
    return f"{error.json_path}: {error.message[:300]}"


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))


@cache
def discord_schema() -> Schema | None:
    """Return Discord's schema, `None` where its file is absent."""
    return Schema(SPECIFICATION) if SPECIFICATION.is_file() else None
