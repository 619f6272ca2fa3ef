"""The demo's time, which the bot and the simulated Discord share."""

import time
from datetime import datetime, timedelta


class DemoClock:
    """A clock that was set to `start` when it was made, runs on from there, and can be put
    forward.

    It has the shape of both the bot's clock and the simulated Discord's, whose own stands still.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start
        # simcord puts its virtual time in the place of `time.monotonic`, and asks us for it.
        self._set_at = time.perf_counter()
        self._put_forward = 0.0

    @property
    def elapsed(self) -> float:
        """The seconds that have passed here since the clock was set."""
        return time.perf_counter() - self._set_at + self._put_forward

    def now(self) -> datetime:
        """Return the present instant on this clock, in UTC."""
        return self._start + timedelta(seconds=self.elapsed)

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._put_forward += seconds
