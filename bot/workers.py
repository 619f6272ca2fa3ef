"""A bounded number of tasks that do queued work; none idles when there is none."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]


class Workers:
    """Runs submitted work, at most `limit` pieces at a time, each key once at a time.

    Tasks live only while there is work, so that a quiet bot has none and a stopping one has few.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[tuple[Hashable, Work]] = deque()
        self._keys: set[Hashable] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._keys)

    def submit(self, key: Hashable, work: Work) -> bool:
        """Queue `work` unless its key is queued or running already; tell whether it was queued."""
        if self._stopping or key in self._keys:
            return False
        self._keys.add(key)
        self._waiting.append((key, work))
        if len(self._tasks) < self._limit:
            task = asyncio.create_task(self._run(), name=f"worker {key}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def drain(self) -> None:
        """Wait until everything that is queued has been done."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self, timeout: float) -> None:  # noqa: ASYNC109 - a shutdown has one deadline for all
        """Take no more work, give what runs `timeout` seconds to end, then cancel it."""
        self._stopping = True
        for key, _ in self._waiting:
            self._keys.discard(key)
        self._waiting.clear()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            key, work = self._waiting.popleft()
            try:
                await work()
            except Exception:
                # One broken piece must not take the queue along; expected failures never get here.
                log.exception("queued work failed key=%s", key)
            finally:
                self._keys.discard(key)
