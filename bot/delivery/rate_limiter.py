"""The pace of everything that the bot asks of Discord: one limiter in front of every request.

discord.py knows each route's limits, but of the limit over all routes only once it was broken. This
limiter stands between discord.py's buckets and the wire, so that a request counts when it leaves,
retries included, and not while it waits for its channel. Answers to interactions pass: Discord does
not count them (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit).
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Final, TypeVar

import aiohttp
import discord
import yarl
from discord.http import Route

from bot import limits
from bot.runtime.priority import RoundRobin, Urgency, asker

log = logging.getLogger(__name__)

T = TypeVar("T")

UNCOUNTED: Final = ("/interactions/", "/webhooks/")
"""Paths that do not count; the bot has no webhooks but those that interactions come with."""

CATCH_UP: Final = 0.1
"""Seconds of the pace that may be made up for at once after nothing was sent: the loop is never
quite on time."""

MARGIN: Final = 0.05
"""Seconds that a pause takes longer than asked for: what comes too early counts again."""

QUICK: Final = 10
"""One of so many requests is quick: nothing held it up."""

REMEMBERED: Final = 500
"""The latest requests that the usual latency is taken from: about ten seconds' worth, so that a
stall does not become the usual."""

MAX_ANSWER_SECONDS: Final = 5.0
"""A request that is unanswered for so many seconds is taken to have been counted all the same."""

BY_PROXY: Final = "generated-by-proxy"
"""A header of answers that do not come from Discord but from a rate-limiting proxy before it
(https://github.com/germanoeich/nirn-proxy): one of its machines could not be reached."""

_RESET: Final = ("X-RateLimit-Reset", "X-RateLimit-Reset-After")

LONGEST_PAUSE: Final = 60.0
"""Seconds; where Discord wants more, requests fail with that instead of waiting."""


@dataclass(slots=True, eq=False)
class Slot:
    """One request: when it left, and when Discord counted it had it travelled as quickly as the
    quick ones; in the loop's seconds."""

    sent: float
    counted: float | None = None

    def counts_until(self, now: float, quick: float) -> float:
        """Return until when Discord may count it in the same second as the next.

        Without an answer it may be counted at any time, unless answers always take so long.
        """
        counted = now - quick if self.counted is None else self.counted
        return min(max(self.sent, counted), self.sent + MAX_ANSWER_SECONDS) + limits.COUNTED_SECONDS


class LatencyEstimate:
    """What the quick ones of the latest requests take."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=REMEMBERED)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Take in another request."""
        self._latest.append(seconds)
        self.seconds = sorted(self._latest)[len(self._latest) // QUICK]


class Limiter:
    """Lets requests pass evenly, those that a person waits for first, the others in turns."""

    def __init__(self, rate: float) -> None:
        self._interval = 1 / rate
        self._most = limits.REQUESTS_PER_SECOND
        self._waiting = {urgency: RoundRobin[asyncio.Future[Slot]]() for urgency in Urgency}
        self._slots: list[Slot] = []
        self._latency = LatencyEstimate()
        self._journey = LatencyEstimate()
        self._next = 0.0
        self._passed = 0
        self._paused_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def install(self, trace: aiohttp.TraceConfig) -> None:
        """Hold back the requests of the sessions that this trace belongs to."""
        trace.on_request_start.append(self._on_start)
        trace.on_request_end.append(self._on_end)
        trace.on_request_exception.append(self._on_exception)

    @property
    def demand(self) -> int:
        """How many requests have passed since this was last asked, or wait to pass."""
        passed, self._passed = self._passed, 0
        return passed + sum(map(len, self._waiting.values()))

    def set_rate(self, rate: float, most: int) -> None:
        """Let so many requests pass in a second on average from now on, and so many at most in
        any."""
        self._interval = 1 / rate
        self._most = most
        if any(self._waiting.values()):
            self._pass()

    async def acquire(self) -> Slot:
        """Wait for a turn.

        Raises:
            discord.RateLimited: Discord wants nothing for longer than `LONGEST_PAUSE`.
        """
        loop = asyncio.get_running_loop()
        if (pause := self._paused_until - loop.time()) > LONGEST_PAUSE:
            raise discord.RateLimited(pause)
        urgency, share = asker()
        future: asyncio.Future[Slot] = loop.create_future()
        self._waiting[urgency].put(share, future)
        self._pass()
        turn = await future
        turn.sent = loop.time()  # where the loop was busy, later than it was let pass
        return turn

    def release(self, turn: Slot, there: float | None = None) -> None:
        """Take note that an answer came, whatever it says.

        Args:
            turn: the request's.
            there: the time on Discord's clock when it was handled, where the answer has it.
        """
        now = asyncio.get_running_loop().time()
        self._latency.add(now - turn.sent)
        turn.counted = now - self._latency.seconds
        if there is not None:
            # Both clocks' difference is in every journey, so it is in none that is compared.
            self._journey.add(there - turn.sent)
            turn.counted = min(there - self._journey.seconds, now)
        self._pass()

    def pause(self, seconds: float) -> None:
        """Let nothing pass for so long: Discord said that it counts too many requests."""
        now = asyncio.get_running_loop().time()
        self._paused_until = max(self._paused_until, now + seconds + MARGIN)
        self._next = max(self._next, self._paused_until)  # and then evenly, making up for nothing
        if seconds > LONGEST_PAUSE:
            for queue in self._waiting.values():
                for turn in queue.clear():
                    if not turn.done():
                        turn.set_exception(discord.RateLimited(seconds))

    def _pass(self) -> None:
        """Give out the turns that are due, and come again for the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while (queue := next(filter(None, self._waiting.values()), None)) is not None:
            now = loop.time()
            if (due := self._due(now)) > now:
                self._timer = loop.call_at(due, self._pass)
                return
            future = queue.take()
            if not future.done():  # who was cancelled does not take a turn
                self._next = max(self._next, now - CATCH_UP) + self._interval
                turn = Slot(now)
                self._slots.append(turn)
                self._passed += 1
                future.set_result(turn)

    def _due(self, now: float) -> float:
        """Return when the next request may leave."""
        due = self._next
        ends = {turn: turn.counts_until(now, self._latency.seconds) for turn in self._slots}
        self._slots = [turn for turn, end in ends.items() if end > now]
        if (spare := self._most - len(self._slots)) <= 0:
            due = max(due, sorted(end for end in ends.values() if end > now)[-spare])
        return due

    async def _on_start(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        started: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.turn = await self.acquire() if _counts(started.url) else None

    async def _on_end(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        ended: aiohttp.TraceRequestEndParams,
    ) -> None:
        if context.turn is not None:
            self.release(context.turn, _clock_of(ended.response))
            if ended.response.status == 429 and (seconds := await _asked_of_all(ended.response)):
                log.warning("Discord asked for a pause of %.2f s", seconds)
                self.pause(seconds)

    async def _on_exception(
        self,
        _: aiohttp.ClientSession,
        context: SimpleNamespace,
        _failed: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        if context.turn is not None:
            self.release(context.turn)


def _counts(url: yarl.URL) -> bool:
    base, asked = Route.BASE, str(url)
    return asked.startswith(base) and not asked[len(base) :].startswith(UNCOUNTED)


def _clock_of(response: aiohttp.ClientResponse) -> float | None:
    """Return what Discord's clock showed, to the millisecond: its headers tell when the route's
    limit ends, and how far away that is."""
    try:
        ends, away = (float(response.headers[name]) for name in _RESET)
    except (KeyError, ValueError):
        return None
    return ends - away


async def _asked_of_all(response: aiohttp.ClientResponse) -> float:
    """Return how long all requests are to wait; 0 if only this route's are."""
    headers = response.headers
    if BY_PROXY in headers:
        return 0.0
    # Without `Via` it does not come from Discord but from Cloudflare, which bans the address.
    everywhere = (
        headers.get("X-RateLimit-Global") == "true"
        or headers.get("X-RateLimit-Scope") == "global"
        or "Via" not in headers
    )
    if not everywhere:
        return 0.0
    if response.content_type == "application/json":
        body = await response.json()
        if isinstance(body, dict) and isinstance(body.get("retry_after"), int | float):  # pyright: ignore[reportUnknownMemberType]
            return float(body["retry_after"])  # pyright: ignore[reportUnknownArgumentType]
    seconds = headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else LONGEST_PAUSE
