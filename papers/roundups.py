"""When a roundup is posted, and of which days: the best of a week or a month that is over.

A roundup belongs to a local date: the feed's weekday, or the first of a month. A weekly one is
about five batch days in a row, the last of which is two days before that date at the latest: on a
Monday that is last week from Monday to Friday, and votes have had a day and a half at least. A
monthly one is about the batch days of the calendar month before.

No roundup overlaps the one before: where a feed's weekday was changed, the first that would is left
out, and the next one begins where the last one ended (`extended`).

It is owed from the feed's hour on that date. While the last batch of its days has not come, it is
waited for until the end of that date; then the roundup is made of what there is. What was missed
comes in the windows of the following dates (`schedule.window`), until the next one is due.

Everything here is a pure function of its arguments. Moments are aware, and returned in UTC.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from papers import calendar, schedule
from papers.cadence import Every
from papers.schedule import Coming, Owed

SETTLED: Final = 2
"""Days between the last batch of a weekly roundup and its date, at least. Votes on a paper grow for
a week or two, most of them in its first two days."""
WEEK_DAYS: Final = 5
"""Batch days of a week."""
_SEARCHED: Final = 3
"""Roundup dates to look at for the next: a zone may have skipped one, and one may be used up."""
_DAY: Final = timedelta(days=1)


class Due(NamedTuple):
    """A roundup that is due: the local date that it belongs to, and that date's window."""

    day: date
    opens: datetime
    closes: datetime
    """A feed that was set up later begins with the next roundup."""


class Period(NamedTuple):
    """The batch days of a roundup, the first and the last."""

    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every batch day of the period, oldest first."""
        span = (self.first + n * _DAY for n in range((self.last - self.first).days + 1))
        return tuple(day for day in span if calendar.is_working_day(day))


def is_date(day: date, every: Every, weekday: int) -> bool:
    """Return whether a roundup belongs to a local date.

    Args:
        day: the local date.
        every: `WEEK` or `MONTH`.
        weekday: the feed's weekday, 0 for Monday; a monthly feed has none.
    """
    return day.day == 1 if every is Every.MONTH else day.weekday() == weekday


def newest_date(day: date, every: Every, weekday: int) -> date:
    """Return the newest date, at most `day`, that a roundup belongs to."""
    if every is Every.MONTH:
        return day.replace(day=1)
    return day - (day.weekday() - weekday) % 7 * _DAY


def following_date(day: date, every: Every, weekday: int) -> date:
    """Return the first date after `day` that a roundup belongs to."""
    if every is Every.MONTH:
        return (day.replace(day=1) + 31 * _DAY).replace(day=1)
    return newest_date(day, every, weekday) + 7 * _DAY


def period_of(day: date, every: Every) -> Period:
    """Return the batch days of the roundup of a local date."""
    if every is Every.MONTH:
        return period_until(calendar.previous(day.replace(day=1)), every)
    return period_until(_at_most(day - SETTLED * _DAY), every)


def period_until(last: date, every: Every) -> Period:
    """Return the period whose last batch day is `last`."""
    if every is Every.MONTH:
        return Period(calendar.month_days(last)[0], last)
    first = last
    for _ in range(WEEK_DAYS - 1):
        first = calendar.previous(first)
    return Period(first, last)


def extended(period: Period, every: Every, last_batch: date | None) -> Period:
    """Return a weekly period that begins where the roundup before ended, a week earlier at most.

    Args:
        period: the five batch days up to its last.
        every: a monthly period stays as it is.
        last_batch: the last batch day of the roundup before, `None` for the first.
    """
    if every is Every.MONTH or last_batch is None or last_batch >= period.first:
        return period
    first = period.first
    for _ in range(WEEK_DAYS):
        before = calendar.previous(first)
        if before <= last_batch:
            break
        first = before
    return Period(first, period.last)


def is_last(day: date, every: Every) -> bool:
    """Return whether a period may end with that day."""
    if not calendar.is_working_day(day):
        return False
    return every is Every.WEEK or calendar.following(day).month != day.month


def owed(
    every: Every,
    weekday: int,
    hour: time,
    zone: ZoneInfo,
    now: datetime,
    known: Mapping[date, bool],
) -> Owed | None:
    """Return the roundup that a feed owes at `now`, unless it has it already: its last batch day.

    It has it if it has any whose last batch day is in the same period. `None` outside the feed's
    window, and on the roundup's own date while its last batch is awaited.
    """
    here = schedule.open_window(now, hour, zone)
    if here is None:
        return None
    day = newest_date(here.day, every, weekday)
    last = period_of(day, every).last
    return None if _awaited(day, here.day, last, now, known) else Owed(last, here.day)


def due(every: Every, weekday: int, hour: time, zone: ZoneInfo, now: datetime) -> Due:
    """Return the newest roundup whose hour has come by `now`."""
    return next(_due_back(every, weekday, hour, zone, now))


def stretch(
    every: Every, weekday: int, hour: time, zone: ZoneInfo, now: datetime
) -> tuple[datetime, datetime]:
    """Return the time between the hour of the newest due roundup and that of the one before."""
    until, since = islice(_due_back(every, weekday, hour, zone, now), 2)
    return since.opens, until.opens


def coming(
    every: Every,
    weekday: int,
    hour: time,
    zone: ZoneInfo,
    now: datetime,
    known: Mapping[date, bool],
    *,
    created_at: datetime,
    last_batch: date | None = None,
    last_day: date | None = None,
) -> Coming | None:
    """Return a feed's next roundup: when, and the last batch day of its period.

    Args:
        every: `WEEK` or `MONTH`.
        weekday: the feed's weekday, 0 for Monday.
        hour: the feed's hour on the wall clock of `zone`.
        zone: the feed's time zone.
        now: the present instant.
        known: the days that a source has answered for: whether there is a batch.
        created_at: when the feed was set up.
        last_batch: the last batch day of the newest roundup that was planned there.
        last_day: the last local date that was used up there.
    """
    newest = due(every, weekday, hour, zone, now)
    day = newest.day
    if newest.closes <= created_at:
        day = following_date(day, every, weekday)
    for _ in range(_SEARCHED):
        last = period_of(day, every).last
        if last_batch is None or period_until(last, every).first > last_batch:
            here = next(
                each
                for each in schedule.windows_from(day, hour, zone)
                if each.closes > now and (last_day is None or each.day > last_day)
            )
            waiting = here.opens <= now and _awaited(day, here.day, last, now, known)
            return Coming(max(here.opens, now), last, waiting)
        day = following_date(day, every, weekday)
    return None


def _awaited(day: date, today: date, last: date, now: datetime, known: Mapping[date, bool]) -> bool:
    """Return whether the roundup of `day` waits on local date `today` for its last batch."""
    if day != today:
        return False
    found = schedule.newest(last, now, known)
    return found is not None and not found[1]


def _due_back(
    every: Every, weekday: int, hour: time, zone: ZoneInfo, now: datetime
) -> Iterator[Due]:
    """Yield the roundups that are due at `now`, the newest first."""
    day = now.astimezone(zone).date()
    while True:
        day = newest_date(day, every, weekday)
        # A zone that skipped the date has its first window on the next.
        first = next(schedule.windows_from(day, hour, zone))
        if first.opens <= now:
            yield Due(day, first.opens, first.closes)
        day -= _DAY


def _at_most(day: date) -> date:
    """Return the newest working day up to `day`."""
    return day if calendar.is_working_day(day) else calendar.previous(day)
