"""What the database needs now and then: a backup that was checked, and fresh statistics."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage import backups, posts, sqlite
from storage.database import DatabaseError

if TYPE_CHECKING:
    from bot.client import PaperBot

log = logging.getLogger(__name__)

SLACK: Final = timedelta(minutes=30)
"""A backup may come so much early, so that one a day does not wander through the hours."""


PAYLOADS_KEPT: Final = timedelta(days=7)
"""How long the wording of a finished post is kept; its header is refreshed for a day."""


class Upkeep:
    """Looks after the database's file; asked every hour whether there is something to do."""

    def __init__(self, bot: "PaperBot") -> None:
        self._bot = bot
        self._every = timedelta(hours=bot.settings.backup_hours)
        self._checked_at: datetime | None = None
        self.trouble: str | None = None
        """Why the last round failed, in a sentence for the operator."""

    @property
    def directory(self) -> Path:
        """Where backups are put; a relative path is meant beside the database."""
        return self._bot.database.path.parent / self._bot.settings.backup_dir

    @property
    def wanted(self) -> bool:
        """Whether backups are made at all."""
        return self._bot.settings.backup_keep > 0

    def last(self) -> datetime | None:
        """Return when the newest backup was made, `None` while there is none."""
        made = backups.scheduled(self.directory, self._bot.database.path.name)
        return made[0].at if made else None

    async def run(self, now: datetime) -> None:
        """Do what is due: never raises for what an operator can mend, but remembers and logs it."""
        last = await asyncio.to_thread(self.last) if self.wanted else self._checked_at
        if last is not None and now - last < self._every - SLACK:
            return
        try:
            await self._round(now)
        except DatabaseError as error:
            self.trouble = str(error)
            log.error("no backup: %s" if self.wanted else "damaged: %s", error)  # noqa: TRY400 - the sentence says all
        else:
            self.trouble = None

    async def _round(self, now: datetime) -> None:
        database = self._bot.database
        if self.wanted:
            keep = self._bot.settings.backup_keep
            made = await backups.make(database, self.directory, keep=keep, now=now)
            log.info("backed up to %s", made.path)
        elif wrong := await asyncio.to_thread(sqlite.check, database.path):
            raise DatabaseError(f"{database.path} is damaged: {wrong}")
        self._checked_at = now
        await self._forget(now)
        await database.optimize()

    async def _forget(self, now: datetime) -> None:
        """Drop what nobody will need: a large bot's posts would fill a gigabyte every few weeks."""
        dropped = 1
        while dropped:
            async with self._bot.database.write() as conn:
                dropped = await posts.forget_payloads(conn, now - PAYLOADS_KEPT)
            await asyncio.sleep(0)  # whoever wants to write gets a turn
