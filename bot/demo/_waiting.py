"""Waiting for the page, and for the simulated Discord to be free."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from simcord import SetupError

BUSY: Final = 0.2
"""Seconds until the simulated Discord is asked again while a person's action is under way."""
BUSY_TRIES: Final = 50
"""How often it is asked: ten seconds in all."""
_Done = TypeVar("_Done")
LONGEST_WAIT: Final = 240.0
"""Hours that can be let pass at once."""


async def first(*waits: Coroutine[Any, Any, bool]) -> bool:
    """Return what the first of these to end returns, and cancel the others."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def when_free(operation: Callable[[], Awaitable[_Done]]) -> _Done:
    """Do something to the simulated Discord once no action of a person is under way there.

    Raises:
        SetupError: something else keeps it from being done.
    """
    for _ in range(BUSY_TRIES):
        try:
            return await operation()
        except SetupError:
            await asyncio.sleep(BUSY)
    return await operation()


def hours(text: str) -> float | None:
    """Return how many hours a text names, `None` if that is no number that may pass at once."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number <= LONGEST_WAIT else None
