"""The minute's cycle: ingest what is due, match topics, queue the posts, digests and threads owed,
and look for news about saved papers."""

import asyncio
import logging
from datetime import date, datetime
from typing import Final

from bot.monitor import IncidentTracker
from bot.runtime.logs import log_failure
from bot.runtime.part import WHOLE, Part
from bot.services.container import Services
from bot.services.ingest import IngestReport
from bot.ui.text import plural
from papers import calendar
from storage import clock_repair

log = logging.getLogger(__name__)

INGEST_TIMEOUT: Final = 15.0
"""Seconds that a minute's posts wait for the sources."""


class Cycle:
    """Does what the clock asks, once a minute."""

    def __init__(self, services: Services, incidents: IncidentTracker, part: Part = WHOLE) -> None:
        self._part = part
        self._services = services
        self._incidents = incidents
        self._ingest: asyncio.Task[IngestReport] | None = None
        """The pass under way; it may outlast the minute that began it."""

    async def run(self, now: datetime, *, timeout: float | None = INGEST_TIMEOUT) -> None:  # noqa: ASYNC109 - the pass goes on beyond it
        """Ingest what is due, claim what is owed, and queue it.

        A source that takes longer than `timeout` seconds goes on in the background; what is known
        is posted meanwhile. News about saved papers is looked for beside all this.
        """
        await asyncio.to_thread(self._services.give_back_memory)
        if self._part.keeps:
            await self._keep(now, timeout)
        else:
            self._services.search.catch_up()
        if self._part.listens:
            await self._claim(now)
        if self._part.keeps:
            self._services.news.start(now)

    async def _keep(self, now: datetime, timeout: float | None) -> None:  # noqa: ASYNC109 - as above
        await self._repair_clock(now)
        if self._ingest is None:
            expected = calendar.expected_batch(now, self._services.settings.settle)
            self._ingest = asyncio.create_task(self._ingest_due(now, expected), name="ingest")
        finished, _ = await asyncio.wait({self._ingest}, timeout=timeout)
        if finished:
            ingest, self._ingest = self._ingest, None
            if (error := ingest.exception()) is not None:
                # What is known is posted all the same, and the next minute tries again.
                log_failure(log, error, "the sources could not be fetched")

    async def _claim(self, now: datetime) -> None:
        await self._services.publisher.claim(now)
        if self._part.has_digests:
            await self._services.digester.claim(now)
        await self._services.weekly_shelves.claim(now)
        await self._services.clubs.claim(now)
        await self._services.discussions.claim(now)

    async def run_whole(self, now: datetime) -> None:
        """Do one whole pass, and return when everything is sent and indexed."""
        await self.run(now, timeout=None)
        await self._services.drain()
        await self._incidents.check(now)

    async def ingest(self, now: datetime) -> IngestReport:
        """Ask every source for what is new, whether its time has come or not."""
        report = await self._services.ingester.run(now)
        self._services.search.catch_up()
        await self._services.search.drain()
        return report

    async def stop(self) -> None:
        """Stop the pass under way."""
        if self._ingest is not None:
            self._ingest.cancel()
            await asyncio.gather(self._ingest, return_exceptions=True)

    async def _ingest_due(self, now: datetime, expected: date) -> IngestReport:
        report = await self._services.ingester.run_due(now, expected)
        self._services.search.catch_up()
        try:
            await self._services.topics.match_new(now)
        except Exception as error:
            # Threads do not wait for topics, and the next minute tries again.
            log_failure(log, error, "matching topics failed")
        return report

    async def _repair_clock(self, now: datetime) -> None:
        """Repair what a clock that was ahead for a while has dated in the future."""
        database = self._services.database
        async with database.read() as conn:
            far = await clock_repair.ahead(conn, now)
            if far is None or await clock_repair.is_behind(conn, now):
                return  # an incident, if the clock is wrong now
        async with database.write() as conn:
            changed = await clock_repair.repair(conn, now)
        days, minutes = far.days, -(-far.seconds // 60)
        by = plural(days, "day") if days else plural(minutes, "minute")
        await self._incidents.report(
            "clock",
            f"The machine's clock went back by {by}. {plural(changed, 'entry', 'entries')} dated in"
            " the future were corrected, and everything goes on. Check its time synchronisation.",
            now,
        )
