"""Discord's rate limits: so many requests per route and channel, and over all routes a second.

Discord does not say when a second over all routes begins. Here it always has just begun: no more
than fifty pass in any second, so that who keeps to that keeps to every reading.
"""

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Refill(NamedTuple):
    """How many requests a bucket takes, and in how many seconds it is full again."""

    limit: int
    seconds: float


ROUTES = Refill(5, 5.0)
REACTIONS = Refill(1, 0.25)
CROSSPOSTS = Refill(10, 3_600.0)
GLOBAL = Refill(50, 1.0)

UNCOUNTED = ("/interactions/", "/webhooks/")
"""Answers to interactions are outside the limit over all routes."""

MANY = 1_000
"""Buckets at which those that are full again are thrown away."""


@dataclass
class Window:
    """One bucket since its first request."""

    ends: float
    used: int = 0


class Verdict(NamedTuple):
    """Whether a request passes, and the headers that tell of the bucket."""

    retry_after: float | None
    everywhere: bool
    headers: dict[str, str]


class Buckets:
    """Counts requests. `pace` shortens all windows: 0.1 makes five seconds half a second."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._windows: dict[str, Window] = {}
        self._passed: deque[float] = deque(maxlen=GLOBAL.limit)
        self.pace = 1.0

    def take(self, method: str, template: str, major: str) -> Verdict:
        """Count one request of a route."""
        if template.startswith("/interactions/"):
            return Verdict(None, everywhere=False, headers={})
        if not template.startswith(UNCOUNTED) and (wait := self._everywhere()) is not None:
            return Verdict(wait, everywhere=True, headers={"X-RateLimit-Scope": "global"})
        refill = REACTIONS if "/reactions" in template and method != "GET" else ROUTES
        if template.endswith("/crosspost"):
            refill = CROSSPOSTS
        name = hashlib.blake2b(f"{method} {template}".encode(), digest_size=8).hexdigest()
        wait, window = self._count(f"{name}:{major}", refill)
        headers = {
            "X-RateLimit-Limit": str(refill.limit),
            "X-RateLimit-Remaining": str(max(0, refill.limit - window.used)),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, window.ends - self._now()):.3f}",
            "X-RateLimit-Bucket": name,
        }
        return Verdict(wait, everywhere=False, headers=headers)

    def _everywhere(self) -> float | None:
        """Count a request among all, or return how long it has to wait."""
        now, seconds = self._now(), GLOBAL.seconds * self.pace
        if len(self._passed) == GLOBAL.limit and now - self._passed[0] < seconds:
            return self._passed[0] + seconds - now
        self._passed.append(now)  # the oldest goes: it is more than a second ago
        return None

    def _count(self, key: str, refill: Refill) -> tuple[float | None, Window]:
        now = self._now()
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            if len(self._windows) > MANY:
                self._windows = {k: each for k, each in self._windows.items() if each.ends > now}
            window = self._windows[key] = Window(now + refill.seconds * self.pace)
        if window.used >= refill.limit:
            return window.ends - now, window
        window.used += 1
        return None, window
