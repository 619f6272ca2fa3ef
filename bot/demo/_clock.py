"""The demo's time, which the bot and the simulated Discord share."""

import time
from datetime import datetime, timedelta


class DemoClock:
    """A clock that is set to `start` when it is made, runs on from there, and can be put forward.

    It has the interface of both the bot's clock and the simulated Discord's, whose own stands
    still. `now` can be put forward; `elapsed` cannot. simcord answers `time.monotonic` with
    `elapsed` inside the bot's own tasks, and leaves it alone in what the demo calls, such as the
    minute's work. What takes the time in one of them and compares it in the other (the limiter,
    the pace of a source) therefore needs one base for both: the machine's own seconds.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._set_at = time.perf_counter()
        self._ahead = 0.0
        # The two clocks need not begin together (they do on Linux, not on every platform).
        self._base = time.monotonic() - self._set_at

    @property
    def elapsed(self) -> float:
        """The seconds on the machine's monotonic clock, which nothing puts forward."""
        return self._base + time.perf_counter()

    def now(self) -> datetime:
        """Return the present instant on this clock, in UTC."""
        passed = time.perf_counter() - self._set_at + self._ahead
        return self._start + timedelta(seconds=passed)

    def put_forward(self, seconds: float) -> None:
        """Put the clock forward."""
        self._ahead += seconds

    def advance(self, seconds: float) -> None:
        """Do nothing: simcord asks for it where a timer is due, and time runs by itself."""
        del seconds
