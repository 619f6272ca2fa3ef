"""Any RSS or Atom feed that an admin adds.

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
from urllib.parse import urlsplit, urlunsplit

from papers.keyed_locks import KeyedLocks
from papers.sources import SourceError, SourceErrorKind
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
_LONGEST_ADDRESS: Final = 2000
_LONGEST_TTL: Final = 10_000
_TIMEOUT: Final = 20.0
_AT_ONCE: Final = 8
"""Feeds that are asked for at the same time."""
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPPABLE: Final = {*_DAYS, *map(str, range(24))}
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
    gone: bool = False
    """Whether the feed was said to be gone for good."""
    ttl: int | None = None
    """Minutes for which the feed said that it does not change; an answer without a feed says
    nothing of that."""
    skipped: tuple[str, ...] = ()
    """Days and hours at which it said not to ask."""


@dataclass(frozen=True, slots=True)
class _Answer:
    contents: FeedContents | None
    headers: Mapping[str, str]
    moved_to: str | None = None
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of asking for a feed."""

    state: FeedState
    """What to keep from now on."""
    contents: FeedContents | None = None
    """What the feed holds; `None` if that has not changed, or on failure."""
    failure: SourceError | None = None


class FeedReader:
    """Asks for feeds: each once, a few of them at a time, and those of one host one by one.

    Args:
        allowed: which addresses a connection may be made to.
        timeout: seconds for one feed, from the request to the last byte.
    """

    def __init__(
        self,
        *,
        allowed: Allowed = is_public,
        timeout: float = _TIMEOUT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = allowed
        # One attempt: another one is an hour later.
        self._manners = RetryPolicy(timeout=timeout, attempts=1, patience=timeout, cache_for=0.0)
        self._sleep = sleep
        self._clock = clock
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._hosts = KeyedLocks()

    async def read(self, state: FeedState, now: datetime, today: date) -> Reading:
        """Ask for a feed, whether its time has come or not; failures are part of the answer.

        Args:
            state: the feed's, from the last time.
            now: the present instant, from which the next time is counted.
            today: the day after which dates are not believed.

        Raises:
            ValueError: the address is not one of the web.
        """
        if not is_address(state.url):
            raise ValueError("not a web address")
        name = urlsplit(state.url).hostname or ""
        async with self._hosts.of(name), self._places:
            fetcher = Fetcher(
                name,
                gate=asyncio.Semaphore(1),
                manners=self._manners,
                connector=lambda: public_connector(self._allowed),
                largest=LARGEST_FEED,
                redirects=REDIRECTS,
                sleep=self._sleep,
                clock=self._clock,
            )
            try:
                answer = await fetcher.get(
                    state.url,
                    {},
                    lambda response: _read(response, name, today),
                    accept=(200, 304, 410),
                    fresh=True,
                    headers=_conditions(state),
                )
            except SourceError as error:
                return Reading(after_failure(state, now, error), failure=error)
            finally:
                await fetcher.close()
        return Reading(after_answer(state, now, answer), answer.contents)


class GoneError(SourceError):
    """A feed was said to be gone for good."""


def canonical_address(text: str) -> str:
    """Return the address of a feed in one form, so that one feed is not asked for twice: scheme and
    host in lower case, without the usual port and the fragment.

    Raises:
        ValueError: it is not one of the web, or has a password in it.
    """
    text = text.strip()
    if text.casefold().startswith("feed:"):  # as some sites link theirs
        rest = text[len("feed:") :]
        text = f"https:{rest}" if rest.startswith("//") else rest
    if not is_address(text):
        raise ValueError("not a web address")
    parts = urlsplit(text)
    host = (parts.hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise ValueError("not a web address") from error
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path or "/", parts.query, ""))


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
    if answer.contents is not None:
        ttl = max(0, min(answer.contents.ttl or 0, _LONGEST_TTL))
        state = replace(state, ttl=ttl or None, skipped=answer.skipped)
    named = timedelta(minutes=state.ttl or 0)
    fresh = timedelta(seconds=_max_age(answer.headers))
    interval = min(max(SHORTEST_INTERVAL, named, fresh), LONGEST_INTERVAL)
    return replace(
        state,
        url=answer.moved_to if answer.moved_to and is_address(answer.moved_to) else state.url,
        etag=answer.headers.get("ETag") or (state.etag if answer.contents is None else None),
        last_modified=answer.headers.get("Last-Modified")
        or (state.last_modified if answer.contents is None else None),
        next_at=_not_skipped(now + interval, state.skipped),
        failures=0,
        gone=False,
    )


def after_failure(state: FeedState, now: datetime, error: SourceError) -> FeedState:
    """Return the state after a failure: the interval doubles with each one, up to a day."""
    failures = state.failures + 1
    interval = SHORTEST_INTERVAL * 2 ** min(failures - 1, 10)
    named = timedelta(seconds=error.retry_after or 0)
    interval = min(max(interval, named, SHORTEST_INTERVAL), LONGEST_INTERVAL)
    gone = isinstance(error, GoneError)
    return replace(state, failures=failures, next_at=now + interval, gone=gone)


def _max_age(headers: Mapping[str, str]) -> int:
    """Return the seconds for which an answer is said to stay fresh, 0 if it is not said."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    return int(found[1]) if found else 0


def _not_skipped(moment: datetime, skipped: Sequence[str]) -> datetime:
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
        raise GoneError(name, SourceErrorKind.REFUSED, "it is gone for good")
    if response.status == 304:
        return _Answer(None, response.headers, response.moved_to)
    if response.is_html:
        raise MalformedError("answered with a web page instead of a feed")
    if not response.body.strip():
        raise MalformedError("answered with nothing")
    found = contents(*parse_feed(response.body), today)
    if found.broken and not found.papers:
        raise MalformedError("none of its entries has a title and an address")
    skipped = {
        (name.decode().lower().lstrip("0") or "0")
        for part in _SKIPPED.finditer(response.body[:20_000])
        for name in _SKIP.findall(part[2])
    }
    known = tuple(sorted(skipped & _SKIPPABLE))
    return _Answer(found, response.headers, response.moved_to, known)
