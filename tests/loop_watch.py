"""How long the steps of an event loop keep the loop from everything else."""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Final

_LOOK_EVERY: Final = 0.02
"""Seconds between two looks at where a long step is."""


@dataclass
class LoopWatch:
    """Measures every step of every loop of this thread, in CPU time of the thread.

    What other threads and other processes do meanwhile does not count, so that a busy machine
    changes little.
    """

    longest: float = 0.0
    """Seconds of CPU time of the longest step since `begin`."""
    where: str = ""
    """The stack in which the longest step was seen, if it took long enough to be seen."""
    after: Callable[[], None] | None = None
    """Called after each step."""
    _since: float | None = None
    _seen: list[str] = field(default_factory=list[str])

    def begin(self) -> None:
        """Forget what was measured."""
        self.longest, self.where = 0.0, ""

    def step(self, handle: Any, run: Any) -> None:
        """Run one step and measure it."""
        self._since = time.perf_counter()
        began = time.thread_time()
        try:
            run(handle)
        finally:
            took = time.thread_time() - began
            self._since = None
            seen, self._seen = self._seen, []
            if took > self.longest:
                self.longest = took
                self.where = seen[len(seen) // 2] if seen else _name(handle)
            if self.after is not None:
                self.after()

    def look(self, thread: int) -> None:
        """Note where the step is that runs now; called by another thread."""
        since = self._since
        if since is not None and time.perf_counter() - since > _LOOK_EVERY:
            frame = sys._current_frames().get(thread)  # pyright: ignore[reportPrivateUsage]
            if frame is not None and self._since == since:
                self._seen.append(_stack(frame))


@contextmanager
def watched() -> Generator[LoopWatch]:
    """Watch the loops of this thread."""
    watch = LoopWatch()
    original = asyncio.Handle._run  # pyright: ignore[reportPrivateUsage] - there is no other seam
    mine = threading.get_ident()

    def run(handle: Any) -> None:
        if threading.get_ident() == mine:
            watch.step(handle, original)
        else:
            original(handle)

    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_EVERY):
            watch.look(mine)

    looking = threading.Thread(target=look, name="loop-watch")
    asyncio.Handle._run = run  # pyright: ignore
    looking.start()
    try:
        yield watch
    finally:
        asyncio.Handle._run = original  # pyright: ignore[reportPrivateUsage]
        over.set()
        looking.join()


def _stack(frame: FrameType) -> str:
    frames = traceback.extract_stack(frame)
    steps = [place for place, each in enumerate(frames) if each.filename == __file__]
    inside = frames[max(steps, default=-1) + 1 :][-14:]
    return "\n".join(f"  {each.filename}:{each.lineno} {each.name}" for each in inside)


def _name(handle: Any) -> str:
    callback = getattr(handle, "_callback", None)
    callback = getattr(callback, "__simcord_original_callback__", callback)
    task: Any = getattr(callback, "__self__", None)
    return repr(task.get_coro() if hasattr(task, "get_coro") else callback)
