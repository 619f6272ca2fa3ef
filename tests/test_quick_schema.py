"""The quick check of a message says what the library's own says."""

import copy
import json
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.quick_schema import quick_validator
from tests.shared import SHARED

SPECIFICATION = SHARED / "data" / "discord-openapi.json"
MESSAGE = "/paths/~1channels~1{channel_id}~1messages/post/requestBody/content/application~1json"
LINK = {"type": 2, "style": 5, "label": "Paper", "url": "https://arxiv.org"}
TEXT = {"type": 10, "content": "A title"}
BODY: dict[str, Any] = {
    "flags": 1 << 15,
    "components": [
        {
            "type": 17,
            "components": [
                TEXT,
                {"type": 14},
                {"type": 9, "components": [TEXT], "accessory": LINK},
                {"type": 1, "components": [LINK]},
            ],
        }
    ],
}

pytestmark = pytest.mark.skipif(not SPECIFICATION.is_file(), reason="Discord's description")


@pytest.fixture(scope="module")
def validators() -> tuple[Any, Any]:
    """The quick one, and the library's own on the description as it is."""
    document = json.loads(SPECIFICATION.read_text())
    quick = quick_validator(copy.deepcopy(document), f"{MESSAGE}/schema")
    resource: Any = Resource(contents=document, specification=DRAFT202012)
    empty: Any = Registry
    registry = empty().with_resource("urn:plain", resource)
    make: Any = Draft202012Validator
    return quick, make({"$ref": f"urn:plain#{MESSAGE}/schema"}, registry=registry)


def _bodies() -> list[tuple[str, Any]]:
    """Return the body, and it with each value in it replaced or left out."""
    found: list[tuple[str, Any]] = [("whole", BODY)]

    def visit(part: dict[Any, Any] | list[Any], path: tuple[Any, ...]) -> None:
        pairs: Any = part.items() if isinstance(part, dict) else enumerate(part)
        for key, inner in pairs:
            here = (*path, key)
            for name, value in (("none", None), ("2", 2), ("gone", ...)):
                body = copy.deepcopy(BODY)
                inside: Any = body
                for step in path:
                    inside = inside[step]
                if value is ...:
                    del inside[key]
                else:
                    inside[key] = value
                found.append((f"{'.'.join(map(str, here))} {name}", body))
            if isinstance(inner, dict | list):
                visit(cast("Any", inner), here)

    visit(BODY, ())
    return found


def test_each_message_gets_the_same_verdict(validators: tuple[Any, Any]) -> None:
    quick, plain = validators
    bodies = _bodies()
    verdicts = {name: (quick.is_valid(body), plain.is_valid(body)) for name, body in bodies}
    assert {name: both for name, both in verdicts.items() if both[0] != both[1]} == {}
    refused = [name for name, (valid, _) in verdicts.items() if not valid]
    assert verdicts["whole"] == (True, True)
    assert 30 < len(refused) < len(bodies) - 10


def test_what_is_wrong_is_said_at_its_place(validators: tuple[Any, Any]) -> None:
    body = copy.deepcopy(BODY)
    body["components"][0]["components"][2]["accessory"]["url"] = "x" * 600
    errors = list(validators[0].iter_errors(body))
    while errors[0].context:
        errors = errors[0].context
    assert [error.json_path for error in errors] == ["$.components[0].components[2].accessory.url"]
