"""When a journal club meets, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import zones
from papers.club_schedule import (
    LEAD,
    Every,
    first_day,
    moments,
    next_day,
    poll_hours,
    starts_at,
)

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
ZONES = st.sampled_from(sorted(zones.names())).map(zones.zone)
BERLIN = zones.zone("Europe/Berlin")


@given(day=DAYS, at=TIMES, zone=ZONES)
def test_the_steps_of_a_session_come_in_order(day: date, at: time, zone: zones.ZoneInfo) -> None:
    when = moments(day, at, zone)
    assert all(earlier < later for earlier, later in pairwise(when))
    assert all(moment.utcoffset() == timedelta() for moment in when)


@given(day=DAYS, at=TIMES, zone=ZONES)
def test_a_session_starts_at_its_local_hour_or_right_after_a_gap(
    day: date, at: time, zone: zones.ZoneInfo
) -> None:
    local = starts_at(day, at, zone).astimezone(zone)
    assert local.date() >= day
    if local.date() == day and local.time() != at:
        before = local.astimezone(UTC) - timedelta(seconds=1)
        assert before.astimezone(zone).replace(tzinfo=None).time() < at


@given(
    anchor=DAYS,
    every=st.sampled_from(Every),
    after=DAYS,
    ahead=st.integers(min_value=1, max_value=8),
)
def test_the_next_date_is_later_on_the_same_weekday_and_none_is_left_out(
    anchor: date, every: Every, after: date, ahead: int
) -> None:
    day = next_day(anchor, every, after)
    assert day > after or day == anchor
    assert day.weekday() == anchor.weekday()
    for _ in range(ahead):
        later = next_day(anchor, every, day)
        longest = {Every.WEEK: 7, Every.FORTNIGHT: 14, Every.MONTH: 35}[every]
        assert timedelta() < later - day <= timedelta(days=longest)
        # Between the two there is no other: any day before the later one leads to it.
        assert next_day(anchor, every, later - timedelta(days=1)) == later
        day = later


@given(anchor=DAYS, after=DAYS)
def test_a_monthly_club_keeps_its_place_in_the_month(anchor: date, after: date) -> None:
    day = next_day(anchor, Every.MONTH, max(anchor, after))
    ordinal = (anchor.day - 1) // 7
    if ordinal < 4:
        assert (day.day - 1) // 7 == ordinal
    else:
        assert (day + timedelta(days=7)).month != day.month


@pytest.mark.parametrize(
    ("anchor", "after", "day"),
    [
        ("2025-06-12", "2025-06-12", "2025-07-10"),  # the second Thursday
        ("2025-05-29", "2025-05-29", "2025-06-26"),  # the fifth is the last
        ("2025-05-29", "2025-06-26", "2025-07-31"),  # and is the fifth again
        ("2025-12-11", "2025-12-11", "2026-01-08"),
    ],
)
def test_months_are_counted_by_weekdays(anchor: str, after: str, day: str) -> None:
    found = next_day(date.fromisoformat(anchor), Every.MONTH, date.fromisoformat(after))
    assert found.isoformat() == day


@given(
    weekday=st.integers(min_value=0, max_value=6),
    at=TIMES,
    zone=ZONES,
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_first_session_leaves_time_to_nominate_and_is_no_more_than_a_week_later(
    weekday: int, at: time, zone: zones.ZoneInfo, now: datetime
) -> None:
    day = first_day(weekday, at, zone, now)
    assert day.weekday() == weekday
    assert starts_at(day, at, zone) >= now + LEAD
    assert starts_at(day - timedelta(days=7), at, zone) < now + LEAD


def test_a_session_keeps_its_local_hour_when_the_clocks_change() -> None:
    summer, winter = date(2025, 10, 23), date(2025, 10, 30)
    assert starts_at(summer, time(17), BERLIN) == datetime(2025, 10, 23, 15, tzinfo=UTC)
    assert starts_at(winter, time(17), BERLIN) == datetime(2025, 10, 30, 16, tzinfo=UTC)


def test_a_date_that_its_zone_skipped_starts_with_the_next() -> None:
    apia = zones.zone("Pacific/Apia")
    assert starts_at(date(2011, 12, 30), time(17), apia) == datetime(2011, 12, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "hours"), [(24 * 60, 24), (90, 1), (59, 0), (-60, 0)])
def test_a_poll_is_open_for_whole_hours_and_ends_in_time(minutes: int, hours: int) -> None:
    now = datetime(2025, 6, 10, 17, tzinfo=UTC)
    assert poll_hours(now, now + timedelta(minutes=minutes)) == hours
