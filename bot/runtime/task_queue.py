"""A bounded number of tasks that do queued work; none idles when there is none."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple, TypeAlias

from bot.runtime.logs import log_failure
from bot.runtime.priority import RoundRobin, Urgency, request_priority

log = logging.getLogger(__name__)

Work: TypeAlias = Callable[[], Awaitable[None]]


class _Job(NamedTuple):
    key: Hashable
    share: Hashable
    work: Work


class TaskQueue:
    """Runs submitted work, at most `limit` pieces at a time, each key once at a time.

    Pieces of different shares take turns, so that a server with a hundred feeds keeps no other
    waiting; requests to Discord that they make are as urgent as the workers are.
    Tasks live only while there is work, so that a quiet bot has none and a stopping one has few.
    """

    def __init__(self, limit: int, urgency: Urgency = Urgency.POST) -> None:
        self._limit = limit
        self._urgency = urgency
        self._waiting = RoundRobin[_Job]()
        self._keys: set[Hashable] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._keys)

    def submit(self, key: Hashable, work: Work, *, share: Hashable = None) -> bool:
        """Queue `work` unless its key is queued or running already; return whether it was queued.

        Args:
            key: what the work is on.
            work: what to await.
            share: a server or a person; by default each key is its own.
        """
        if self._stopping or key in self._keys:
            return False
        self._keys.add(key)
        job = _Job(key, key if share is None else share, work)
        self._waiting.put(job.share, job)
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
        for job in self._waiting.clear():
            self._keys.discard(job.key)
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=timeout)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        while self._waiting:
            job = self._waiting.take()
            try:
                with request_priority(self._urgency, job.share):
                    await job.work()
            except Exception as error:
                # One broken piece must not take the queue along; expected failures never get here.
                log_failure(log, error, "queued work failed key=%s", job.key)
            finally:
                self._keys.discard(job.key)
