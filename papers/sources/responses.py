"""Retry policy and response of a fetch, and why a response cannot be used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
        """Parse the body as JSON.

        Raises:
            MalformedError: it is HTML, cut short, or otherwise no JSON.
        """
        if self.is_html:
            raise MalformedError("answered with a web page instead of data")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise MalformedError("answered with broken JSON") from error
