"""Charts, drawn one at a time by a process that ends when it is done."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cachetools import LRUCache

log = logging.getLogger(__name__)

_TIMEOUT: Final = 30.0
"""Seconds that a chart may take: one, and a few when its fonts are looked up for the first time."""
_KEPT: Final = 64  # of 40 kB each


class Charts:
    """Draws charts and keeps the last ones."""

    def __init__(self, folder: Path) -> None:
        """Keep what drawing finds out about fonts in `folder`."""
        self._folder = folder
        self._kept: LRUCache[str, bytes] = LRUCache(_KEPT)
        self._drawing = asyncio.Lock()

    async def lines(
        self, columns: Sequence[str], series: Sequence[Sequence[float | None]]
    ) -> bytes | None:
        """Return a PNG with a numbered line for each series; None if it cannot be drawn.

        Args:
            columns: what stands below, in digits and Latin letters.
            series: a value for each column, None for a gap.
        """
        return await self._drawn({"kind": "lines", "columns": columns, "series": series})

    async def bars(self, columns: Sequence[str], values: Sequence[float]) -> bytes | None:
        """Return a PNG with a bar for each value; None if it cannot be drawn."""
        return await self._drawn({"kind": "bars", "columns": columns, "series": [values]})

    async def ranked(self, names: Sequence[str], values: Sequence[float]) -> bytes | None:
        """Return a PNG with a bar for each value beside its name, from the top in this order; None
        if it cannot be drawn.

        Args:
            names: in Latin letters, short enough to leave room for the bars.
            values: one for each name.
        """
        return await self._drawn({"kind": "ranked", "columns": names, "series": [values]})

    async def _drawn(self, chart: dict[str, object]) -> bytes | None:
        asked = json.dumps(chart)
        async with self._drawing:
            if (known := self._kept.get(asked)) is not None:
                return known
            picture = await self._draw(asked)
            if picture is not None:
                self._kept[asked] = picture
            return picture

    async def _draw(self, asked: str) -> bytes | None:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot.charts", str(self._folder)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            log.warning("no process to draw a chart: %s", error)
            return None
        try:
            async with asyncio.timeout(_TIMEOUT):
                picture, said = await process.communicate(asked.encode())
        except TimeoutError:
            log.warning("a chart took more than %d s", _TIMEOUT)
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            log.warning("a chart could not be drawn: %s", said.decode(errors="replace")[-500:])
            return None
        return picture
