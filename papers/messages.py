"""Sentences of the domain that people read, kept with their parts so that they can be translated.

The domain speaks English and knows no other language: it raises and returns a `Message`, and what
shows it to a person looks its template up in the catalogue of the person's language.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, Self, cast

_PACKED: Final = '{"template":'
_QUOTED: Final = 1_024


class Message(str):
    """A sentence in English that still knows its template and the values in it.

    It is a plain string to everything that does not translate: logs, exceptions, tests. Among its
    values, numbers and dates are written as a language does, and a tuple holds words to be quoted.
    """

    __slots__ = ("plural", "template", "values")

    template: str
    plural: str | None
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Return the sentence of a template with named placeholders, `{name}`.

        Raises:
            KeyError: a placeholder has no value.
        """
        message = str.__new__(cls, template.format_map(_in_english(values)))
        message.template = template
        message.plural = None
        message.values = values
        return message


class PluralMessage(Message):
    """A sentence whose wording depends on a number, `{count}`."""

    __slots__ = ()

    def __new__(cls, singular: str, plural: str, count: int, /, **values: object) -> Self:
        """Return the sentence for `count` things.

        Raises:
            KeyError: a placeholder has no value.
        """
        chosen = singular if count == 1 else plural
        message = str.__new__(cls, chosen.format(**_in_english({"count": count, **values})))
        message.template = singular
        message.plural = plural
        message.values = {"count": count, **values}
        return message


def _in_english(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _WRITERS.get(type(value), _written)(value) for name, value in values.items()}


def _written(value: object) -> object:
    match value:
        case bool():
            return value
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.2f}"
        case date():
            return f"{value.day} {value:%B}"
        case tuple():
            return _quoted(cast("tuple[str, ...]", value))
        case _:
            return value


@lru_cache(maxsize=_QUOTED)
def _quoted(words: tuple[str, ...]) -> str:
    """Return words as they are listed: a topic's matches share them."""
    return ", ".join([f"“{word}”" for word in words])


# A pass of topics writes hundreds of thousands of these.
_WRITERS: Final[dict[type, Callable[[Any], object]]] = {float: "{:.2f}".format, tuple: _quoted}


def packed(text: str) -> str:
    """Return a text as it is stored, a `Message` so that `unpacked` returns it whole.

    Its values must be strings, numbers and tuples of strings.
    """
    if not isinstance(text, Message):
        return text
    return json.dumps(
        {"template": text.template, "plural": text.plural, "values": text.values},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def unpacked(stored: str) -> str:
    """Return the text that `packed` made, or one that was stored as plain text."""
    if not stored.startswith(_PACKED):
        return stored
    parts = cast("dict[str, Any]", json.loads(stored))
    values: dict[str, Any] = {
        name: tuple(cast("list[str]", value)) if isinstance(value, list) else value
        for name, value in parts["values"].items()
    }
    if parts["plural"] is None:
        return Message(parts["template"], **values)
    others = {name: value for name, value in values.items() if name != "count"}
    return PluralMessage(parts["template"], parts["plural"], values["count"], **others)
