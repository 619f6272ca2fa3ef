"""Retry policy and response of a fetch, and the checks of a response before it is believed.

Whatever is not what its source documents is a `MalformedError`, and never "there are no papers":
pages for people with status 200, empty bodies, answers without their envelope, and listings that
count more than they hold.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from papers.writable import writable_json

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait and how often to ask again; all times in seconds."""

    timeout: float = 12.0
    """For one attempt, from the request to the last byte."""
    attempts: int = 4
    patience: float = 30.0
    """No further attempt begins after this long, so one call ends within `patience + timeout`."""
    first_pause: float = 0.5
    longest_pause: float = 8.0
    longest_wait: float = 10.0
    """A time named by the server that is longer than this is the caller's to wait, not ours."""
    cool_down: float = 0.0
    """How long to ask nothing after a server that kept limiting us named no time."""
    cache_for: float = 60.0


class MalformedError(ValueError):
    """An answer is not what its source documents: asked for again, then a `SourceError`."""


class ThrottledError(ValueError):
    """An answer says in words, not in its status, that we asked too much."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole HTTP answer, read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    more: bool = False
    """Whether its `Link` header names a next page."""
    moved_to: str | None = None
    """The address that it has for good, if it was asked for at another."""

    @property
    def is_html(self) -> bool:
        """Whether this is a page for people, such as a captcha, whatever it is labelled as."""
        start = self.body[:200].lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            return True
        # Data that is only mislabelled is still data.
        data = start.startswith((b"<?xml", b"<rss", b"<feed", b"[", b"{"))
        return "html" in self.headers.get("Content-Type", "").lower() and not data

    def json(self) -> Any:
        """Parse the body as JSON, its texts made writable.

        Raises:
            MalformedError: it is HTML, empty, cut short, or otherwise no JSON.
        """
        if self.is_html:
            raise MalformedError("answered with a web page instead of data")
        if not self.body.strip():
            raise MalformedError("answered with nothing")
        try:
            return writable_json(json.loads(self.body), self.body)
        except (ValueError, RecursionError) as error:
            raise MalformedError("answered with broken JSON") from error

    def rows(self) -> list[Any]:
        """Parse the body as a JSON array.

        Raises:
            MalformedError: it is something else.
        """
        rows = self.json()
        if not isinstance(rows, list):
            raise MalformedError("answered with something else than a list")
        return cast("list[Any]", rows)

    def envelope(self, **types: type) -> dict[str, Any]:
        """Parse the body as a JSON object that has these members, of these types.

        Raises:
            MalformedError: it is no object, or lacks a member.
        """
        found = self.json()
        if not isinstance(found, dict):
            raise MalformedError("answered with no object")
        members = cast("dict[str, Any]", found)
        for name, expected in types.items():
            if not isinstance(members.get(name), expected):
                raise MalformedError(f"answered without {name}")
        return members


@dataclass(slots=True)
class Pages(Generic[T]):
    """The rows of one listing, as its pages come; the next page begins behind `rows`."""

    rows: list[T] = field(default_factory=list[T])
    total: int = 0

    def add(self, page: Sequence[T], total: int) -> None:
        """Add a page. The largest `total` counts: one that shrinks is of a partial answer.

        Raises:
            MalformedError: the page is empty although not all rows have come.
        """
        self.total = max(self.total, total)
        if not page and not self.is_whole:
            raise MalformedError(f"counts {self.total} rows and lists {len(self.rows)}")
        self.rows += page

    @property
    def is_whole(self) -> bool:
        """Whether all rows have come."""
        return len(self.rows) >= self.total


def union(known: Iterable[T], newer: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Return two answers to one question as one: each row once, the newer one where both have it.

    So an answer that holds less than the one before it takes nothing away.
    """
    rows = {key(row): row for row in known}
    rows.update((key(row), row) for row in newer)
    return tuple(rows.values())
