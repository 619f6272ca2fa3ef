"""When a feed posts, and when a person's digest comes: the one answer to both.

A batch is owed at `due_at`: the first occurrence of the feed's local hour at or after the moment
at which the batch has settled. A feed at 09:00 in Tokyo, where Tuesday's batch settles at 14:30,
posts it on Wednesday at 09:00; one at 09:00 in Los Angeles, where it settles on Monday at 22:30,
on Tuesday at 09:00.

A feed posts only in a window of its day: from its hour until local midnight (`window`). A batch
that arrives after its hour is posted when it comes while that window is open, else at the next
hour. Each local date carries one thread, so that the newest batch that is owed wins.

A feed of weekdays has no window on Saturdays and Sundays: what falls due there comes on Monday. Its
batches are due on their own dates at the earliest. In Los Angeles at 22:30 Monday's batch has
settled on Sunday evening; on Monday evening Tuesday's would take its place.

Everything here is a pure function of its arguments. Moments are aware, and returned in UTC.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from papers import calendar
from papers._windows import (
    SLACK,
    Window,
    local_date,
    midnight_after,
    occurrence,
    occurrences,
    open_window,
    window,
    windows_from,
)
from papers.cadence import Every
from papers.calendar import SourceDays

__all__ = [
    "SLACK",
    "Coming",
    "Owed",
    "Window",
    "coming",
    "days_behind",
    "default_hour",
    "due_at",
    "expected_at",
    "newest",
    "newest_due",
    "occurrence",
    "open_window",
    "owed",
    "ready_at",
    "window",
    "windows_from",
]

EMPTY_DAYS: Final = 7
"""Confirmed empty days that are passed over in search of a batch: the longest holidays."""

HORIZON: Final = 14
"""Days looked ahead for the next thread: longer than any row of days without batches."""

_DAY: Final = timedelta(days=1)
_CACHED: Final = 65_536


class Owed(NamedTuple):
    """A batch that is owed now, and the local date that its thread uses up."""

    batch: date
    day: date


class Coming(NamedTuple):
    """The next thread: when, and of which batch, if batches come as the calendar says."""

    at: datetime
    batch: date
    waiting: bool
    """The hour has come and the batch has not: it is posted as soon as it is there."""


def due_at(
    hour: time,
    zone: ZoneInfo,
    batch_day: date,
    settle: timedelta,
    every: Every = Every.DAY,
    days: SourceDays = SourceDays.HUB,
) -> datetime:
    """Return when the batch of `batch_day` is owed at `hour` in `zone`.

    Args:
        hour: the feed's hour on the wall clock of `zone`.
        zone: the feed's time zone.
        batch_day: the Daily Papers day of the batch.
        settle: how long after its beginning a batch may be posted.
        every: whether the feed posts at weekends.
        days: which days the feed's sources have batches for.
    """
    return _due_at(hour, zone, batch_day, settle, every, days)


@lru_cache(maxsize=_CACHED)
def _due_at(
    hour: time,
    zone: ZoneInfo,
    batch_day: date,
    settle: timedelta,
    every: Every,
    days: SourceDays,
) -> datetime:
    ready = days.settles(batch_day, settle)
    if every is Every.WEEKDAYS:
        ready = max(ready, midnight_after(batch_day - _DAY, zone))
    at = _first_from(hour, zone, ready)
    before = days.previous(batch_day)
    # Of days without a gap the newer one wins, whose thread also draws from those before it.
    if days is SourceDays.HUB and batch_day - before == _DAY:
        # In Cairo's last week of October, Thursday's and Friday's batch both meet 08:00 on Friday
        # first: where a change of the clocks does that, the later one takes the date after.
        used = local_date(_due_at(hour, zone, before, settle, every, days), zone)
        while local_date(at, zone) <= used:
            at = _first_from(hour, zone, midnight_after(used, zone))
    return at


def newest(
    day: date,
    now: datetime,
    known: Mapping[date, bool],
    days: SourceDays = SourceDays.HUB,
) -> tuple[date, bool] | None:
    """Return the newest batch from `day` back that is there or awaited, and whether it is there.

    Days that their source confirmed to be empty are passed over once they are over.

    Args:
        day: the newest working day that comes into question.
        now: the present instant.
        known: the days that a source has answered for: whether there is a batch.
        days: which days the sources have batches for.
    """
    for _ in range(EMPTY_DAYS):
        if known.get(day):
            return day, True
        if day not in known or not days.is_over(day, now):
            return day, False
        day = days.previous(day)
    return None


def newest_due(
    hour: time,
    zone: ZoneInfo,
    now: datetime,
    settle: timedelta,
    every: Every = Every.DAY,
    days: SourceDays = SourceDays.HUB,
) -> date:
    """Return the newest day whose batch is due at `now`, whether it has come or not."""
    day = days.expected(now, settle)
    while due_at(hour, zone, day, settle, every, days) > now:
        day = days.previous(day)
    return day


def owed(
    hour: time,
    zone: ZoneInfo,
    now: datetime,
    settle: timedelta,
    known: Mapping[date, bool],
    every: Every = Every.DAY,
    days: SourceDays = SourceDays.HUB,
) -> Owed | None:
    """Return the batch that a feed owes at `now`, unless it has it already.

    `None` outside the feed's window, and while the batch that is due is awaited.
    """
    here = open_window(now, hour, zone, every=every)
    if here is None:
        return None
    found = newest(newest_due(hour, zone, now, settle, every, days), now, known, days)
    return Owed(found[0], here.day) if found is not None and found[1] else None


def coming(
    hour: time,
    zone: ZoneInfo,
    now: datetime,
    settle: timedelta,
    known: Mapping[date, bool],
    *,
    every: Every = Every.DAY,
    days: SourceDays = SourceDays.HUB,
    last_batch: date | None = None,
    last_day: date | None = None,
) -> Coming | None:
    """Return a feed's next thread, `None` if none is in sight.

    Args:
        hour: the feed's hour on the wall clock of `zone`.
        zone: the feed's time zone.
        now: the present instant.
        settle: how long after its beginning a batch may be posted.
        known: the days that a source has answered for: whether there is a batch.
        every: whether it posts at weekends.
        days: which days its sources have batches for.
        last_batch: the newest batch that was planned there.
        last_day: the last local date that was used up there.
    """
    for here in _windows(hour, zone, now, every):
        if here.opens > now + HORIZON * _DAY:
            return None
        if last_day is not None and here.day <= last_day:
            continue
        at = max(here.opens, now)
        found = newest(newest_due(hour, zone, at, settle, every, days), at, known, days)
        if found is not None and (last_batch is None or found[0] > last_batch):
            batch, there = found
            return Coming(at, batch, waiting=here.opens <= now and not there)
    return None


def expected_at(
    hour: time,
    zone: ZoneInfo,
    batch_day: date,
    settle: timedelta,
    *,
    since: datetime,
    every: Every = Every.DAY,
    days: SourceDays = SourceDays.HUB,
    last_day: date | None = None,
) -> datetime:
    """Return when a feed could post a batch at the earliest: what lateness is counted from.

    Args:
        hour: the feed's hour on the wall clock of `zone`.
        zone: the feed's time zone.
        batch_day: the Daily Papers day of the batch.
        settle: how long after its beginning a batch may be posted.
        since: when an admin last set the feed's hour, or started it.
        every: whether it posts at weekends.
        days: which days its sources have batches for.
        last_day: the last local date that was used up there before.
    """
    moment = max(due_at(hour, zone, batch_day, settle, every, days), since)
    return next(
        max(here.opens, moment)
        for here in _windows(hour, zone, moment, every)
        if last_day is None or here.day > last_day
    )


def days_behind(hour: time, zone: ZoneInfo, batch_day: date, settle: timedelta) -> int:
    """Return how many days after the batch's own date its thread comes: 1 means yesterday's."""
    return (local_date(due_at(hour, zone, batch_day, settle), zone) - batch_day).days


def ready_at(zone: ZoneInfo, batch_day: date, settle: timedelta) -> datetime:
    """Return when the batch of `batch_day` has settled, on the wall clock of `zone`."""
    return calendar.settles(batch_day, settle).astimezone(zone)


def default_hour(zone: ZoneInfo, now: datetime, settle: timedelta, preferred: time) -> time:
    """Return the hour to offer: `preferred` if it brings the day's own batch in every season,
    else the first full hour after the batch is ready in the season in which that is latest."""
    days = [calendar.following(calendar.batch_day(now) + n * 30 * _DAY) for n in range(12)]

    def behind(hour: time) -> bool:
        return any(days_behind(hour, zone, day, settle) > 0 for day in days)

    if not behind(preferred):
        return preferred
    latest = max(ready_at(zone, day, settle).time() for day in days)
    hour = time((latest.hour + (latest > time(latest.hour))) % 24)
    return preferred if behind(hour) else hour


def _windows(hour: time, zone: ZoneInfo, moment: datetime, every: Every) -> Iterator[Window]:
    """Yield the windows that are open at `moment` or open later, in order."""
    start = local_date(moment, zone) - _DAY
    return (each for each in windows_from(start, hour, zone, every) if each.closes > moment)


def _first_from(hour: time, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return the first occurrence of `hour` at or after `moment`."""
    start = local_date(moment, zone)
    return next(
        at
        for ahead in count()
        for at in occurrences(start + ahead * _DAY, hour, zone)
        if at >= moment
    )
