"""Requests that are sent once: discord.py sends a request again after some errors of Discord's.

That is harmless for a message with a nonce. A post of a forum has none, and an error may be the
answer to a request that was carried out: the forum is read back before the next one is sent.
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp


class Unanswered(aiohttp.ClientError):
    """A request that may have been carried out, and was not sent again."""


@dataclass(slots=True)
class _Attempt:
    sent: bool = False


_attempt: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)


@contextmanager
def single_attempt() -> Generator[None]:
    """Let one request within this block leave once: its repetition raises `Unanswered`.

    A request that Discord refused to take yet (429) was not carried out and may leave again.
    """
    token = _attempt.set(_Attempt())
    try:
        yield
    finally:
        _attempt.reset(token)


def install(trace: aiohttp.TraceConfig) -> None:
    """Make `single_attempt` hold for the sessions that this trace belongs to."""
    trace.on_request_start.append(_on_start)
    trace.on_request_end.append(_on_end)


async def _on_start(
    _: aiohttp.ClientSession, _context: SimpleNamespace, _started: aiohttp.TraceRequestStartParams
) -> None:
    if (attempt := _attempt.get()) is not None:
        if attempt.sent:
            raise Unanswered
        attempt.sent = True


async def _on_end(
    _: aiohttp.ClientSession, _context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
) -> None:
    if (attempt := _attempt.get()) is not None and ended.response.status == 429:
        attempt.sent = False
