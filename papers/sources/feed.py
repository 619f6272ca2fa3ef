"""Any RSS or Atom feed that an operator or an admin names.

Feeds hold a window of their newest entries, so an entry is of the day on which it is first seen.
Entries' own dates serve to show them only: whole issues come at once, under the date of an issue.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from papers.model import Batch, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources._budget import utc_now
from papers.sources._http import Fetcher
from papers.sources.feed_parsing import parse_feed
from papers.sources.feed_records import FeedContents, contents
from papers.sources.public_addresses import Allowed, is_public, public_connector
from papers.sources.responses import MalformedError, Response, RetryPolicy

SHORTEST_INTERVAL: Final = timedelta(minutes=60)
LONGEST_INTERVAL: Final = timedelta(days=1)
REDIRECTS: Final = 3
LARGEST_FEED: Final = 4 * 1024 * 1024
"""Bytes, unpacked. What is larger is no list of new papers."""
BACKLOG: Final = timedelta(days=3)
"""How old an entry may be, by its own date, to be new when a feed is read for the first time."""
_LONGEST_ADDRESS: Final = 2000
_MANNERS: Final = RetryPolicy(timeout=20.0, attempts=2, patience=30.0, cache_for=0.0)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPED = re.compile(rb"<skip(Days|Hours)>(.{0,2000}?)</skip", re.IGNORECASE | re.DOTALL)
_SKIP = re.compile(rb"<(?:day|hour)>\s*(\w{1,9})\s*</", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is to be kept of a feed from one time to the next."""

    url: str
    """Where the feed is, after permanent redirects."""
    etag: str | None = None
    last_modified: str | None = None
    next_at: datetime | None = None
    """When to ask again, `None` for at once."""
    failures: int = 0
    """In a row."""
    read: bool = False
    """Whether it was ever read."""


@dataclass(frozen=True, slots=True)
class _Answer:
    contents: FeedContents | None
    headers: Mapping[str, str]
    moved_to: str | None = None
    skipped: frozenset[str] = frozenset()


class FeedSource:
    """One feed. `state` is that of the last time; the newest one is kept here.

    Raises:
        ValueError: the address is not one of the web.
    """

    curated = False

    def __init__(
        self,
        name: str,
        state: FeedState,
        *,
        allowed: Allowed = is_public,
        manners: RetryPolicy = _MANNERS,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not is_address(state.url):
            raise ValueError("not a web address")
        self.name = name
        self.state = state
        self._now = now
        self._reading = asyncio.Lock()
        self._last: Batch | None = None
        self._failure: SourceError | None = None
        self._fetcher = Fetcher(
            name,
            gate=asyncio.Semaphore(1),
            manners=manners,
            connector=lambda: public_connector(allowed),
            largest=LARGEST_FEED,
            redirects=REDIRECTS,
            sleep=sleep,
            clock=clock,
        )

    async def latest(self) -> Batch:
        """Return the feed's papers as of today (UTC), or without a request what it had last.

        Nothing is asked before `state.next_at`; a feed that failed goes on failing until then. A
        feed that has not changed has an empty batch.

        Raises:
            SourceError: also (`REFUSED`) when the address is not public, the feed is too large or
                redirects too often, or it is gone for good.
        """
        async with self._reading:
            return await self._latest(self._now())

    async def daily(self, day: date) -> Batch:
        """Return the batch of today; a feed has no history.

        Raises:
            SourceError: also (`REFUSED`) for another day.
        """
        today = self._now().date()
        if day != today:
            raise SourceError(self.name, SourceErrorKind.REFUSED, f"it has no {day}")
        return await self.latest()

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        """Return nothing: a feed cannot be asked for papers."""
        return []

    async def search(self, query: str, limit: int) -> list[Record]:
        """Return nothing: a feed has no search."""
        return []

    async def close(self) -> None:
        """Release the connection."""
        await self._fetcher.close()

    async def _latest(self, now: datetime) -> Batch:
        if self.state.next_at is not None and now < self.state.next_at:
            if (failed := self._failure) is not None:
                wait = (self.state.next_at - now).total_seconds()
                raise SourceError(self.name, failed.kind, failed.detail, wait)
            last = self._last
            return last if last and last.day == now.date() else Batch(now.date(), ())
        try:
            answer = await self._fetcher.get(
                self.state.url,
                {},
                lambda response: _read(response, self.name, now.date()),
                accept=(200, 304, 410),
                fresh=True,
                headers=_conditions(self.state),
            )
        except SourceError as error:
            self.state = after_failure(self.state, now, error)
            self._failure = error
            raise
        self._failure = None
        self._last = self._batch(answer, now)
        self.state = after_answer(self.state, now, answer)
        return self._last

    def _batch(self, answer: _Answer, now: datetime) -> Batch:
        today = now.date()
        if answer.contents is None:
            return Batch(today, ())
        since = date.min if self.state.read else today - BACKLOG
        records = (
            paper.record(today, new=paper.day is None or paper.day >= since)
            for paper in answer.contents.papers
        )
        return Batch(today, tuple(records), answer.contents.broken)


def is_address(url: str) -> bool:
    """Return whether a text is the address of a feed: of the web, and without a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and parts.username is None
        and port != 0
        and len(url) <= _LONGEST_ADDRESS
        and url.isprintable()
        and " " not in url
    )


def after_answer(state: FeedState, now: datetime, answer: _Answer) -> FeedState:
    """Return the state after an answer: in an hour, or as much later as the feed says itself."""
    minutes = answer.contents.ttl if answer.contents else None
    named = timedelta(minutes=min(minutes or 0, 10_000))
    interval = min(max(SHORTEST_INTERVAL, named), LONGEST_INTERVAL)
    return replace(
        state,
        url=answer.moved_to if answer.moved_to and is_address(answer.moved_to) else state.url,
        etag=answer.headers.get("ETag") or (state.etag if answer.contents is None else None),
        last_modified=answer.headers.get("Last-Modified")
        or (state.last_modified if answer.contents is None else None),
        next_at=_not_skipped(now + interval, answer.skipped),
        failures=0,
        read=True,
    )


def after_failure(state: FeedState, now: datetime, error: SourceError) -> FeedState:
    """Return the state after a failure: the interval doubles with each one, up to a day."""
    failures = state.failures + 1
    interval = SHORTEST_INTERVAL * 2 ** min(failures - 1, 10)
    named = timedelta(seconds=error.retry_after or 0)
    interval = min(max(interval, named, SHORTEST_INTERVAL), LONGEST_INTERVAL)
    return replace(state, failures=failures, next_at=now + interval)


def _not_skipped(moment: datetime, skipped: frozenset[str]) -> datetime:
    """Return the first hour from `moment` on that the feed does not skip, within a day."""
    for hours in range(25):
        later = moment + timedelta(hours=hours)
        at = later.astimezone(UTC)
        if _DAYS[at.weekday()] not in skipped and str(at.hour) not in skipped:
            return later
    return moment + LONGEST_INTERVAL


def _conditions(state: FeedState) -> dict[str, str]:
    headers = {
        "Accept": "application/atom+xml, application/rss+xml, application/xml, text/xml, */*"
    }
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def _read(response: Response, name: str, today: date) -> _Answer:
    if response.status == 410:
        raise SourceError(name, SourceErrorKind.REFUSED, "it is gone for good")
    if response.status == 304:
        return _Answer(None, response.headers, response.moved_to)
    if response.is_html:
        raise MalformedError("answered with a web page instead of a feed")
    if not response.body.strip():
        raise MalformedError("answered with nothing")
    found = contents(*parse_feed(response.body), today)
    skipped = frozenset(
        (name.decode().lower().lstrip("0") or "0")
        for part in _SKIPPED.finditer(response.body[:20_000])
        for name in _SKIP.findall(part[2])
    )
    return _Answer(found, response.headers, response.moved_to, skipped)
