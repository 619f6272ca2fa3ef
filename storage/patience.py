"""Who goes first at the database: people before what the bot does by itself."""

import asyncio
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

_patient: ContextVar[bool] = ContextVar("_patient", default=False)


@contextmanager
def patience(patient: bool) -> Generator[None]:
    """Say whether the reads and writes in here can wait for others; elsewhere they cannot."""
    token = _patient.set(patient)
    try:
        yield
    finally:
        _patient.reset(token)


def is_patient() -> bool:
    """Tell whether the present task can wait for others."""
    return _patient.get()


class OrderlyLock:
    """A lock that goes to the patient only when nobody else waits for it."""

    def __init__(self) -> None:
        self._held = False
        self._pressing: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        """Wait for the lock."""
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._patient if is_patient() else self._pressing).append(turn)
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
        for queue in (self._pressing, self._patient):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False
