"""How many requests a source takes in a day, and how far apart."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType

from papers.sources import SourceError, SourceErrorKind
from papers.sources.rate_limits import RateLimiter


def utc_now() -> datetime:
    """Return the time, for sources that are given no clock of their own."""
    return datetime.now(UTC)


class DailyBudget:
    """Lets `requests` through in a UTC day, one at a time and `pace` seconds apart.

    Attempts count one by one. Beyond them, entering raises a `SourceError` with the seconds until
    midnight.
    """

    def __init__(
        self,
        source: str,
        requests: int,
        pace: float,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float],
    ) -> None:
        self._source = source
        self._requests = requests
        self._now = now
        self._pacer = RateLimiter(pace, sleep=sleep, clock=clock)
        self._day = date.min
        self._left = requests

    async def __aenter__(self) -> None:
        await self._pacer.__aenter__()
        now = self._now()
        if now.date() > self._day:
            self._day, self._left = now.date(), self._requests
        if not self._left:
            await self._pacer.__aexit__(None, None, None)
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            raise SourceError(
                self._source,
                SourceErrorKind.RATE_LIMITED,
                f"its {self._requests} requests of today are made",
                (midnight - now).total_seconds(),
            )
        self._left -= 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pacer.__aexit__(kind, error, traceback)
