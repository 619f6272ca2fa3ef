"""What a person types while the demo's page is open."""

import asyncio
import os
import sys
from types import TracebackType
from typing import Self


class Terminal:
    """The lines of standard input while the block lasts, without a thread that would wait for
    them for ever."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str] = asyncio.Queue()
        self._rest = ""
        self.listening = False
        """Whether more can come."""

    def __enter__(self) -> Self:
        try:
            # Refused for files and for no input at all: then there is no one to type.
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._readable)
            self.listening = True
        except (OSError, ValueError, AttributeError):
            pass
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    async def line(self) -> str:
        """Return the next line, stripped; waits for ever where none can come."""
        return await self._lines.get()

    def _readable(self) -> None:
        # Not through `sys.stdin`: its buffer would hide from the loop what it has read.
        chunk = os.read(sys.stdin.fileno(), 4096)
        if not chunk:
            self._stop()
        *lines, self._rest = (self._rest + chunk.decode(errors="replace")).split("\n")
        for line in lines:
            self._lines.put_nowait(line.strip())

    def _stop(self) -> None:
        if self.listening:
            self.listening = False
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
