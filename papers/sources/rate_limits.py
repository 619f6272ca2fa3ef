"""What servers say about how fast they may be asked, and the pace that arXiv asks of everyone."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final

LONGEST_WAIT: Final = 86_400.0
"""Seconds after which a source is asked again, whatever it named: a day. A proxy's wrong clock can
put the date of `Retry-After` decades ahead."""
_SECONDS: Final = re.compile(r"\d+(?:\.\d+)?(?:,\s*\d+(?:\.\d+)?)*", re.ASCII)


class RateLimiter:
    """Let one request at a time through, each `pace` seconds after the one before has ended.

    Share one pacer between everything in the process that talks to the same service.
    """

    def __init__(
        self,
        pace: float,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace = pace
        self._sleep = sleep
        self._clock = clock
        self._turn = asyncio.Lock()
        self._next = 0.0

    async def __aenter__(self) -> None:
        await self._turn.acquire()
        try:
            wait = self._next - self._clock()
            if wait > 0:
                await self._sleep(wait)
        except BaseException:
            self._turn.release()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._next = self._clock() + self._pace
        self._turn.release()


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` or a spent `RateLimit` ask us to wait, if they do.

    `Retry-After` is a number, also with a fraction or sent twice ("10, 10"), or an HTTP date. No
    wait is longer than `LONGEST_WAIT`.
    """
    named = [
        float(seconds)
        for limit in _rate_limits(headers)
        if (seconds := limit.get("t", "")).isdecimal() and limit.get("r", "0") == "0"
    ]
    retry_after = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(retry_after):
        named += [float(seconds) for seconds in retry_after.split(",")]
    elif retry_after:
        named.extend(_seconds_until(retry_after, headers.get("Date", "")))
    return min(max(named), LONGEST_WAIT) if named else None


def backoff_seconds(headers: Mapping[str, str]) -> float:
    """Return the seconds of rest that Zotero asks for in any answer, also a good one.

    See https://www.zotero.org/support/dev/web_api/v3/basics#rate_limiting.
    """
    seconds = headers.get("Backoff", "").strip()
    return min(float(seconds), LONGEST_WAIT) if seconds.isascii() and seconds.isdecimal() else 0.0


def is_spent(headers: Mapping[str, str]) -> bool:
    """Return whether the answer says that it was the last one for now."""
    return any(limit.get("r") == "0" for limit in _rate_limits(headers))


def _rate_limits(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Read `RateLimit: "api";r=0;t=2, "pages";r=7;t=9` (draft-ietf-httpapi-ratelimit-headers)."""
    return [
        {
            name.strip(): value.strip()
            for name, _, value in (part.partition("=") for part in item.split(";")[1:])
        }
        for item in headers.get("RateLimit", "").split(",")
    ]


def _seconds_until(moment: str, sent: str) -> list[float]:
    """Return the wait until an HTTP date, by the server's own clock where it sends it."""
    try:
        until = parsedate_to_datetime(moment)
        now = parsedate_to_datetime(sent) if sent else datetime.now(UTC)
        return [max(0.0, (_aware(until) - _aware(now)).total_seconds())]
    except (TypeError, ValueError, OverflowError):
        return []


def _aware(moment: datetime) -> datetime:
    """Return the moment in UTC where it names no zone: HTTP's dates are all of that zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
