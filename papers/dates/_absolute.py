"""Dates that need no today: 2025-12-08, 8 Dec 2025, 31.03.2025, March 2025, 2025-W49."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from papers.dates._types import AmbiguousDateError, Span, Unit
from papers.dates._words import (
    DAY,
    GAP,
    MONTH,
    MONTH_OF,
    NAMED_MONTH,
    SHORT_YEAR,
    SIGN,
    YEAR,
)

_Reader: TypeAlias = Callable[[re.Match[str]], Span]


def absolute(typed: str) -> Span | None:
    """Return what a plain text names, `None` where it is no such date.

    Raises:
        AmbiguousDateError: it can mean two days.
        ValueError: the calendar has no such day.
    """
    for pattern, read in _PATTERNS:
        if (match := pattern.fullmatch(typed)) is not None:
            return read(match)
    return None


def of_numbers(match: re.Match[str], year: int) -> date:
    """Return the day of two numbers, of which a point always puts the day first.

    Raises:
        AmbiguousDateError: either can be the month.
        ValueError: the year has no such day.
    """
    one, other = int(match["day"]), int(match["month"])
    if other > 12:
        return date(year, one, other)
    day = date(year, other, one)
    if one > 12 or one == other or match["sign"] == ".":
        return day
    raise AmbiguousDateError((day, date(year, one, other)))


def _day(match: re.Match[str]) -> Span:
    return Span(date(_year(match), _month_number(match), int(match["day"])))


def _month(match: re.Match[str]) -> Span:
    return Span(date(_year(match), _month_number(match), 1), Unit.MONTH)


def _whole_year(match: re.Match[str]) -> Span:
    return Span(date(_year(match), 1, 1), Unit.YEAR)


def _numbers(match: re.Match[str]) -> Span:
    return Span(of_numbers(match, _year(match)))


def _week(match: re.Match[str]) -> Span:
    return Span(date.fromisocalendar(int(match["year"]), int(match["week"]), 1), Unit.WEEK)


def _month_number(match: re.Match[str]) -> int:
    named = match.groupdict().get("named")
    return MONTH_OF[named] if named else int(match["month"])


def _year(match: re.Match[str]) -> int:
    year = match.groupdict().get("year")
    return int(year) if year else 2000 + int(match["short"])


_WEEK: Final = r"w(?:eek)?[- ]?(?P<week>\d{1,2})"
_READERS: Final[dict[str, _Reader]] = {
    rf"{YEAR}{SIGN}{MONTH}(?P=sign){DAY}": _day,
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})": _day,
    rf"{YEAR}[-/. ]{MONTH}": _month,
    rf"{MONTH}[-/. ]{YEAR}": _month,
    YEAR: _whole_year,
    rf"{DAY}{SIGN}{MONTH}(?P=sign){YEAR}": _numbers,
    rf"{DAY}(?P<sign>\.){MONTH}\.{SHORT_YEAR}": _numbers,
    rf"{DAY}{GAP}{NAMED_MONTH}{GAP}(?:{YEAR}|'?{SHORT_YEAR})": _day,
    rf"{NAMED_MONTH}{GAP}{DAY}[\s/.-]+(?:{YEAR}|'{SHORT_YEAR})": _day,
    rf"{YEAR}{GAP}{NAMED_MONTH}{GAP}{DAY}": _day,
    rf"{NAMED_MONTH}{GAP}(?:{YEAR}|'{SHORT_YEAR})": _month,
    rf"{YEAR}{GAP}{NAMED_MONTH}": _month,
    rf"{YEAR}[- ]?{_WEEK}": _week,
    rf"{_WEEK}[- ]{YEAR}": _week,
}
_PATTERNS: Final = tuple((re.compile(pattern), read) for pattern, read in _READERS.items())
