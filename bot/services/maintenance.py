"""What the database needs now and then: a backup that was checked, old rows pruned, statistics.

Each task stands alone: one that fails keeps none of the others from being done.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.runtime.logs import log_failure
from bot.services.library import Library
from bot.settings import Settings
from storage import backups, retention
from storage.database import Database
from storage.database_file import DatabaseError, file_error
from storage.priority import background

log = logging.getLogger(__name__)

SLACK: Final = timedelta(minutes=30)
"""A backup may come so much early, so that one a day does not wander through the hours."""


class Maintenance:
    """Looks after the database's file; asked every hour whether there is something to do."""

    def __init__(self, database: Database, library: Library, settings: Settings) -> None:
        self._database = database
        self._library = library
        self._directory = settings.backup_dir
        self._keep = settings.backup_keep
        self._every = timedelta(hours=settings.backup_hours)
        self._done: dict[str, datetime] = {}
        self.last_error: str | None = None
        """Why the last backup failed, in a sentence for the operator."""
        self.failing: dict[str, str] = {}
        """Which other tasks failed the last time, and why."""
        self.tasks: dict[str, Callable[[datetime], Awaitable[None]]] = {
            **{f"pruning {name}": self._pruning(step) for name, step in retention.STEPS.items()},
            "forgetting old messages": self._forget_old,
            "giving back free pages": self._shrink,
            "refreshing statistics": self._optimize,
        }
        """What is done as often as backups are made, by name, whatever becomes of the backup."""

    @property
    def directory(self) -> Path:
        """Where backups are put; a relative path is meant beside the database."""
        return self._database.path.parent / self._directory

    @property
    def wanted(self) -> bool:
        """Whether backups are made at all."""
        return self._keep > 0

    def last(self) -> datetime | None:
        """Return when the newest backup was made, `None` while there is none."""
        made = backups.scheduled(self.directory, self._database.path.name)
        return made[0].at if made else None

    async def run(self, now: datetime) -> None:
        """Do each task that is due. Failures are logged and kept in `last_error` and `failing`; a
        failed task is tried again at the next call."""
        with background(True):
            for name, task in self.tasks.items():
                await self._attempt(name, task, now)
        last = await asyncio.to_thread(self.last) if self.wanted else self._done.get("check")
        if not self._is_due(last, now):
            return
        try:
            await self._back_up(now)
        except DatabaseError as error:
            self.last_error = str(error)
            what = "no backup" if self.wanted else "damaged"
            log.error("%s: %s", what, error)  # noqa: TRY400 - the sentence says all
        else:
            self.last_error = None

    async def _attempt(
        self, name: str, task: Callable[[datetime], Awaitable[None]], now: datetime
    ) -> None:
        if not self._is_due(self._done.get(name), now):
            return
        try:
            await task(now)
        except Exception as error:
            self.failing[name] = file_error(error) or f"{type(error).__name__}, see the log"
            log_failure(log, error, "maintenance failed task=%s", name)
        else:
            self.failing.pop(name, None)
            self._done[name] = now

    def _is_due(self, last: datetime | None, now: datetime) -> bool:
        return last is None or now - last >= self._every - SLACK

    async def _back_up(self, now: datetime) -> None:
        database = self._database
        if self.wanted:
            made = await backups.make(database, self.directory, keep=self._keep, now=now)
            log.info("backed up to %s", made.path)
        elif wrong := await database.damage():
            raise DatabaseError(f"{database.label} is damaged: {wrong}")
        self._done["check"] = now

    async def _optimize(self, _: datetime) -> None:
        await self._database.optimize()

    def _pruning(self, step: retention.Step) -> Callable[[datetime], Awaitable[None]]:
        async def prune(now: datetime) -> None:
            more = 1
            while more:
                await self._database.checkpoint()  # or a commit does, and holds the writer for it
                async with self._database.write() as conn:  # in turns with other writers
                    more = await step(conn, now)

        return prune

    async def _forget_old(self, now: datetime) -> None:
        self._library.forget_old(now)

    async def _shrink(self, _: datetime) -> None:
        if freed := await self._database.rebuild():
            log.info("database compacted bytes_freed=%d", freed)
        given = 1
        while given:
            await self._database.checkpoint()
            given = await self._database.give_back()
