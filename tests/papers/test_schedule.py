"""When a feed posts, in every time zone there is, held against a clock that is walked by hand."""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers import calendar, schedule, zones

MINUTE, QUARTER, HOUR, DAY = (timedelta(minutes=n) for n in (1, 15, 60, 1_440))
SETTLE = timedelta(hours=4)
YEAR = 2026
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)

QUARTERS = [time(minutes // 60, minutes % 60) for minutes in range(0, 1_440, 15)]
zone_names = st.sampled_from(sorted(zones.names()))
hours = st.sampled_from(QUARTERS)
working_days = st.dates(date(2025, 1, 1), date(2028, 12, 31)).filter(calendar.is_working_day)


@cache
def kinds_of_zone() -> list[str]:
    """Return one zone for each row of offsets that any zone has in the year."""
    moments = [
        datetime(YEAR, 1, 1, tzinfo=UTC) + 6 * hour * HOUR
        for hour in range((LAST - FIRST).days * 4 + 4)
    ]
    kinds: dict[tuple[object, ...], str] = {}
    for name in sorted(zones.names()):
        zone = zones.zone(name)
        kinds.setdefault(tuple(zone.utcoffset(m.astimezone(zone)) for m in moments), name)
    return sorted(kinds.values())


def walked(hour: time, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """Yield the moments from `start` on at which a clock comes to `hour`, a quarter at a time."""
    moment = start - QUARTER
    before = moment.astimezone(zone)
    while True:
        moment += QUARTER
        local = moment.astimezone(zone)
        came = local.date() > before.date() or before.time() < hour
        if local.time() >= hour and came:
            yield moment
        before = local


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


@given(zone_names, hours, working_days)
def test_a_batch_is_due_when_the_clock_first_comes_to_the_hour_after_it_settled(
    name: str, hour: time, day: date
) -> None:
    zone = zones.zone(name)
    due = schedule.due_at(hour, zone, day, SETTLE)
    settled = calendar.settles(day, SETTLE)
    before = schedule.due_at(hour, zone, calendar.previous(day), SETTLE)
    expected = next(
        moment
        for moment in walked(hour, zone, settled)
        if local_date(moment, zone) > local_date(before, zone)
    )
    assert due == expected
    assert settled <= due <= settled + 2 * DAY


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("Asia/Tokyo", "2025-06-11 09:00"),
        ("Pacific/Auckland", "2025-06-11 09:00"),
        ("Asia/Kathmandu", "2025-06-11 09:00"),
        ("Europe/Berlin", "2025-06-10 09:00"),
        ("UTC", "2025-06-10 09:00"),
        ("America/Los_Angeles", "2025-06-10 09:00"),
        ("Pacific/Kiritimati", "2025-06-11 09:00"),
        ("Pacific/Pago_Pago", "2025-06-10 09:00"),
    ],
)
def test_nine_is_nine_on_every_wall(name: str, local: str) -> None:
    zone = zones.zone(name)
    due = schedule.due_at(time(9), zone, date(2025, 6, 10), SETTLE)
    assert f"{due.astimezone(zone):%Y-%m-%d %H:%M}" == local


def test_a_date_that_a_zone_skipped_has_no_window_and_loses_no_batch() -> None:
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    zone = zones.zone("Pacific/Apia")
    assert schedule.window(date(2011, 12, 30), time(9), zone) is None
    days = [date(2011, 12, 27) + n * DAY for n in range(4)]
    dates = [local_date(schedule.due_at(time(9), zone, day, SETTLE), zone) for day in days]
    assert dates == sorted(set(dates))
    assert date(2011, 12, 30) not in dates


def test_an_hour_that_the_clocks_leave_out_is_the_moment_after_it() -> None:
    zone = zones.zone("Europe/Berlin")
    opens = schedule.occurrence(date(2026, 3, 29), time(2, 30), zone)
    assert opens == datetime(2026, 3, 29, 1, tzinfo=UTC)  # 03:00 in Berlin


def test_an_hour_that_the_clocks_repeat_comes_once() -> None:
    zone = zones.zone("Europe/Berlin")
    opens = schedule.occurrence(date(2026, 10, 25), time(2, 30), zone)
    assert opens == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_feed_shortly_before_midnight_has_minutes_to_post() -> None:
    zone = zones.zone("UTC")
    moment = datetime(2026, 3, 3, 0, 3, tzinfo=UTC)
    here = schedule.open_window(moment, time(23, 59), zone)
    assert here is not None
    assert here.day == date(2026, 3, 2)
    assert schedule.open_window(moment + 2 * MINUTE, time(23, 59), zone) is None


class Model:
    """A feed that lives through a year of batches, by what `schedule` says it owes."""

    def __init__(self, name: str, hour: time, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeats its days
        self.zone, self.hour = zones.zone(name), hour
        self.arrivals: dict[date, datetime] = {}
        self.empty: dict[date, datetime] = {}
        day = FIRST
        while (day := calendar.following(day)) <= LAST:
            settled = calendar.settles(day, SETTLE)
            kind = self.chance.random()
            if kind < 0.03:
                self.empty[day] = settled - HOUR
            elif kind < 0.13:
                self.arrivals[day] = settled + self.chance.random() * 30 * HOUR
            else:
                self.arrivals[day] = settled - HOUR
        self.comes = self.arrivals | self.empty
        self.days = sorted(self.comes)
        self.posted: dict[date, datetime] = {}
        self.dates: dict[date, date] = {}
        self.used: date | None = None

    def near(self, now: datetime) -> dict[date, bool]:
        """Return what is known of the last weeks: all that the schedule looks at."""
        # No batch comes before its own day.
        first = bisect_left(self.days, now.date() - 30 * DAY)
        last = bisect_right(self.days, now.date())
        days = self.days[first:last]
        return {day: day in self.arrivals for day in days if self.comes[day] <= now}

    def moments(self) -> list[datetime]:
        """Return when to look: at each opening and arrival, just before and after, and between."""
        found: set[datetime] = set(self.arrivals.values())
        day = FIRST
        while day <= LAST + 3 * DAY:
            if (here := schedule.window(day, self.hour, self.zone)) is not None:
                found |= {here.opens - MINUTE, here.opens, here.closes - MINUTE, here.closes}
            midday = datetime.combine(day, time(12), UTC)
            found |= {midday + self.chance.random() * DAY for _ in range(2)}
            day += DAY
        return sorted(found)

    def look(self, now: datetime) -> None:
        owed = schedule.owed(self.hour, self.zone, now, SETTLE, self.near(now))
        if owed is None or (self.used is not None and owed.day <= self.used):
            return
        if self.posted and owed.batch <= max(self.posted):
            return
        self.posted[owed.batch] = now
        self.dates[owed.batch] = self.used = owed.day

    def windows(self, moment: datetime) -> Iterator[schedule.Window]:
        """Yield the windows that are open at a moment or open later, in order."""
        days = (moment.date() + n * DAY for n in range(-2, 30))
        found = (schedule.window(day, self.hour, self.zone) for day in days)
        return (here for here in found if here is not None and here.closes > moment)

    def coming(self, now: datetime) -> schedule.Coming | None:
        return schedule.coming(
            self.hour,
            self.zone,
            now,
            SETTLE,
            self.near(now),
            last_batch=max(self.posted, default=None),
            last_day=self.used,
        )


def live_a_year(name: str, hour: time, seed: int) -> None:
    """Let a feed live through the year; every batch comes once, at its hour or when it arrives."""
    model = Model(name, hour, seed)
    zone = model.zone
    said: schedule.Coming | None = None
    for now in model.moments():
        before = len(model.posted)
        model.look(now)
        if len(model.posted) > before and said is not None and not said.waiting:
            batch = max(model.posted)
            if model.arrivals[batch] <= said.at:
                assert (said.at, said.batch) == (now, batch), (name, hour, seed)
        said = model.coming(now)
    used: list[date] = []
    for batch, at in model.posted.items():
        due = schedule.due_at(hour, zone, batch, SETTLE)
        arrived = model.arrivals[batch]
        here = next(here for here in model.windows(arrived) if here.day not in used)
        expected = due if arrived <= due else max(arrived, here.opens)
        # One that came so late that a newer one is due waits to see whether that comes, too.
        if schedule.newest_due(hour, zone, expected, SETTLE) == batch:
            assert at == expected, (name, hour, seed, batch)
        used.append(model.dates[batch])
    assert used == sorted(set(used)), "two threads on one date"
    for batch, arrived in model.arrivals.items():
        if batch in model.posted or schedule.due_at(hour, zone, batch, SETTLE) > datetime(
            YEAR, 12, 30, tzinfo=UTC
        ):
            continue
        # One that was never posted came so late that a newer one was due by then.
        newer = schedule.due_at(hour, zone, calendar.following(batch), SETTLE)
        assert max(arrived, schedule.due_at(hour, zone, batch, SETTLE)) + DAY >= newer, (
            name,
            hour,
            seed,
            batch,
        )


@pytest.mark.parametrize("share", range(4))
def test_every_kind_of_zone_gets_each_batch_once_and_at_its_hour(
    share: int, request: pytest.FixtureRequest
) -> None:
    kinds = kinds_of_zone()[share::4]
    seeds = range(6) if request.config.getoption("--full") else range(1)
    for number, name in enumerate(kinds):
        for seed in seeds:
            hour = QUARTERS[(number * 37 + share * 11 + seed * 17) % len(QUARTERS)]
            live_a_year(name, hour, seed * 1_000 + number)


@settings(deadline=None)  # the first example fills the zones' caches
@given(st.integers(0, 2**32), st.data())
def test_moving_the_hour_and_the_zone_never_posts_a_batch_twice_or_a_date_twice(
    seed: int, data: st.DataObject
) -> None:
    model = Model(data.draw(zone_names), data.draw(hours), seed)
    posted: list[tuple[date, date]] = []
    now = datetime(YEAR, 3, 1, tzinfo=UTC)
    while now < datetime(YEAR, 3, 20, tzinfo=UTC):
        before = dict(model.posted)
        model.look(now)
        posted += [
            (batch, model.used) for batch in model.posted.keys() - before.keys() if model.used
        ]
        if model.chance.random() < 0.02:
            model.hour = model.chance.choice(QUARTERS)
            model.zone = zones.zone(model.chance.choice(kinds_of_zone()))
        now += 20 * MINUTE
    assert [batch for batch, _ in posted] == sorted({batch for batch, _ in posted})
    assert [day for _, day in posted] == sorted({day for _, day in posted})
    for batch, at in model.posted.items():
        assert at >= calendar.settles(batch, SETTLE)


@given(zone_names, st.integers(0, 2 * 365 * 24 * 60))
def test_the_hour_that_is_offered_brings_the_days_own_papers_where_the_day_has_such_an_hour(
    name: str, minutes: int
) -> None:
    zone, now = zones.zone(name), datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE
    hour = schedule.default_hour(zone, now, SETTLE, time(9))
    day = calendar.following(calendar.batch_day(now))
    behind = schedule.days_behind(hour, zone, day, SETTLE)
    assert behind <= 0 or hour == time(9)


def test_a_batch_that_settles_on_the_very_hour_is_due_then() -> None:
    day = date(2026, 7, 1)
    assert schedule.due_at(time(5, 30), zones.zone("UTC"), day, SETTLE) == calendar.settles(day)


def test_a_date_that_was_used_up_is_not_named_as_the_next() -> None:
    # Wednesday's thread brought Tuesday's late batch; Wednesday's own comes on Thursday.
    now = datetime(2026, 7, 1, 10, tzinfo=UTC)
    known = {date(2026, 6, 30): True, date(2026, 7, 1): True}
    coming = schedule.coming(
        time(9),
        zones.zone("UTC"),
        now,
        SETTLE,
        known,
        last_batch=date(2026, 6, 30),
        last_day=now.date(),
    )
    assert coming is not None
    assert coming.at == datetime(2026, 7, 2, 9, tzinfo=UTC)


def test_while_todays_batch_is_awaited_that_is_said_and_no_moment() -> None:
    now = datetime(2026, 7, 1, 10, tzinfo=UTC)
    known = {date(2026, 6, 30): True}
    coming = schedule.coming(
        time(9), zones.zone("UTC"), now, SETTLE, known, last_batch=date(2026, 6, 30)
    )
    assert coming == schedule.Coming(now, date(2026, 7, 1), waiting=True)


def test_a_post_is_late_from_when_it_could_have_come_and_not_from_before_an_edit() -> None:
    utc, day = zones.zone("UTC"), date(2026, 7, 1)
    nine = datetime(2026, 7, 1, 9, tzinfo=UTC)
    old, edited = nine - 30 * DAY, nine + 6 * HOUR
    assert schedule.expected_at(time(9), utc, day, SETTLE, since=old) == nine
    assert schedule.expected_at(time(9), utc, day, SETTLE, since=edited) == edited
    used = schedule.expected_at(time(9), utc, day, SETTLE, since=old, last_day=day)
    assert used == nine + DAY
