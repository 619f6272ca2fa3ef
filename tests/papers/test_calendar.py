import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.calendar import (
    ARXIV_HOLIDAYS,
    REST,
    SETTLE,
    Silence,
    WhyNothing,
    batch_day,
    begins,
    expected_batch,
    following,
    holiday_before,
    is_filling,
    is_working_day,
    month_days,
    next_batch,
    previous,
    week_days,
    why_nothing,
)
from papers.calendar import (
    settles as settles_at,
)
from tests.shared import SHARED, needs_shared

moments = st.datetimes(datetime(2023, 5, 4), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
days = st.dates(date(2023, 5, 4), date(2040, 1, 1))
settles = st.timedeltas(timedelta(0), timedelta(hours=20))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-07-01T01:29", "2026-06-30"),  # 21:29 in New York, summer
        ("2026-07-01T01:30", "2026-07-01"),
        ("2026-12-01T02:29", "2026-11-30"),  # 21:29 in New York, winter
        ("2026-12-01T02:30", "2026-12-01"),
        ("2026-03-08T02:29", "2026-03-07"),  # the night the clocks go forward
        ("2026-03-08T02:30", "2026-03-08"),
        ("2026-03-09T01:29", "2026-03-08"),
        ("2026-03-09T01:30", "2026-03-09"),
        ("2026-11-01T01:30", "2026-11-01"),  # the night they go back
        ("2026-11-02T02:29", "2026-11-01"),
        ("2026-11-02T02:30", "2026-11-02"),
    ],
)
def test_the_day_turns_at_half_past_nine_in_new_york(now: str, day: str):
    assert batch_day(utc(now)) == date.fromisoformat(day)


def test_the_day_is_the_same_whichever_zone_the_clock_is_in():
    now = utc("2026-07-01T01:30")
    assert batch_day(now.astimezone(ZoneInfo("Pacific/Auckland"))) == date(2026, 7, 1)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match=r"^batch_day needs a time with a time zone$"):
        batch_day(datetime(2026, 7, 1))  # noqa: DTZ001 - the point of the test


@given(days)
def test_a_batch_begins_the_evening_before_and_not_a_second_earlier(day: date):
    opening = begins(day)
    assert opening.tzinfo is UTC
    assert batch_day(opening) == day
    assert batch_day(opening - timedelta(seconds=1)) == day - timedelta(days=1)


@given(moments, settles)
def test_the_expected_batch_has_had_its_time_and_no_newer_one_has(now: datetime, settle: timedelta):
    day = expected_batch(now, settle)
    assert is_working_day(day)
    assert begins(day) + settle <= now < begins(following(day)) + settle


@given(moments)
def test_the_next_batch_lies_ahead_on_a_working_day_with_none_between(now: datetime):
    opening = next_batch(now)
    assert opening > now
    assert is_working_day(batch_day(opening))
    assert begins(previous(batch_day(opening))) <= now


@given(days)
def test_previous_and_following_step_over_weekends_only(day: date):
    assert is_working_day(previous(day))
    assert is_working_day(following(day))
    assert 1 <= (day - previous(day)).days <= 3
    if is_working_day(day):
        assert following(previous(day)) == day == previous(following(day))


def test_a_batch_is_expected_four_hours_after_it_began():
    assert expected_batch(utc("2026-07-01T05:29")) == date(2026, 6, 30)
    assert expected_batch(utc("2026-07-01T05:30")) == date(2026, 7, 1)
    assert expected_batch(utc("2026-07-05T12:00")) == date(2026, 7, 3)  # a Sunday


@given(moments)
def test_at_weekends_people_are_told_so(now: datetime):
    reason = why_nothing(now)
    if not is_working_day(batch_day(now)):
        assert reason is not None
        assert reason.silence is Silence.WEEKEND
    elif expected_batch(now) != batch_day(now):
        assert reason is not None
        assert reason.silence is Silence.FILLING


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (
            "2026-07-04T12:00",
            WhyNothing(Silence.WEEKEND, date(2026, 7, 6), at=utc("2026-07-06T01:30")),
        ),
        (
            "2026-07-01T02:00",
            WhyNothing(Silence.FILLING, date(2026, 7, 1), at=utc("2026-07-01T05:30")),
        ),
        (
            "2026-11-27T12:00",
            WhyNothing(Silence.AFTER_HOLIDAY, date(2026, 11, 27), holiday=date(2026, 11, 26)),
        ),
        (
            "2026-11-26T12:00",
            WhyNothing(Silence.HOLIDAY, date(2026, 11, 26), holiday=date(2026, 11, 26)),
        ),
        ("2026-11-25T12:00", None),
        ("2026-07-01T05:30", None),
    ],
)
def test_the_calendar_knows_why_nothing_came(now: str, reason: WhyNothing | None):
    assert why_nothing(utc(now)) == reason


def test_a_friday_holiday_thins_out_monday():
    assert holiday_before(date(2026, 7, 6)) == date(2026, 7, 3)
    assert holiday_before(date(2025, 7, 7)) == date(2025, 7, 6)  # arXiv named the Sunday that year
    assert holiday_before(date(2026, 7, 7)) is None


def test_a_year_has_week_53_where_the_calendar_says_so():
    assert week_days(date(2027, 1, 3))[0] == date(2026, 12, 28)
    assert week_days(date(2027, 1, 3))[-1] == date(2027, 1, 1)


@given(days)
def test_weeks_and_months_hold_exactly_their_working_days(day: date):
    week, month = week_days(day), month_days(day)
    assert {d.isocalendar()[:2] for d in week} == {day.isocalendar()[:2]}
    assert {(d.year, d.month) for d in month} == {(day.year, day.month)}
    assert len(week) == 5
    assert 20 <= len(month) <= 23
    assert all(is_working_day(d) for d in (*week, *month))
    assert not is_working_day(day) or (day in week and day in month)


@needs_shared
def test_recorded_batches_bear_out_what_this_calendar_says():
    path = SHARED / "data" / "hf_daily.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        sizes = Counter(date.fromisoformat(json.loads(line)["date"]) for line in lines)
    # The recording itself has a hole from 2024-12-11 to 2025-01-10.
    holidays = [
        day
        for day in ARXIV_HOLIDAYS
        if min(sizes) < day < max(sizes) and not date(2024, 12, 10) < day < date(2025, 1, 11)
    ]
    on = [sizes[day] for day in holidays if is_working_day(day)]
    after = [sizes[following(day)] for day in holidays]
    assert all(is_working_day(day) for day in sizes)
    assert (len(on), min(on), median(on), max(on)) == (11, 8, 13, 21)
    assert (len(after), min(after), median(after), max(after)) == (12, 1, 4, 10)


def ordinary(day: date, *, size: int, usual: int = 14, weeks: int = 4) -> dict[date, int]:
    """The sizes of some weeks' batches before a day, and of that day's."""
    before = (day - timedelta(days=n) for n in range(1, 7 * weeks))
    return {**{each: usual for each in before if is_working_day(each)}, day: size}


@pytest.mark.parametrize("size", [1, 2])
def test_a_batch_of_so_few_on_an_ordinary_day_waits_for_its_rest_and_not_for_ever(
    size: int,
) -> None:
    day = date(2025, 5, 15)  # at 06:01 UTC that day one paper was there, and the others later
    sizes = ordinary(day, size=size)
    ready = settles_at(day)
    for moment in (utc("2025-05-15 06:01"), ready, ready + REST - timedelta(seconds=1)):
        assert is_filling(day, sizes, moment, SETTLE)
    assert not is_filling(day, sizes, ready + REST, SETTLE)


@pytest.mark.parametrize(
    ("day", "sizes"),
    [
        (date(2025, 5, 15), ordinary(date(2025, 5, 15), size=3)),
        (date(2025, 5, 15), ordinary(date(2025, 5, 15), size=0)),
        (date(2025, 5, 15), ordinary(date(2025, 5, 15), size=1, usual=7)),
        (date(2025, 5, 15), {date(2025, 5, 15): 1, date(2025, 5, 14): 14}),
        (date(2025, 6, 20), ordinary(date(2025, 6, 20), size=1)),
        (date(2025, 12, 25), ordinary(date(2025, 12, 25), size=1)),
    ],
    ids=["three", "none", "small ones before", "young bot", "after a holiday", "a holiday"],
)
def test_what_may_be_all_is_not_waited_for(day: date, sizes: dict[date, int]) -> None:
    assert not is_filling(day, sizes, settles_at(day), SETTLE)
