"""Trends: months, shares, and what rises."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from papers.trends import LEAST, by_month, months_until, rising, trend_of


@given(st.dates(date(2000, 3, 1), date(2100, 1, 1)), st.integers(1, 36))
def test_months_follow_each_other_without_a_gap_up_to_today(today: date, number: int) -> None:
    months = months_until(today, number)
    assert len(months) == number
    assert months[-1][0] <= today <= months[-1][1]
    assert all(first.day == 1 for first, _ in months)
    for (_, last), (first, _) in pairwise(months):
        assert last + timedelta(days=1) == first


def test_a_month_of_too_few_papers_has_no_share() -> None:
    trend = trend_of("agents", [5, 1, 30], [100, LEAST - 1, 1_000])
    assert trend.shares == (50.0, None, 30.0)
    assert trend.ends == (50.0, 30.0)
    assert trend_of("agents", [5, 1], [100, LEAST - 1]).ends is None


TOTALS = [200, 200, 200, 200]


def test_what_rises_is_said_more_often_than_before_and_not_only_often() -> None:
    counts = {
        "always": [50, 50, 50, 50],
        "new": [0, 0, 20, 20],
        "more": [10, 10, 20, 20],
        "less": [30, 30, 5, 5],
        "once": [0, 0, 0, 4],
    }
    assert rising(counts, TOTALS, 5) == ["new", "more"]
    assert rising(counts, TOTALS, 1) == ["new"]


def test_a_rare_word_needs_more_of_a_rise_than_a_common_one() -> None:
    counts = {"rare": [2, 2, 4, 4], "common": [40, 40, 80, 80]}
    assert rising(counts, TOTALS, 5) == ["common", "rare"]


def test_nothing_rises_where_too_few_papers_are_known() -> None:
    assert rising({"new": [0, 0, 20, 20]}, [10, 10, 200, 200], 5) == []
    assert rising({"new": [0, 0, 20, 20]}, [200, 200, 10, 10], 5) == []


def test_keywords_are_counted_by_month_whatever_their_case() -> None:
    months = months_until(date(2025, 12, 9), 2)
    rows = [("2025-11", "Agents", 2), ("2025-11", "agents", 1), ("2025-12", "agents", 4)]
    assert by_month([*rows, ("2024-01", "agents", 9)], months) == {"agents": [3, 4]}
