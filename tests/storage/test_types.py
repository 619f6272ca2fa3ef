from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite.aiosqlite import dialect

from storage.types import ISODate, JSONText, LocalTime, UTCDateTime

SQLITE = dialect()


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_survives_in_utc_to_the_microsecond(value: datetime):
    number = UTCDateTime().process_bind_param(value, SQLITE)
    back = UTCDateTime().process_result_value(number, SQLITE)
    assert back is not None
    assert back == value.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 3, 4), SQLITE)  # noqa: DTZ001


def test_instants_sort_as_they_are_stored():
    early = datetime(2026, 3, 4, 23, tzinfo=timezone(timedelta(hours=13)))
    late = datetime(2026, 3, 4, 11, tzinfo=UTC)
    stored = [UTCDateTime().process_bind_param(value, SQLITE) for value in (early, late)]
    assert stored == sorted(stored, key=lambda number: number or 0)
    assert early < late


def test_days_hours_and_json_are_readable_text():
    assert ISODate().process_bind_param(date(2026, 3, 4), SQLITE) == "2026-03-04"
    assert LocalTime().process_bind_param(time(9, 5), SQLITE) == "09:05"
    assert JSONText().process_bind_param({"ü": [1, None]}, SQLITE) == '{"ü":[1,null]}'
    assert JSONText().process_result_value('{"ü":[1,null]}', SQLITE) == {"ü": [1, None]}
