"""The edges of the hours of posts and digests, to the second."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from papers import calendar, schedule, zones
from papers.schedule import Coming, Owed, Window

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3_600, 86_400))
SETTLE = timedelta(hours=4)
UTC_ZONE, BERLIN = zones.zone("UTC"), zones.zone("Europe/Berlin")
TOKYO, CAIRO = zones.zone("Asia/Tokyo"), zones.zone("Africa/Cairo")
MONDAY, TUESDAY, WEDNESDAY = date(2026, 6, 29), date(2026, 6, 30), date(2026, 7, 1)
FRIDAY = date(2026, 6, 26)
NINE = datetime(2026, 6, 30, 9, tzinfo=UTC)
MIDNIGHT = datetime(2026, 7, 1, tzinfo=UTC)


def test_a_batch_is_due_at_the_first_hour_after_it_settled() -> None:
    settled = calendar.settles(TUESDAY, SETTLE)
    assert settled == datetime(2026, 6, 30, 5, 30, tzinfo=UTC)
    assert schedule.due_at(time(5, 30), UTC_ZONE, TUESDAY, SETTLE) == settled
    assert schedule.due_at(time(5, 29), UTC_ZONE, TUESDAY, SETTLE) == settled + DAY - MINUTE
    assert schedule.due_at(time(9), TOKYO, TUESDAY, SETTLE) == datetime(2026, 7, 1, tzinfo=UTC)


def test_two_batches_never_meet_one_date() -> None:
    # Cairo's clocks go back on 30 October 2026.
    days = [date(2026, 10, 26) + n * DAY for n in range(5)]
    for hour in (time(7), time(7, 30), time(8), time(8, 30)):
        due = [schedule.due_at(hour, CAIRO, day, SETTLE).astimezone(CAIRO) for day in days]
        assert len({each.date() for each in due}) == 5
        assert due == sorted(due)


def test_an_hour_comes_once_a_day_whatever_the_clocks_do() -> None:
    ordinary = datetime(2026, 6, 30, 7, tzinfo=UTC)
    assert schedule.occurrence(TUESDAY, time(9), BERLIN) == ordinary
    spring = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert schedule.occurrence(date(2026, 3, 29), time(2), BERLIN) == spring
    assert schedule.occurrence(date(2026, 3, 29), time(2, 59), BERLIN) == spring
    assert schedule.occurrence(date(2026, 3, 29), time(3), BERLIN) == spring
    assert schedule.occurrence(date(2026, 3, 29), time(1, 59), BERLIN) == spring - MINUTE
    autumn = datetime(2026, 10, 25, tzinfo=UTC)
    assert schedule.occurrence(date(2026, 10, 25), time(2), BERLIN) == autumn
    apia = zones.zone("Pacific/Apia")
    assert schedule.occurrence(date(2011, 12, 30), time(9), apia) is None
    assert schedule.occurrence(date(2011, 12, 31), time.min, apia) == datetime(
        2011, 12, 30, 10, tzinfo=UTC
    )


def test_a_batch_that_settles_between_an_hours_two_times_is_due_at_the_second() -> None:
    # New York's clocks go back at 06:00 UTC on 1 November; Monday's batch settles at 05:45 then.
    zone, monday = zones.zone("America/New_York"), date(2026, 10, 26)
    ready = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)
    settle = ready - calendar.settles(monday, timedelta(0))
    due = schedule.due_at(time(1, 30), zone, monday, settle)
    assert due == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_window_is_open_from_its_hour_to_midnight() -> None:
    here = Window(TUESDAY, NINE, MIDNIGHT)
    assert schedule.window(TUESDAY, time(9), UTC_ZONE) == here
    assert schedule.open_window(NINE - SECOND, time(9), UTC_ZONE) is None
    assert schedule.open_window(NINE, time(9), UTC_ZONE) == here
    assert schedule.open_window(MIDNIGHT - SECOND, time(9), UTC_ZONE) == here
    assert schedule.open_window(MIDNIGHT, time(9), UTC_ZONE) is None


def test_a_window_before_midnight_is_open_as_long_as_its_slack() -> None:
    late = MIDNIGHT - MINUTE
    here = Window(TUESDAY, late, late + 5 * MINUTE)
    assert schedule.window(TUESDAY, time(23, 59), UTC_ZONE) == here
    assert schedule.open_window(MIDNIGHT, time(23, 59), UTC_ZONE) == here
    longer = Window(TUESDAY, late, late + HOUR)
    assert schedule.window(TUESDAY, time(23, 59), UTC_ZONE, HOUR) == longer
    assert schedule.open_window(late + HOUR - SECOND, time(23, 59), UTC_ZONE, HOUR) == longer
    assert schedule.open_window(late + HOUR, time(23, 59), UTC_ZONE, HOUR) is None


def test_at_midnight_the_new_days_window_comes_before_yesterdays() -> None:
    found = schedule.open_window(MIDNIGHT, time.min, UTC_ZONE, 25 * HOUR)
    assert found == Window(WEDNESDAY, MIDNIGHT, MIDNIGHT + 25 * HOUR)


def test_days_that_are_empty_and_over_are_passed_over() -> None:
    over = NINE + 2 * DAY
    assert schedule.newest(TUESDAY, NINE, {TUESDAY: True}) == (TUESDAY, True)
    assert schedule.newest(TUESDAY, NINE, {}) == (TUESDAY, False)
    assert schedule.newest(TUESDAY, NINE, {TUESDAY: False, MONDAY: True}) == (TUESDAY, False)
    assert schedule.newest(TUESDAY, over, {TUESDAY: False, MONDAY: True}) == (MONDAY, True)
    assert schedule.newest(TUESDAY, over, {TUESDAY: False}) == (MONDAY, False)
    assert schedule.newest(MONDAY, over, {MONDAY: False, FRIDAY: True}) == (FRIDAY, True)


def test_seven_empty_days_are_passed_over_and_no_eighth() -> None:
    days = [TUESDAY]
    while len(days) < 8:
        days.append(calendar.previous(days[-1]))
    later = NINE + 9 * DAY
    six = dict.fromkeys(days[:6], False)
    assert schedule.newest(TUESDAY, later, six | {days[6]: True}) == (days[6], True)
    seven = dict.fromkeys(days[:7], False)
    assert schedule.newest(TUESDAY, later, seven | {days[7]: True}) is None


def test_the_newest_batch_that_is_due_changes_at_the_hour() -> None:
    assert schedule.newest_due(time(9), UTC_ZONE, NINE - SECOND, SETTLE) == MONDAY
    assert schedule.newest_due(time(9), UTC_ZONE, NINE, SETTLE) == TUESDAY
    assert schedule.newest_due(time(9), TOKYO, NINE, SETTLE) == MONDAY


def test_a_feed_owes_the_newest_batch_in_its_window() -> None:
    known = {MONDAY: True, TUESDAY: True}
    owed = Owed(TUESDAY, TUESDAY)
    assert schedule.owed(time(9), UTC_ZONE, NINE, SETTLE, known) == owed
    assert schedule.owed(time(9), UTC_ZONE, NINE - SECOND, SETTLE, known) is None
    assert schedule.owed(time(9), UTC_ZONE, MIDNIGHT, SETTLE, known) is None
    assert schedule.owed(time(9), UTC_ZONE, NINE, SETTLE, {MONDAY: True}) is None
    assert schedule.owed(time(9), TOKYO, MIDNIGHT, SETTLE, known) == Owed(TUESDAY, WEDNESDAY)
    days = [TUESDAY - n * DAY for n in range(12)]
    assert schedule.owed(time(9), UTC_ZONE, NINE, SETTLE, dict.fromkeys(days, False)) is None


def coming(now: datetime, *known: date, **last: Any) -> Coming | None:
    return schedule.coming(time(9), UTC_ZONE, now, SETTLE, dict.fromkeys(known, True), **last)


def test_the_next_thread_is_today_before_the_hour_and_tomorrow_after_it() -> None:
    assert coming(NINE - SECOND, MONDAY) == Coming(NINE, TUESDAY, waiting=False)
    assert coming(NINE - SECOND, TUESDAY) == Coming(NINE, TUESDAY, waiting=False)
    assert coming(NINE, TUESDAY) == Coming(NINE, TUESDAY, waiting=False)
    assert coming(NINE + HOUR, TUESDAY) == Coming(NINE + HOUR, TUESDAY, waiting=False)
    assert coming(NINE, MONDAY) == Coming(NINE, TUESDAY, waiting=True)
    after = Coming(NINE + DAY, WEDNESDAY, waiting=False)
    assert coming(NINE, TUESDAY, last_batch=TUESDAY) == after
    assert coming(NINE, TUESDAY, last_day=TUESDAY) == after
    assert coming(NINE, TUESDAY, last_batch=MONDAY, last_day=MONDAY) == Coming(
        NINE, TUESDAY, waiting=False
    )
    assert coming(NINE - SECOND, last_batch=MONDAY, last_day=MONDAY) == Coming(
        NINE, TUESDAY, waiting=False
    )


def test_the_next_thread_is_looked_for_two_weeks_ahead() -> None:
    opens = NINE + 14 * DAY
    last = opens.date() - DAY
    assert coming(NINE - SECOND, last_day=last) is None
    assert coming(NINE, last_day=last) == Coming(opens, opens.date(), waiting=False)
    assert coming(NINE, last_day=opens.date()) is None


def test_no_thread_is_in_sight_where_every_day_is_empty() -> None:
    empty = {date(2026, 6, 1) + n * DAY: False for n in range(90)}
    assert schedule.coming(time(9), UTC_ZONE, NINE, SETTLE, empty) == Coming(
        NINE, TUESDAY, waiting=True
    )


def test_a_post_is_expected_when_it_could_have_come() -> None:
    def expected(since: datetime, last_day: date | None = None) -> datetime:
        return schedule.expected_at(
            time(9), UTC_ZONE, TUESDAY, SETTLE, since=since, last_day=last_day
        )

    assert expected(NINE - 9 * DAY) == NINE
    assert expected(NINE + HOUR) == NINE + HOUR
    assert expected(MIDNIGHT) == NINE + DAY
    assert expected(NINE, TUESDAY) == NINE + DAY
    assert expected(NINE, MONDAY) == NINE
    assert expected(NINE, WEDNESDAY) == NINE + 2 * DAY


def test_days_behind_and_the_moment_of_settling_are_on_the_feeds_clock() -> None:
    assert schedule.days_behind(time(9), UTC_ZONE, TUESDAY, SETTLE) == 0
    assert schedule.days_behind(time(9), TOKYO, TUESDAY, SETTLE) == 1
    ready = schedule.ready_at(TOKYO, TUESDAY, SETTLE)
    assert (ready.hour, ready.minute, ready.tzinfo) == (14, 30, TOKYO)


@pytest.mark.parametrize(
    ("zone", "preferred", "offered"),
    [
        ("UTC", time(9), time(9)),
        ("UTC", time(5), time(7)),
        ("Europe/Berlin", time(9), time(9)),
        ("Europe/Berlin", time(6), time(8)),
        ("Asia/Tokyo", time(9), time(16)),
        ("Asia/Kathmandu", time(9), time(13)),
        ("Pacific/Auckland", time(9), time(20)),
        ("America/Los_Angeles", time(9), time(9)),
    ],
)
def test_the_hour_that_is_offered_brings_the_days_own_batch(
    zone: str, preferred: time, offered: time
) -> None:
    for now in (NINE, datetime(2026, 1, 15, tzinfo=UTC)):
        assert schedule.default_hour(zones.zone(zone), now, SETTLE, preferred) == offered


def test_what_comes_next_is_on_the_clock_of_the_feeds_zone() -> None:
    known = {MONDAY: True, TUESDAY: True}
    nine = time(9)
    assert schedule.coming(nine, TOKYO, NINE, SETTLE, known, last_batch=MONDAY) == Coming(
        MIDNIGHT, TUESDAY, waiting=False
    )
    assert schedule.expected_at(nine, TOKYO, TUESDAY, SETTLE, since=NINE) == MIDNIGHT
    assert schedule.window(WEDNESDAY, nine, TOKYO) == Window(
        WEDNESDAY, MIDNIGHT, MIDNIGHT + 15 * HOUR
    )


def test_dates_are_those_of_the_feeds_zone_where_utc_has_another() -> None:
    california, auckland = zones.zone("America/Los_Angeles"), zones.zone("Pacific/Auckland")
    # Tuesday's batch is ready at 22:30 on Monday in California.
    assert schedule.due_at(time(23), california, TUESDAY, SETTLE) == MIDNIGHT - 18 * HOUR
    opens = MIDNIGHT - 3 * HOUR
    here = Window(WEDNESDAY, opens, opens + 15 * HOUR)
    assert schedule.open_window(opens + HOUR, time(9), auckland) == here
    known = {MONDAY: True, TUESDAY: True}
    evening = MIDNIGHT - 13 * HOUR
    assert schedule.owed(time(20), TOKYO, evening, SETTLE, known) == Owed(TUESDAY, TUESDAY)


def test_a_batch_is_ready_as_soon_as_it_is_told_to_be() -> None:
    opens = datetime(2026, 6, 30, 1, 30, tzinfo=UTC)
    assert schedule.newest_due(time(1, 30), UTC_ZONE, opens, timedelta(0)) == TUESDAY
    assert schedule.newest_due(time(1, 30), UTC_ZONE, opens - SECOND, timedelta(0)) == MONDAY
    assert schedule.ready_at(TOKYO, TUESDAY, 6 * HOUR).hour == 16


def test_an_hour_is_offered_to_the_minute_and_none_where_the_day_is_over() -> None:
    # Ready at 06:00 in summer and at 07:00 in winter; then at 22:30 and at 23:30.
    assert schedule.default_hour(UTC_ZONE, NINE, SETTLE + HOUR / 2, time(5)) == time(7)
    assert schedule.default_hour(UTC_ZONE, NINE, 21 * HOUR, time(9)) == time(9)
