"""What every message must obey, whatever it shows."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from discord import ui
from jsonschema.protocols import Validator

from bot import limits
from bot.ui.text import length
from tests.bot.ui.markdown import Read, read
from tests.quick_schema import quick_validator
from tests.shared import SHARED

_SPECIFICATION = SHARED / "data" / "discord-openapi.json"
_CREATE_MESSAGE = (
    "/paths/~1channels~1{channel_id}~1messages/post/requestBody/content/application~1json/schema"
)
_COMPONENTS_V2 = 1 << 15


def components(view: ui.LayoutView) -> list[dict[str, Any]]:
    """Return every component that is sent, nested ones included, in the order they are seen."""

    def walk(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for component in found:
            yield component
            yield from walk(component.get("components", []))
            if "accessory" in component:
                yield from walk([component["accessory"]])

    return list(walk(view.to_components()))


def texts(view: ui.LayoutView) -> list[str]:
    """Return the markdown of every text that is sent."""
    return [component["content"] for component in components(view) if component["type"] == 10]


def seen(view: ui.LayoutView) -> str:
    """Return what a person reads of the message."""
    return "\n".join(read(text).seen for text in texts(view))


def reading(view: ui.LayoutView) -> list[Read]:
    """Return what a client makes of every text."""
    return [read(text) for text in texts(view)]


def buttons(view: ui.LayoutView) -> dict[str, str]:
    """Return the link buttons: label to address."""
    return {found["label"]: found["url"] for found in components(view) if "url" in found}


def pictures(view: ui.LayoutView) -> list[dict[str, Any]]:
    """Return the thumbnails that are sent."""
    return [component for component in components(view) if component["type"] == 11]


def assert_sendable(view: ui.LayoutView) -> None:
    """Assert that Discord takes the message: our limits, its schema, and no plain callback item."""
    found = components(view)
    assert len(found) <= limits.COMPONENTS
    assert sum(map(length, texts(view))) <= limits.LAYOUT_CHARACTERS
    assert all(text.strip() for text in texts(view))
    for component in found:
        assert len(component.get("label") or "") <= limits.BUTTON_LABEL
        assert len(component.get("custom_id") or "") <= limits.CUSTOM_ID
        assert len(component.get("url") or "") <= limits.COMPONENT_URL
    ids = [component["custom_id"] for component in found if "custom_id" in component]
    assert len(ids) == len(set(ids))
    for item in view.walk_children():
        assert not item.is_dispatchable() or isinstance(item, ui.DynamicItem) or _inside(item)
    assert view.timeout is None
    if _SPECIFICATION.exists():
        body = {"flags": _COMPONENTS_V2, "components": json.loads(json.dumps(view.to_components()))}
        _validator().validate(body)  # pyright: ignore[reportUnknownMemberType]


def _inside(item: ui.Item[Any]) -> bool:
    return isinstance(item, ui.Container | ui.ActionRow | ui.Section)


@cache
def _validator() -> Validator:
    return quick_validator(json.loads(_SPECIFICATION.read_text()), _CREATE_MESSAGE)
