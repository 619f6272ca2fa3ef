"""Reactions into the database: many in one transaction, each acknowledged after its commit."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from storage import library, shelves
from storage.database import Database
from storage.library import Event

log = logging.getLogger(__name__)

MOST: Final = 200
"""Events of one transaction: what is written in a few milliseconds, so that the loop goes on."""

_Waiting = tuple[Event, asyncio.Future[None]]


class ReactionWriter:
    """Writes events in the order in which they came.

    There is a task only while something is to be written. Nothing waits for company: what comes
    during one commit makes up the next batch, so that batches grow with the load.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, event: Event) -> None:
        """Write one event; returns when it is committed, together with its neighbours."""
        committed = asyncio.get_running_loop().create_future()
        self._waiting.append((event, committed))
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="reactions")
        await committed

    async def drain(self) -> None:
        """Wait until everything that came is committed."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._commit(batch)
        finally:
            self._task = None

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            events = [event for event, _ in batch]
            async with self._database.write() as conn:
                await library.apply(conn, events)
                await shelves.apply(conn, events)
        except Exception as error:
            if len(batch) > 1:
                # One event that cannot be written must not take its neighbours along.
                for each in batch:
                    await self._commit([each])
                return
            _, committed = batch[0]
            if not committed.done():
                committed.set_exception(error)
            return
        for _, committed in batch:
            if not committed.done():
                committed.set_result(None)
