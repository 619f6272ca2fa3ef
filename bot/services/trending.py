"""`/paper trending`: the best papers of a day, a week or a month, by the ranking of the threads."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.i18n import date_range, long_date, month_and_year
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.batch_ranking import BatchRanking
from bot.ui.payloads import HeaderEntry, header_payload
from papers import calendar
from papers.trending import rank
from storage.database import Database

PAGE = 10
"""Papers on one page of a ranked list."""

PAGES = 10
"""Pages at most: a hundred papers are more than anybody reads."""


FIRST_BATCH = date(2023, 5, 4)
"""The first day of the Daily Papers at the Hub."""


class Period(StrEnum):
    """What stretch of time a list is about."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def days(self, day: date) -> tuple[date, ...]:
        """Return the batch days of the stretch that `day` is in."""
        match self:
            case Period.DAY:
                return (day,)
            case Period.WEEK:
                return calendar.week_days(day)
            case Period.MONTH:
                return calendar.month_days(day)

    def called(self, day: date) -> str:
        """Return the stretch: "Thursday 12 June 2025", "9 to 13 June 2025", "June 2025"."""
        match self:
            case Period.DAY:
                return long_date(day)
            case Period.WEEK:
                days = calendar.week_days(day)
                return date_range(min(days), max(days))
            case Period.MONTH:
                return month_and_year(day)

    def heading(self, day: date) -> str:
        """Return the title of a list."""
        return _("Trending: {period}", period=self.called(day))


@dataclass(frozen=True, slots=True)
class TrendingPage:
    """One page of a ranked list; `entries` is empty when there is nothing in that stretch."""

    day: date
    period: Period
    page: int
    pages: int
    total: int
    entries: tuple[HeaderEntry, ...]
    asked: date | None = None
    """The day that was asked for, where it can have no batch and `day` is shown instead."""

    @property
    def note(self) -> str:
        """Why another day is shown than the one asked for; empty where it is that one."""
        if self.asked is None:
            return ""
        return _("No papers come out on weekends ({day}).", day=long_date(self.asked))

    @property
    def title(self) -> str:
        """The page's heading."""
        return self.period.heading(self.day)


def require_batch_day(day: date, now: datetime) -> None:
    """Let a day pass that the Daily Papers have reached.

    Raises:
        UserError: it lies before their first batch, or in the future.
    """
    if day < FIRST_BATCH:
        raise UserError(
            _("The lists begin on {day}. Pick that day or a later one.", day=long_date(FIRST_BATCH))
        )
    if day > calendar.batch_day(now):
        raise UserError(_("{day} is in the future.", day=long_date(day)))


class TrendingLists:
    """The ranked lists of `/paper trending`."""

    def __init__(self, database: Database, ranking: BatchRanking) -> None:
        self._database = database
        self._ranking = ranking

    async def page(
        self, day: date | None, period: Period, page: int, now: datetime
    ) -> TrendingPage | None:
        """Return one page of the list of `day`'s stretch, by default the newest batch's.

        `None` while there is no batch at all.

        Raises:
            UserError: there can be no batch on that day.
        """
        if day is not None:
            require_batch_day(day, now)
        async with self._database.read() as conn:
            if day is None:
                day = await self._ranking.newest(conn, now)
                if day is None:
                    return None
            asked = None
            if period is Period.DAY and not calendar.is_working_day(day):
                asked = day
                day = calendar.previous(day)
            candidates = await self._ranking.of_days(conn, period.days(day), now)
            prior = await self._ranking.prior_asked_for(conn, day)
        ranked = rank(
            candidates,
            day=max((candidate.batch for candidate in candidates), default=day),
            prior=prior,
            size=PAGE * PAGES,
            half_life=None,
        )
        pages = max(1, -(-len(ranked) // PAGE))
        page = min(max(page, 0), pages - 1)
        shown = ranked[page * PAGE : (page + 1) * PAGE]
        return TrendingPage(
            day, period, page, pages, len(candidates), header_payload(day, shown).entries, asked
        )

    async def days(self, now: datetime) -> list[date]:
        """Return the days that have a batch, the newest first."""
        async with self._database.read() as conn:
            return await self._ranking.days(conn, FIRST_BATCH, now)
