"""The part of a local date in which a feed or a digest may be sent, and moments on local clocks.

Everything here is a pure function of its arguments. Moments are aware, and returned in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from papers import calendar
from papers.cadence import Every

SLACK: Final = timedelta(minutes=5)
"""The least that a window is open, even across midnight: a feed at 23:59 survives a restart."""

_DAY: Final = timedelta(days=1)
_CACHED: Final = 65_536


class Window(NamedTuple):
    """When something may be sent for one local date: from `opens` on, before `closes`."""

    day: date
    opens: datetime
    closes: datetime


def occurrence(day: date, hour: time, zone: ZoneInfo) -> datetime | None:
    """Return the first moment of a local date at which its clock shows `hour` or later.

    That is later than `hour` where the clocks were put forward over it. `None` where the date has
    no such moment: the zone skipped it, or the end of it.
    """
    moments = occurrences(day, hour, zone)
    return moments[0] if moments else None


@lru_cache(maxsize=_CACHED)
def occurrences(day: date, hour: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the moments of a local date at which its clock comes to `hour`: one, two or none."""
    first = datetime.combine(day, hour, zone).astimezone(UTC)
    again = datetime.combine(day, hour, zone).replace(fold=1).astimezone(UTC)
    if first <= again:
        return (first,) if first == again else (first, again)
    # The hour falls into a gap, and the gap's end lies between the two.
    early, late = again, first
    shift = zone.utcoffset(early.astimezone(zone))
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if zone.utcoffset(middle.astimezone(zone)) == shift:
            early = middle
        else:
            late = middle
    return (late,) if local_date(late, zone) == day else ()


def window(day: date, hour: time, zone: ZoneInfo, slack: timedelta = SLACK) -> Window | None:
    """Return the window of a local date: from its hour to midnight, `slack` long at least."""
    opens = occurrence(day, hour, zone)
    if opens is None:
        return None
    return Window(day, opens, max(midnight_after(day, zone), opens + slack))


def open_window(
    now: datetime,
    hour: time,
    zone: ZoneInfo,
    slack: timedelta = SLACK,
    every: Every = Every.DAY,
) -> Window | None:
    """Return the window that is open at `now`, if one is; today's before yesterday's."""
    today = local_date(now, zone)
    for day in (today, today - _DAY):
        found = window(day, hour, zone, slack) if _has_window(day, every) else None
        if found is not None and found.opens <= now < found.closes:
            return found
    return None


def windows_from(
    day: date, hour: time, zone: ZoneInfo, every: Every = Every.DAY
) -> Iterator[Window]:
    """Yield the windows of a local date and of those after it."""
    for ahead in count():
        each = day + ahead * _DAY
        if _has_window(each, every) and (found := window(each, hour, zone)) is not None:
            yield found


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which the local date `day` has ended."""
    return next(
        opens
        for ahead in count(1)
        if (opens := occurrence(day + ahead * _DAY, time.min, zone)) is not None
    )


def _has_window(day: date, every: Every) -> bool:
    return every is not Every.WEEKDAYS or calendar.is_working_day(day)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
