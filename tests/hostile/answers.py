"""What a person gets for an attack, and whether that is an answer."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot import limits
from bot.ui.text import length
from tests.bot.raw_interactions import Answer


class HarmError(AssertionError):
    """An attack has done harm."""


def require_answered(answer: Answer, record: Any) -> None:
    """Let an answer pass that says something and that Discord takes.

    Raises:
        HarmError: it is none.
    """
    if answer.kind in ("none", "deferred") or (
        answer.kind == "deferred_update" and not answer.text.strip()
    ):
        raise HarmError(f"nobody answered: {record}")
    if answer.kind == "autocomplete":
        choices = answer.raw[-1]["choices"]
        if len(choices) > limits.CHOICES or not all(
            1 <= length(each["name"]) <= limits.CHOICE_NAME
            and 1 <= length(str(each["value"])) <= limits.CHOICE_VALUE
            for each in choices
        ):
            raise HarmError(f"Discord does not take these choices: {choices}")
        return
    if not answer.text.strip():
        raise HarmError(f"an empty answer: {record}")
    for message in answer.raw:
        parts = list(_parts(message.get("components") or ()))
        shown = [str(part["content"]) for part in parts if part.get("type") == 10]
        if (
            length(str(message.get("content") or "")) > limits.MESSAGE_CONTENT
            or len(parts) > limits.COMPONENTS
            or sum(map(length, shown)) > limits.LAYOUT_CHARACTERS
        ):
            raise HarmError(f"Discord does not take this: {message}")


def _parts(components: Sequence[Any]) -> Iterator[dict[str, Any]]:
    for each in components:
        yield each
        yield from _parts(each.get("components") or ())
        for inner in ("accessory", "component"):
            if inner in each:
                yield from _parts([each[inner]])
