"""How many requests a source takes in a day, and how far apart."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import TracebackType

from papers.sources import SourceError, SourceErrorKind
from papers.sources.rate_limits import RateLimiter


def utc_now() -> datetime:
    """Return the time, for sources that are given no clock of their own."""
    return datetime.now(UTC)


class DailyBudget:
    """Lets `requests` through in a day of the zone, one at a time and `pace` seconds apart.

    Attempts count one by one. Beyond them, entering raises a `SourceError` with the seconds until
    midnight there.
    """

    def __init__(
        self,
        source: str,
        requests: int,
        pace: float,
        *,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float],
    ) -> None:
        self._source = source
        self._requests = requests
        self._zone = zone
        self._now = now
        self._pacer = RateLimiter(pace, sleep=sleep, clock=clock)
        self._day = date.min
        self._left = requests

    @property
    def today(self) -> date:
        """The day that requests count for now."""
        return self._now().astimezone(self._zone).date()

    @property
    def is_spent(self) -> bool:
        """Whether no request is left today."""
        today = self.today
        if today > self._day:
            self._day, self._left = today, self._requests
        return self._left == 0

    async def __aenter__(self) -> None:
        await self._pacer.__aenter__()
        if self.is_spent:
            await self._pacer.__aexit__(None, None, None)
            midnight = datetime.combine(self.today + timedelta(days=1), time(), self._zone)
            raise SourceError(
                self._source,
                SourceErrorKind.RATE_LIMITED,
                f"its {self._requests} requests of today are made",
                (midnight - self._now()).total_seconds(),
            )
        self._left -= 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pacer.__aexit__(kind, error, traceback)
