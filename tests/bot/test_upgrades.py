"""Posts and digests that were frozen by another version, and are sent by this one."""

from collections.abc import Callable
from datetime import date
from typing import Any, cast

import pytest

from bot.services.digests import DigestPayload
from bot.services.publishing import PostPayload

DRAFT: dict[str, Any] = {
    "header": {
        "day": "2026-11-25",
        "entries": [
            {
                "rank": 1,
                "paper_id": "2511.00001",
                "title": "A Title",
                "url": "https://arxiv.org/abs/2511.00001",
                "reason": {"upvotes": 30, "gained": None, "since_hours": None, "stars": None,
                           "matched": [], "prior": None},
            }
        ],
        "total": 3,
        "late": None,
        "notes": [],
        "footer": "How to save",
        "updated_at": None,
        "ping_role_id": None,
    },
    "cards": [
        {
            "paper_id": "2511.00001",
            "title": "A Title",
            "rank": 1,
            "authors": ["Ada Lovelace"],
            "author_count": 1,
            "organization": None,
            "summary": "What it is about.",
            "upvotes": 30,
            "comments": None,
            "stars": None,
            "repository": None,
            "project_page": None,
            "categories": ["cs.CL"],
            "published": "2026-11-24",
            "reason": None,
            "thumbnail": None,
            "withdrawn": False,
        }
    ],
    "why_empty": None,
}  # fmt: skip
"""As the version of November 2026 wrote it."""

DIGEST: dict[str, Any] = {
    "day": "2026-11-25",
    "entries": [
        {
            "paper_id": "2511.00001",
            "title": "A Title",
            "authors": ["Ada Lovelace"],
            "published": "2026-11-24",
            "upvotes": 30,
            "stars": None,
            "repository": None,
            "summary": "What it is about.",
            "topic": "flow matching",
            "reason": "in its title",
        }
    ],
    "topics": 2,
}


def with_a_new_field(value: Any) -> Any:
    """Return the payload as a newer version may write it: every object has a field more."""
    match value:
        case dict():
            known = cast("dict[str, Any]", value)
            return {name: with_a_new_field(each) for name, each in known.items()} | {"mood": "good"}
        case list():
            return [with_a_new_field(each) for each in cast("list[Any]", value)]
        case _:
            return value


def as_it_is(value: Any) -> Any:
    return value


CHANGES = pytest.mark.parametrize("change", [as_it_is, with_a_new_field])


@CHANGES
def test_a_post_that_was_frozen_by_another_version_is_sent(change: Callable[[Any], Any]) -> None:
    draft = PostPayload.from_json(change(DRAFT))
    assert draft.header.day == date(2026, 11, 25)
    assert draft.paper_ids == ["2511.00001"]
    assert draft.cards[0].title == "A Title"


@CHANGES
def test_a_digest_that_was_frozen_by_another_version_is_sent(change: Callable[[Any], Any]) -> None:
    payload = DigestPayload.model_validate(change(DIGEST))
    assert payload.title == "Your papers of Wednesday 25 November 2026"
    assert [entry.paper_id for entry in payload.entries] == ["2511.00001"]
