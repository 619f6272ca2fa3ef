"""How many requests a source takes in a day, and how far apart."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import TracebackType

from papers.sources import SourceError, SourceErrorKind
from papers.sources.memory import SourceMemory
from papers.sources.rate_limits import RateLimiter


def utc_now() -> datetime:
    """Return the time, for sources that are given no clock of their own."""
    return datetime.now(UTC)


class DailyBudget:
    """Lets `requests` through in a day of the zone, one at a time and `pace` seconds apart.

    Attempts count one by one, those of earlier processes included once it is restored. Beyond them,
    entering raises a `SourceError` with the seconds until midnight there.
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
        self._memory: SourceMemory | None = None

    async def restore(self, memory: SourceMemory) -> None:
        """Count in `memory` from now on, going on with what it has counted today."""
        self._memory = memory
        self._day = self.today
        self._left = max(0, self._requests - await memory.made(self._source, self._day))

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
        try:
            await self._count()
        except BaseException:
            await self._pacer.__aexit__(None, None, None)
            raise

    async def _count(self) -> None:
        if not self.is_spent:
            if self._memory is None:
                self._left -= 1
                return
            made = await self._memory.claim(self._source, self._day, self._requests)
            self._left = 0 if made is None else self._requests - made
            if made is not None:
                return
        midnight = datetime.combine(self.today + timedelta(days=1), time(), self._zone)
        raise SourceError(
            self._source,
            SourceErrorKind.RATE_LIMITED,
            f"its {self._requests} requests of today are made",
            (midnight - self._now()).total_seconds(),
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._pacer.__aexit__(kind, error, traceback)
