"""Every request to Discord counted, and a stop long before Discord itself would stop us.

Discord bans an address for a while that causes 10,000 answers of 401, 403 and 429 in ten minutes
(https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Final

import aiohttp
import discord
from discord.http import Route
from yarl import URL

from bot.delivery.rate_limiter import BY_PROXY
from bot.monitor._instruments import Instruments
from bot.monitor._thresholds import Thresholds

log = logging.getLogger(__name__)

INVALID: Final = frozenset((401, 403, 429))

_SENDING: Final = ("channels", "guilds", "users")
"""First parts of the routes that are refused while sending pauses. Answers to interactions, whose
invalid requests are few and each caused by a person, go by others."""

_LITERAL: Final = 32
"""Characters of a path's part that may be a name of Discord's and no token."""


class InvalidRequests:
    """The invalid requests of the last ten minutes, and whether sending has to pause for them."""

    def __init__(self, thresholds: Thresholds, now: Callable[[], float] = time.monotonic) -> None:
        self._window = thresholds.invalid_window
        self._stop_at = thresholds.invalid_stop
        self._resume_at = thresholds.invalid_resume
        self._now = now
        self._at: deque[float] = deque(maxlen=self._stop_at)
        self._open = False

    def add(self) -> None:
        """Count one."""
        self._at.append(self._now())
        if len(self) >= self._stop_at and not self._open:
            self._open = True
            log.error("sending paused: invalid_requests=%d in ten minutes", len(self))

    def __len__(self) -> int:
        since = self._now() - self._window
        while self._at and self._at[0] <= since:
            self._at.popleft()
        return len(self._at)

    @property
    def pause(self) -> float | None:
        """Seconds until sending may go on; `None` while it need not pause."""
        if self._open and len(self) <= self._resume_at:
            self._open = False
            log.warning("sending resumed: invalid_requests=%d in ten minutes", len(self))
        if not self._open:
            return None
        return max(1.0, self._at[len(self._at) - self._resume_at - 1] + self._window - self._now())


class Requests:
    """Watches discord.py's requests through aiohttp's tracing, whatever else wraps them."""

    def __init__(self, instruments: Instruments, thresholds: Thresholds) -> None:
        self._instruments = instruments
        self.invalid = InvalidRequests(thresholds)

    def install(self, trace: aiohttp.TraceConfig) -> None:
        """Watch the sessions that this trace belongs to; call it after those who hold requests
        back."""
        # What is refused is refused before it waits for its turn, and again if it has waited long.
        trace.on_request_start.insert(0, self._started)
        trace.on_request_start.append(self._started)
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(self._failed)

    async def _started(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestStartParams,
    ) -> None:
        if (pause := self.invalid.pause) is not None and _is_sending(params.method, params.url):
            # To the caller this is Discord asking for patience, which it knows how to have.
            raise discord.RateLimited(pause)
        context.started = time.perf_counter()  # the second time counts: when it left

    async def _ended(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        answer = params.response
        route = route_of(params.url)
        self._note(context, params.method, route, str(answer.status))
        shared = answer.headers.get("X-RateLimit-Scope") == "shared"  # does not count against us
        from_proxy = BY_PROXY in answer.headers  # Discord has not seen it
        if answer.status in INVALID and not shared and not from_proxy and route.startswith("/"):
            self.invalid.add()

    async def _failed(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        self._note(context, params.method, route_of(params.url), type(params.exception).__name__)

    def _note(self, context: SimpleNamespace, method: str, route: str, status: str) -> None:
        took = time.perf_counter() - context.started
        kind = "interaction" if _is_answer(route) else "other"
        self._instruments.requests.labels(method, route, status).inc()
        if route.startswith("/"):
            self._instruments.request_seconds.labels(kind).observe(took)


def route_of(url: URL) -> str:
    """Return the template of a request's path: no id, no token, no emoji is left in it.

    What goes elsewhere than to Discord's API is `gateway` or `elsewhere`.
    """
    base = URL(Route.BASE)
    if url.scheme in ("ws", "wss") or url.path == "/gateway":
        return "gateway"
    if url.host != base.host or not url.path.startswith(f"{base.path}/"):
        return "gateway" if (url.host or "").startswith("gateway") else "elsewhere"
    parts = url.path[len(base.path) :].strip("/").split("/")
    return "/" + "/".join(_template(parts, place) for place in range(len(parts)))


def _template(parts: list[str], place: int) -> str:
    part = parts[place]
    before = parts[place - 1] if place else ""
    if before == "reactions":
        return "{emoji}"
    if place == 2 and parts[0] in ("interactions", "webhooks"):
        return "{token}"
    if part.isdecimal():
        return "{id}"
    return part if len(part) <= _LITERAL and part.isascii() else "{…}"


def _is_answer(route: str) -> bool:
    return route.startswith(("/interactions/", "/webhooks/"))


def _is_sending(method: str, url: URL) -> bool:
    route = route_of(url)
    if (method, route) in (("GET", "/users/@me"), ("GET", "/gateway/bot")):
        return False
    return route.strip("/").split("/")[0] in _SENDING
