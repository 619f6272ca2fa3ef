"""The batches that may be shown and the papers in them: for threads, digests and `/paper trending`.

Many feeds ask at the same minute: the day's candidates and its prior are kept for all of them.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.editions import Editions
from papers import calendar, schedule
from papers.calendar import SourceDays
from papers.model import Announcement
from papers.sources import PaperSource
from papers.sources.declared import days_of, names
from papers.trending import Candidate, Past, Prior
from storage import batches, papers
from storage.batches import BatchEntry

KNOWN_DAYS = timedelta(days=30)
"""How far back it matters which days had a batch: `schedule.EMPTY_DAYS` working days, and more."""

LOOK_BACK = 3
"""Batches that a post draws from: today's, and what came late to or rose in the two before."""

GROWTH_SINCE = timedelta(hours=20)
"""Growth is counted from the last snapshot that is at least this old: "since yesterday"."""

PRIOR_DAYS = 365
"""How far back the authors' past votes are taken into account."""

_NEW_VERSIONS = (Announcement.REPLACE, Announcement.REPLACE_CROSS)

OTHER_PRIORS = 4
"""Days whose prior is kept for people who turn the pages of an earlier day's list."""


class BatchRanking:
    """Knows which batches are there, and what goes into the ranking of each.

    Args:
        sources: the names of the sources whose batches count.
        settle: how long after its beginning a batch is complete.
        days: which days these sources have batches for.
        conferences: the conferences among them, whose papers are shown over several days.
    """

    def __init__(
        self,
        sources: Sequence[str],
        settle: timedelta,
        days: SourceDays = SourceDays.HUB,
        conferences: Editions | None = None,
    ) -> None:
        self.editions = conferences or Editions(())
        self.sources = list(sources)
        self.listing = [name for name in sources if name not in self.editions.sources]
        self.source_days = days
        self._settle = settle
        # The first one's answer serves all who ask at the same time.
        self._asking = asyncio.Lock()
        self._candidates: tuple[tuple[date, datetime], list[Candidate]] | None = None
        self._prior: tuple[date, Prior] | None = None
        self._asking_other = asyncio.Lock()
        self._others: LRUCache[date, Prior] = LRUCache(OTHER_PRIORS)

    async def known(self, conn: AsyncConnection, now: datetime) -> dict[date, bool]:
        """Return the days that the sources have answered for: whether there is a batch.

        One that seems to be in the middle of filling counts as not answered for.
        """
        today = self.source_days.today(now)
        sizes = await batches.sizes(conn, today - KNOWN_DAYS, today, sources=self.listing)
        listed = {
            day: papers > 0
            for day, papers in sizes.items()
            if self.source_days is not SourceDays.HUB
            or not calendar.is_filling(day, sizes, now, self._settle)
        }
        if not self.listing:
            # A conference has no papers on most days, which are not waited for.
            days = range(KNOWN_DAYS.days + 1)
            listed = {today - timedelta(days=number): False for number in days}
        return listed | await self.editions.known(conn, today - KNOWN_DAYS, today)

    async def publishable(self, conn: AsyncConnection, now: datetime) -> date | None:
        """Return the newest batch that has settled, `None` while one that should be there is not.

        A day that its source confirmed to be empty is passed over; a day that its source was silent
        about is waited for.
        """
        expected = self.source_days.expected(now, self._settle)
        found = schedule.newest(expected, now, await self.known(conn, now), self.source_days)
        return found[0] if found is not None and found[1] else None

    async def newest(self, conn: AsyncConnection, now: datetime) -> date | None:
        """Return the newest batch that has papers, settled or not."""
        today = self.source_days.today(now)
        found = (
            await batches.newest_complete(conn, today, sources=self.listing),
            await self.editions.newest(conn, now),
        )
        return max((day for day in found if day is not None), default=None)

    async def days(self, conn: AsyncConnection, first: date, now: datetime) -> list[date]:
        """Return the days since `first` that have a batch, the newest first."""
        rows = await batches.rows(conn, first, self.source_days.today(now), sources=self.listing)
        return list(dict.fromkeys(row.day for row in rows if row.papers))

    async def candidates(self, conn: AsyncConnection, day: date, now: datetime) -> list[Candidate]:
        """Return what could be shown for `day`: its papers and those of the batches before."""
        async with self._asking:
            if self._candidates is None or self._candidates[0] != (day, now):
                found = await self.of_days(conn, self._drawn_from(day), now)
                found += await self.editions.candidates(conn, day)
                self._candidates = (day, now), found
            return self._candidates[1]

    async def of_days(
        self, conn: AsyncConnection, days: Sequence[date], now: datetime
    ) -> list[Candidate]:
        """Return the papers of these batches with how their votes grew."""
        entries = await batches.papers(conn, days, sources=self.listing)
        new = [entry for entry in entries if entry.announcement not in _NEW_VERSIONS]
        return await _with_growth(conn, new, now)

    async def prior(self, conn: AsyncConnection, day: date) -> Prior:
        """Return what earlier batches say about papers without votes; learnt once a day."""
        async with self._asking:
            if self._prior is None or self._prior[0] != day:
                self._prior = day, await self._learn(conn, day)
            return self._prior[1]

    async def prior_asked_for(self, conn: AsyncConnection, day: date) -> Prior:
        """Return the same for a day that a person asks for; threads neither wait for it nor learn
        theirs again because of it."""
        if self._prior is not None and self._prior[0] == day:
            return self._prior[1]
        async with self._asking_other:
            if (found := self._others.get(day)) is None:
                found = self._others[day] = await self._learn(conn, day)
            return found

    def _drawn_from(self, day: date) -> list[date]:
        """Return the batch days that a post for `day` draws from."""
        days = [day]
        while len(days) < LOOK_BACK:
            days.append(self.source_days.previous(days[-1]))
        return days

    async def _learn(self, conn: AsyncConnection, day: date) -> Prior:
        first = max(date.min.toordinal(), day.toordinal() - PRIOR_DAYS)
        days = [date.fromordinal(number) for number in range(first, day.toordinal())]
        past = await batches.papers(conn, days, sources=self.sources)
        return await asyncio.to_thread(_learnt, past, day)


class Rankings:
    """The rankings of each set of sources that feeds have, `default` that of most.

    Args:
        sources: of which the curated ones make the default one's batches.
        settle: how long after its beginning a batch of these is complete.
    """

    def __init__(self, sources: Sequence[PaperSource], settle: timedelta) -> None:
        curated = [source.name for source in sources if source.curated]
        self.default = BatchRanking(curated, settle)
        self._settle = settle
        self._others: dict[tuple[str, ...], BatchRanking] = {}

    def of(self, keys: Sequence[str]) -> BatchRanking:
        """Return the ranking of a feed's sources (`papers.sources.declared`)."""
        if not keys:
            return self.default
        if (found := self._others.get(tuple(keys))) is None:
            found = BatchRanking(names(keys), self._settle, days_of(keys), Editions(keys))
            self._others[tuple(keys)] = found
        return found


def _learnt(past: Sequence[BatchEntry], day: date) -> Prior:
    return Prior.learn(
        [Past(entry.paper.paper, entry.paper.metrics, entry.day) for entry in past], before=day
    )


async def _with_growth(
    conn: AsyncConnection, entries: Sequence[BatchEntry], now: datetime
) -> list[Candidate]:
    before = await papers.metrics_before(
        conn, [entry.paper.paper.id for entry in entries], now - GROWTH_SINCE
    )
    candidates: list[Candidate] = []
    for entry in entries:
        previous = before.get(entry.paper.paper.id)
        candidates.append(
            Candidate(
                paper=entry.paper.paper,
                metrics=entry.paper.metrics,
                batch=entry.day,
                previous=previous.metrics if previous else None,
                hours_between=(now - previous.at) / timedelta(hours=1) if previous else None,
            )
        )
    return candidates
