"""When a journal club meets, and when each step before a session is due.

A club meets on a weekday at a local hour: every week, every two weeks, or once a month on the same
weekday of the month (the second Thursday; the fifth counts as the last). Everything here is a pure
function of its arguments. Moments are aware, and returned in UTC.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from papers import schedule

POLL_BEFORE: Final = timedelta(hours=48)
"""How long before a session its poll opens."""
DECIDED_BEFORE: Final = timedelta(hours=24)
"""How long before a session its paper is chosen."""
REMINDED_BEFORE: Final = timedelta(hours=1)
LASTS: Final = timedelta(hours=2)
"""How long a session is taken to last; the next one is prepared after it."""
LEAD: Final = timedelta(hours=72)
"""The least between setting a club up and its first session: a day to nominate, then the poll."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_LAST: Final = 4
"""The fifth of a weekday in a month, counted from 0: not every month has it."""


class Every(StrEnum):
    """How often a club meets."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"


class Moments(NamedTuple):
    """When the steps of a session are due, in order."""

    poll: datetime
    decided: datetime
    reminded: datetime
    starts: datetime
    ends: datetime


def starts_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a session on a local date starts.

    That is later than `at` where the clocks are put forward over it, and the next day's beginning
    where the zone skips the hour or the whole date.
    """
    found = schedule.occurrence(day, at, zone)
    return found or next(
        moment
        for ahead in count(1)
        if (moment := schedule.occurrence(day + ahead * _DAY, time.min, zone)) is not None
    )


def moments(day: date, at: time, zone: ZoneInfo) -> Moments:
    """Return when the steps of the session on a local date are due."""
    starts = starts_at(day, at, zone)
    return Moments(
        starts - POLL_BEFORE,
        starts - DECIDED_BEFORE,
        starts - REMINDED_BEFORE,
        starts,
        starts + LASTS,
    )


def first_day(
    weekday: int, at: time, zone: ZoneInfo, now: datetime, *, after: date | None = None
) -> date:
    """Return the date of a new series' first session: `LEAD` from now at least.

    Args:
        weekday: 0 is Monday.
        at: the hour on the wall clock of `zone`.
        zone: the club's time zone.
        now: the present instant.
        after: the last date that had a session, held or cancelled.
    """
    day = now.astimezone(zone).date()
    day += ((weekday - day.weekday()) % 7) * _DAY
    while starts_at(day, at, zone) < now + LEAD or (after is not None and day <= after):
        day += _WEEK
    return day


def next_day(anchor: date, every: Every, after: date) -> date:
    """Return the first date of a club's series that is later than `after`.

    Args:
        anchor: the series' first date: its weekday, and its place in the month.
        every: how often the club meets.
        after: usually the date of the session before.
    """
    if after < anchor:
        return anchor
    if every is Every.MONTH:
        ordinal = (anchor.day - 1) // 7
        year, month = after.year, after.month
        while (day := _in_month(year, month, anchor.weekday(), ordinal)) <= after:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return day
    step = _WEEK if every is Every.WEEK else 2 * _WEEK
    return anchor + ((after - anchor) // step + 1) * step


def poll_hours(now: datetime, decided: datetime) -> int:
    """Return how many whole hours a poll can be open, 0 if it is too late for one."""
    return max(0, (decided - now) // timedelta(hours=1))


def _in_month(year: int, month: int, weekday: int, ordinal: int) -> date:
    first = date(year, month, 1)
    day = first + ((weekday - first.weekday()) % 7) * _DAY + ordinal * _WEEK
    return day - _WEEK if ordinal == _LAST and day.month != month else day
