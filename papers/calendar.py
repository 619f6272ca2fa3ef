"""The Daily Papers day: when a batch begins, which one to expect, and why there may be nothing.

A day is a New York calendar day that begins at 21:30 there on the evening before (01:30 UTC in
summer, 02:30 in winter), as Hugging Face's own feed reader has it. Weekends have no batches.
Papers are filed under a day somewhat earlier, from midnight UTC: so were all 3,337 whose time of
listing was recorded in 2025, 30 in 100 batches having one within twelve minutes. A batch seen
before it "begins" here is therefore real, and the date that it carries is the one to trust.

arXiv's holidays do not empty the day they fall on. In the votes recorded from May 2024 to December
2025, all eleven holidays on weekdays had a batch of ordinary size (8 to 21 papers, median 13, like
every other day), and so had 2026-07-03 (20). It is the *next* working day that suffers, because
arXiv announces nothing on the holiday's evening: all twelve had a batch, but of 1 to 10 papers a
few hours in, median 4. So every weekday counts as a working day here, and the holidays serve only
to explain a small or missing batch.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum, auto
from statistics import median
from typing import Final, NamedTuple

from papers.zones import NEW_YORK

ROLLOVER: Final = time(21, 30)
SETTLE: Final = timedelta(hours=4)
"""How long after its beginning a batch counts as filled well enough to be posted."""

FEW: Final = 2
"""Papers that are hardly a whole batch: so few had 1 of the 370 batches recorded on ordinary days
from May 2024 to December 2025, hours after they had begun."""
USUAL: Final = 8
"""Papers in a median batch from which `FEW` are suspicious (the recorded median is 14)."""
REST: Final = timedelta(hours=6)
"""How much longer a batch of so few is waited for."""

_DAY: Final = timedelta(days=1)
_WEEK: Final = 5
"""Batches from which a median says something."""
_TO_MIDNIGHT: Final = timedelta(hours=24 - ROLLOVER.hour, minutes=-ROLLOVER.minute)


def _dates(year: int, days: str) -> frozenset[date]:
    pairs = (day.split("-") for day in days.split())
    return frozenset(date(year, int(month), int(day)) for month, day in pairs)


# The lists that stood in https://info.arxiv.org/help/availability.html, read from the history of
# its source (github.com/arXiv/arxiv-docs, source/help/availability.md: 2023 at 5f9f48f, 2024 at
# 20e652c, 2025 at 95c7165, 2026 at 574c5a4). Days that arXiv defers at short notice are not in it,
# and 2027 was not published when this was written.
ARXIV_HOLIDAYS: Final = (
    _dates(2023, "01-16 06-14 06-19 07-04 08-17 09-04 11-23 12-25 12-27")
    | _dates(2024, "01-15 05-22 06-19 07-04 09-02 10-08 11-28 12-25 12-26 12-31")
    | _dates(2025, "01-01 01-20 06-19 07-06 09-01 11-27 12-25 12-30")
    | _dates(2026, "01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31")
)


def batch_day(now: datetime) -> date:
    """Return the Daily Papers day that `now` belongs to; it may be a Saturday or Sunday.

    Raises:
        ValueError: `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("batch_day needs a time with a time zone")
    # Wall-clock arithmetic on purpose: the rollover is at 21:30 whatever the clocks do that night.
    wall = now.astimezone(NEW_YORK).replace(tzinfo=None)
    return (wall + _TO_MIDNIGHT).date()


def begins(day: date) -> datetime:
    """Return the moment (UTC) at which the batch of `day` opens, on the evening before."""
    return datetime.combine(day - _DAY, ROLLOVER, NEW_YORK).astimezone(UTC)


def settles(day: date, settle: timedelta = SETTLE) -> datetime:
    """Return the moment (UTC) from which the batch of `day` may be posted."""
    return begins(day) + settle


def is_over(day: date, now: datetime) -> bool:
    """Return whether a batch of `day` that was empty when it was read can be counted out.

    Until the day has ended it may still fill, except on arXiv's holidays.
    """
    return day < batch_day(now) or day in ARXIV_HOLIDAYS


def is_filling(day: date, sizes: Mapping[date, int], now: datetime, settle: timedelta) -> bool:
    """Return whether the batch of `day` seems to have only its first papers yet.

    Args:
        day: the day of the batch.
        sizes: how many papers each of the last weeks' batches has.
        now: the present instant; what is still so few `REST` after it settled is all there is.
        settle: how long after its beginning a batch may be posted.
    """
    if not 0 < sizes.get(day, 0) <= FEW or now >= settles(day, settle) + REST:
        return False
    if day in ARXIV_HOLIDAYS or holiday_before(day) is not None:
        return False
    before = [papers for other, papers in sizes.items() if other < day and papers]
    return len(before) >= _WEEK and median(before) >= USUAL


def is_working_day(day: date) -> bool:
    """Return whether a batch may come on that day: any weekday, see the top of this module."""
    return day.weekday() < 5


def previous(day: date) -> date:
    """Return the newest working day before `day`."""
    day -= _DAY
    while not is_working_day(day):
        day -= _DAY
    return day


def following(day: date) -> date:
    """Return the first working day after `day`."""
    day += _DAY
    while not is_working_day(day):
        day += _DAY
    return day


def expected_batch(now: datetime, settle: timedelta = SETTLE) -> date:
    """Return the newest working day whose batch opened at least `settle` ago."""
    day = batch_day(now - settle)
    return day if is_working_day(day) else previous(day)


def next_batch(now: datetime) -> datetime:
    """Return the moment (UTC) at which the next batch opens, later than `now`."""
    return begins(following(batch_day(now)))


def holiday_before(day: date) -> date | None:
    """Return the arXiv holiday because of which the batch of `day` may be small or missing, if any.

    That is a holiday since the last working day: with no announcement on its evening, there is
    little new to list on `day`.
    """
    since = previous(day)
    while since < day:
        if since in ARXIV_HOLIDAYS:
            return since
        since += _DAY
    return None


class Silence(Enum):
    """Why there may be no new batch."""

    WEEKEND = auto()
    FILLING = auto()
    """It has begun and not settled."""
    AFTER_HOLIDAY = auto()
    """arXiv announced nothing on the evening before."""
    HOLIDAY = auto()
    """arXiv's own holiday, which most batches have come on nevertheless."""


class WhyNothing(NamedTuple):
    """Why there is no new batch, with what there is to say of it."""

    silence: Silence
    batch: date
    """The batch that is awaited."""
    at: datetime | None = None
    """When it begins (at a weekend) or settles (while it fills)."""
    holiday: date | None = None
    """The holiday that it suffers from."""


def why_nothing(now: datetime, settle: timedelta = SETTLE) -> WhyNothing | None:
    """Return why there is no new batch at `now`.

    `None` means that the calendar knows no reason: the batch of `batch_day(now)` ought to be there.
    """
    day = batch_day(now)
    if not is_working_day(day):
        coming = following(day)
        return WhyNothing(Silence.WEEKEND, coming, at=begins(coming))
    if now < (ready := settles(day, settle)):
        return WhyNothing(Silence.FILLING, day, at=ready)
    if (holiday := holiday_before(day)) is not None:
        return WhyNothing(Silence.AFTER_HOLIDAY, day, holiday=holiday)
    if day in ARXIV_HOLIDAYS:
        return WhyNothing(Silence.HOLIDAY, day, holiday=day)
    return None


def week_days(day: date) -> tuple[date, ...]:
    """Return the working days, Monday first, of the ISO week that `day` is in."""
    monday = day - day.weekday() * _DAY
    return tuple(monday + number * _DAY for number in range(5))


def month_days(day: date) -> tuple[date, ...]:
    """Return the working days of the calendar month that `day` is in."""
    first = day.replace(day=1)
    days = (first + number * _DAY for number in range(31))
    return tuple(d for d in days if d.month == day.month and is_working_day(d))


POSTED: Final = timedelta(hours=2)
"""How long after midnight at a server its day counts as listed: it shows the last ones by then."""


class SourceDays(StrEnum):
    """Which days a source has batches for, and when each is complete."""

    HUB = "hub"
    """The Daily Papers days of this module."""
    DAILY = "daily"
    """Every day of the year, complete after midnight in New York, as bioRxiv and medRxiv post."""

    def today(self, now: datetime) -> date:
        """Return the day that `now` belongs to."""
        return batch_day(now) if self is SourceDays.HUB else now.astimezone(NEW_YORK).date()

    def settles(self, day: date, settle: timedelta = SETTLE) -> datetime:
        """Return the moment (UTC) from which the batch of `day` may be posted; `settle` concerns
        the days of the Hub."""
        if self is SourceDays.HUB:
            return settles(day, settle)
        midnight = datetime.combine(day + _DAY, time.min, NEW_YORK)
        return midnight.astimezone(UTC) + POSTED

    def previous(self, day: date) -> date:
        """Return the newest day before `day` that may have a batch."""
        return previous(day) if self is SourceDays.HUB else day - _DAY

    def expected(self, now: datetime, settle: timedelta = SETTLE) -> date:
        """Return the newest day whose batch has settled at `now`."""
        if self is SourceDays.HUB:
            return expected_batch(now, settle)
        return (now - POSTED).astimezone(NEW_YORK).date() - _DAY

    def is_over(self, day: date, now: datetime) -> bool:
        """Return whether a batch of `day` that was empty when it was read can be counted out."""
        return is_over(day, now) if self is SourceDays.HUB else now >= self.settles(day)
