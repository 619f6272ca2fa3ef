"""Priorities at the database: people's reads and writes go before the bot's own."""

import asyncio
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

_background: ContextVar[bool] = ContextVar("_background", default=False)


@contextmanager
def background(background: bool) -> Generator[None]:
    """Give the reads and writes in here low priority, or not; elsewhere they have none."""
    token = _background.set(background)
    try:
        yield
    finally:
        _background.reset(token)


def is_background() -> bool:
    """Return whether the present task has low priority."""
    return _background.get()


class PriorityLock:
    """A lock that background tasks get only when no other task waits for it."""

    def __init__(self) -> None:
        self._held = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._background: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        """Wait for the lock."""
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._background if is_background() else self._urgent).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it came at the moment that it was given up
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock to the next."""
        self._pass_on()

    def _pass_on(self) -> None:
        for queue in (self._urgent, self._background):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False
