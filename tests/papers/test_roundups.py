"""When a roundup is posted, of which days, and that a feed of weekdays misses nothing."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers import calendar, roundups, schedule, zones
from papers.cadence import Every
from papers.roundups import Period
from papers.schedule import Owed
from tests.papers.test_schedule import QUARTERS, SETTLE, hours, kinds_of_zone, zone_names

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
UTC_ZONE = zones.zone("UTC")
MONDAY = date(2026, 11, 23)
LAST_WEEK = Period(date(2026, 11, 16), date(2026, 11, 20))
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAYS = (Every.WEEK, 0, time(9), UTC_ZONE)
BEFORE = NINE - 100 * DAY

ROUNDUPS = (Every.WEEK, Every.MONTH)
cadences = st.sampled_from(ROUNDUPS)
weekdays = st.integers(0, 6)
dates = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def all_there(now: datetime) -> dict[date, bool]:
    first = now.date() - 30 * DAY
    days = (first + n * DAY for n in range(31))
    return {day: True for day in days if calendar.is_working_day(day) and day < now.date()}


def test_a_monday_s_roundup_is_of_last_week_from_monday_to_friday() -> None:
    assert roundups.period_of(MONDAY, Every.WEEK) == LAST_WEEK
    assert len(LAST_WEEK.days) == 5


def test_a_month_s_roundup_is_of_every_batch_day_of_the_month_before() -> None:
    found = roundups.period_of(date(2026, 12, 1), Every.MONTH)
    assert found == Period(date(2026, 11, 2), date(2026, 11, 30))
    assert found.days == calendar.month_days(date(2026, 11, 9))
    assert roundups.period_of(date(2026, 1, 1), Every.MONTH).last == date(2025, 12, 31)


@given(dates, weekdays)
def test_every_batch_day_is_in_one_roundup_of_a_weekday(day: date, weekday: int) -> None:
    first = roundups.newest_date(day, Every.WEEK, weekday)
    each = roundups.period_of(first, Every.WEEK)
    after = roundups.period_of(roundups.following_date(first, Every.WEEK, weekday), Every.WEEK)
    assert calendar.following(each.last) == after.first
    assert len(each.days) == 5
    assert first - each.last >= roundups.SETTLED * DAY


@given(dates, cadences, weekdays)
def test_a_date_belongs_to_the_newest_roundup_before_the_following(
    day: date, every: Every, weekday: int
) -> None:
    newest = roundups.newest_date(day, every, weekday)
    following = roundups.following_date(day, every, weekday)
    assert newest <= day < following
    between = (newest + n * DAY for n in range(1, (following - newest).days))
    assert not any(roundups.is_date(each, every, weekday) for each in between)
    assert roundups.is_date(newest, every, weekday)
    assert roundups.is_date(following, every, weekday)
    period = roundups.period_of(newest, every)
    assert roundups.period_until(period.last, every) == period


def test_a_roundup_is_owed_from_the_hour_until_it_is_there() -> None:
    known = all_there(NINE)
    owed = Owed(LAST_WEEK.last, MONDAY)
    assert roundups.owed(*MONDAYS, NINE - MINUTE, known) is None
    assert roundups.owed(*MONDAYS, NINE, known) == owed
    assert roundups.owed(*MONDAYS, NINE + 15 * HOUR - MINUTE, known) == owed
    assert roundups.owed(*MONDAYS, NINE + 15 * HOUR, known) is None
    tomorrow = Owed(LAST_WEEK.last, MONDAY + DAY)
    assert roundups.owed(*MONDAYS, NINE + DAY, known) == tomorrow


def test_the_last_batch_is_waited_for_until_the_end_of_the_date() -> None:
    known = all_there(NINE)
    del known[LAST_WEEK.last]
    assert roundups.owed(*MONDAYS, NINE, known) is None
    coming = roundups.coming(*MONDAYS, NINE, known, created_at=BEFORE)
    assert coming == schedule.Coming(NINE, LAST_WEEK.last, waiting=True)
    assert roundups.owed(*MONDAYS, NINE + DAY, known) == Owed(LAST_WEEK.last, MONDAY + DAY)
    known[LAST_WEEK.last] = False
    assert roundups.owed(*MONDAYS, NINE, known) == Owed(LAST_WEEK.last, MONDAY)


def test_a_feed_that_is_set_up_after_the_date_begins_with_the_next() -> None:
    closes = roundups.due(*MONDAYS, NINE).closes
    assert closes == datetime(2026, 11, 24, tzinfo=UTC)
    known = all_there(NINE)
    noon = roundups.coming(*MONDAYS, NINE + 3 * HOUR, known, created_at=NINE + 3 * HOUR)
    assert noon == schedule.Coming(NINE + 3 * HOUR, LAST_WEEK.last, waiting=False)
    late = roundups.coming(*MONDAYS, NINE + DAY, known, created_at=NINE + DAY)
    assert late == schedule.Coming(NINE + 7 * DAY, date(2026, 11, 27), waiting=False)


def test_what_was_saved_and_found_counts_from_one_roundup_s_hour_to_the_next() -> None:
    assert roundups.stretch(*MONDAYS, NINE + HOUR) == (NINE - 7 * DAY, NINE)
    assert roundups.stretch(*MONDAYS, NINE - MINUTE) == (NINE - 14 * DAY, NINE - 7 * DAY)


def test_a_date_that_a_zone_skipped_has_its_roundup_on_the_next() -> None:
    apia = zones.zone("Pacific/Apia")  # without Friday 30 December 2011
    saturday = datetime(2011, 12, 31, 9, tzinfo=apia)
    owed = roundups.owed(Every.WEEK, 4, time(9), apia, saturday, {})
    assert owed == Owed(date(2011, 12, 28), date(2011, 12, 31))


class Roundups:
    """A feed that lives through months of roundups with a bot that is away now and then."""

    def __init__(self, every: Every, weekday: int, name: str, hour: time, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeats its days
        self.every, self.weekday = every, weekday
        self.zone, self.hour = zones.zone(name), hour
        self.start = datetime(2026, 1, 1, tzinfo=UTC) + self.chance.random() * 7 * DAY
        self.posted: dict[date, datetime] = {}
        self.used: date | None = None

    def known(self, now: datetime) -> dict[date, bool]:
        """Return the batches of the last weeks, each known from when it has settled."""
        days = (now.date() + n * DAY for n in range(-30, 2))
        working = (day for day in days if calendar.is_working_day(day))
        return {day: True for day in working if calendar.settles(day, SETTLE) <= now}

    def look(self, now: datetime) -> bool:
        at = (self.every, self.weekday, self.hour, self.zone, now)
        owed = roundups.owed(*at, self.known(now))
        if owed is None or self.start >= roundups.due(*at).closes:
            return False
        if self.used is not None and owed.day <= self.used:
            return False
        first = roundups.period_until(owed.batch, self.every).first
        if self.posted and first <= max(self.posted):
            return False
        self.posted[owed.batch] = now
        self.used = owed.day
        return True

    def coming(self, now: datetime) -> schedule.Coming | None:
        return roundups.coming(
            *(self.every, self.weekday, self.hour, self.zone, now, self.known(now)),
            created_at=self.start,
            last_batch=max(self.posted, default=None),
            last_day=self.used,
        )


def live(every: Every, weekday: int, name: str, hour: time, seed: int, days: int) -> None:
    """Look at each opening, just before it, just before it closes, and between; now and then the
    bot is away for up to three days."""
    feed = Roundups(every, weekday, name, hour, seed)
    moments: set[datetime] = set()
    for n in range(days + 2):
        day = feed.start.date() + n * DAY
        if (here := schedule.window(day, hour, feed.zone)) is not None:
            moments |= {here.opens - MINUTE, here.opens, here.closes - MINUTE}
        if n < days:
            moments.add(datetime.combine(day, time(), UTC) + feed.chance.random() * DAY)
    away = datetime.min.replace(tzinfo=UTC)
    said: schedule.Coming | None = None
    present: list[datetime] = []
    for now in sorted(moments):
        if now < max(away, feed.start):
            said = None
            continue
        if feed.chance.random() < 0.02:
            away, said = now + feed.chance.random() * 3 * DAY, None
            continue
        present.append(now)
        came = feed.look(now)
        if came and said is not None and not said.waiting:
            assert (said.at, said.batch) == (now, max(feed.posted)), (name, hour, seed)
        if not came and said is not None and not said.waiting:
            assert now < said.at, (name, hour, seed)
        said = feed.coming(now)
        assert said is not None
        assert said.at >= now
    end = present[-1] - 4 * DAY
    date_ = roundups.following_date(feed.start.astimezone(feed.zone).date(), every, weekday)
    while (due := next(schedule.windows_from(date_, hour, feed.zone))).opens < end:
        last = roundups.period_of(date_, every).last
        assert last in feed.posted, (name, hour, seed, date_)
        if due.opens in present and feed.known(due.opens).get(last):
            assert feed.posted[last] == due.opens, (name, hour, seed, date_)
        date_ = roundups.following_date(date_, every, weekday)
    assert list(feed.posted) == sorted(feed.posted)


def test_every_kind_of_zone_gets_each_roundup_once_and_at_its_hour(
    request: pytest.FixtureRequest,
) -> None:
    days = 730 if request.config.getoption("--full") else 120
    for number, name in enumerate(kinds_of_zone()):
        hour = QUARTERS[(number * 37 + 5) % len(QUARTERS)]
        live(ROUNDUPS[number % 2], number % 7, name, hour, number, days)


@settings(deadline=None, max_examples=30)
@given(zone_names, hours, cadences, weekdays, st.integers(0, 2**32))
def test_moving_hour_zone_and_weekday_never_posts_a_period_or_a_date_twice(
    name: str, hour: time, every: Every, weekday: int, seed: int
) -> None:
    feed = Roundups(every, weekday, name, hour, seed)
    used: list[date | None] = []
    now = feed.start
    while now < feed.start + 40 * DAY:
        if feed.look(now):
            used.append(feed.used)
        if feed.chance.random() < 0.03:
            feed.weekday = feed.chance.randrange(7)
            feed.hour = feed.chance.choice(QUARTERS)
            feed.zone = zones.zone(feed.chance.choice(sorted(zones.names())))
        now += 97 * MINUTE
    assert len(used) == len(set(used)) == len(feed.posted)


def weekdays_year(name: str, hour: time) -> tuple[dict[date, date], list[date]]:
    """Return the batches that a feed of weekdays posts in a year, with their dates, and those that
    it does not."""
    zone = zones.zone(name)
    day, posted, used = date(2026, 1, 1), dict[date, date](), date.min
    now = datetime(2026, 1, 5, tzinfo=UTC)
    while now < datetime(2026, 12, 20, tzinfo=UTC):
        here = schedule.open_window(now, hour, zone, every=Every.WEEKDAYS)
        known = dict.fromkeys(all_there(now + DAY), True)
        owed = schedule.owed(hour, zone, now, SETTLE, known, Every.WEEKDAYS)
        newest = max(posted, default=date.min)
        if here is not None and owed is not None and owed.day > used and owed.batch > newest:
            posted[owed.batch] = used = owed.day
        now += 15 * MINUTE
    first, last = min(posted), max(posted)
    day, missed = first, list[date]()
    while day <= last:
        if day not in posted:
            missed.append(day)
        day = calendar.following(day)
    return posted, missed


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("Asia/Tokyo", time(9)),
        ("Europe/Berlin", time(9)),
        ("America/Los_Angeles", time(22, 30)),
        ("Pacific/Kiritimati", time(0)),
        ("Pacific/Pago_Pago", time(9)),
        ("UTC", time(5, 30)),
    ],
)
def test_a_feed_of_weekdays_has_no_thread_at_weekends_and_posts_friday_s_papers_on_monday(
    name: str, hour: time
) -> None:
    posted, missed = weekdays_year(name, hour)
    assert all(day.weekday() < 5 for day in posted.values())
    # Where the clocks change between a Friday's and a Monday's batch, both may be due on Monday:
    # Monday's thread has them both, because a thread draws from the two batches before as well.
    assert len(missed) <= 2
    assert all(each.weekday() == 4 for each in missed)
