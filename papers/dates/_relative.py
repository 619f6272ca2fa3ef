"""Dates that count from today: yesterday, monday, last friday, 8 December, 2 weeks, next month."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import partial
from typing import Final

from papers.dates._absolute import of_numbers
from papers.dates._types import AmbiguousDateError, Leaning, Span, Unit
from papers.dates._words import (
    COUNT_OF,
    DAY,
    DAYS_AWAY,
    DAYS_OF,
    GAP,
    MONTH,
    MONTH_OF,
    NAMED_MONTH,
    UNIT,
    WEEKDAY,
    WEEKDAY_OF,
    in_english,
    one_of,
)

_DAY_OF_MONTH: Final = (
    re.compile(rf"{DAY}{GAP}{NAMED_MONTH}"),
    re.compile(rf"{NAMED_MONTH}{GAP}{DAY}"),
)
_NUMBERS: Final = re.compile(rf"{DAY}(?P<sign>[/.]){MONTH}")
_LENGTH: Final = re.compile(
    rf"(?P<in>in\s)?(?P<count>\d{{1,4}}|{one_of(COUNT_OF)})\s?{UNIT}"
    r"(?P<ago>\s(?:ago|back))?(?P<on>\s(?:from (?:now|today)|later))?"
)
_NAMED: Final = re.compile(
    r"(?:(?P<which>this|last|past|previous|next|coming)\s)?"
    rf"(?:{WEEKDAY}|{NAMED_MONTH}|(?P<unit>week|month|year))"
)
_SIDE: Final = {
    **dict.fromkeys(("last", "past", "previous"), Leaning.PAST),
    **dict.fromkeys(("next", "coming"), Leaning.FUTURE),
}


def relative(typed: str, today: date, leaning: Leaning) -> Span | None:
    """Return what a plain text names on some day, `None` where it is no such date.

    Raises:
        AmbiguousDateError: it can mean two days.
        ValueError, OverflowError: the calendar has no such day.
    """
    if (away := DAYS_AWAY.get(typed)) is not None:
        return Span(today + timedelta(days=away))
    for pattern in _DAY_OF_MONTH:
        if (match := pattern.fullmatch(typed)) is not None:
            month, day = MONTH_OF[match["named"]], int(match["day"])
            return Span(_nearest(today, leaning, partial(date, month=month, day=day)))
    if (match := _NUMBERS.fullmatch(typed)) is not None:
        return Span(_nearest(today, leaning, partial(of_numbers, match)))
    typed = in_english(typed)
    if (match := _LENGTH.fullmatch(typed)) is not None:
        return Span(_away(match, today, leaning))
    if (match := _NAMED.fullmatch(typed)) is not None:
        return _named(match, today, leaning)
    return None


def _away(match: re.Match[str], today: date, leaning: Leaning) -> date:
    if match["in"] or match["on"]:
        leaning = Leaning.FUTURE
    elif match["ago"]:
        leaning = Leaning.PAST
    count = COUNT_OF.get(match["count"]) or int(match["count"])
    length = timedelta(days=count * DAYS_OF[match["unit"][0]])
    return today + length if leaning is Leaning.FUTURE else today - length


def _nearest(today: date, leaning: Leaning, of_year: Callable[[int], date]) -> date:
    """Return the nearest such day on the side that is meant, which today is on.

    29 February may be eight years away.
    """
    step = 1 if leaning is Leaning.FUTURE else -1
    for year in range(today.year, today.year + 9 * step, step):
        if not MINYEAR <= year <= MAXYEAR:
            break
        try:
            day = of_year(year)
        except AmbiguousDateError as error:
            one, other = (
                _nearest(today, leaning, partial(date, month=day.month, day=day.day))
                for day in error.days
            )
            raise AmbiguousDateError((one, other)) from None
        except ValueError:
            continue
        if (day - today).days * step >= 0:
            return day
    raise ValueError("no year has that day")


def _named(match: re.Match[str], today: date, leaning: Leaning) -> Span | None:
    which = match["which"]
    side = _SIDE.get(which, leaning)
    if match["weekday"]:
        return Span(_weekday(WEEKDAY_OF[match["weekday"]], which, side, today))
    if match["named"]:
        return Span(_month(MONTH_OF[match["named"]], which, side, today), Unit.MONTH)
    return _unit(Unit(match["unit"]), which, side, today) if which else None


def _weekday(weekday: int, which: str | None, side: Leaning, today: date) -> date:
    """Return a day of this week, or the nearest one: today is no "last" one and none to come."""
    away = weekday - today.weekday()
    if which == "this":
        return today + timedelta(days=away)
    if side is Leaning.FUTURE:
        return today + timedelta(days=away if away > 0 else away + 7)
    return today + timedelta(days=away if away < 0 or (away == 0 and not which) else away - 7)


def _month(month: int, which: str | None, side: Leaning, today: date) -> date:
    """Return the first day of a month: this year's, or of the nearest one, which is this month."""
    first = date(today.year, month, 1)
    if which == "this":
        return first
    away = (month - today.month) * (1 if side is Leaning.FUTURE else -1)
    if away < 0 or (away == 0 and which):
        return first.replace(year=today.year + (1 if side is Leaning.FUTURE else -1))
    return first


def _unit(unit: Unit, which: str, side: Leaning, today: date) -> Span:
    first = {
        Unit.WEEK: today - timedelta(days=today.weekday()),
        Unit.MONTH: today.replace(day=1),
        Unit.YEAR: today.replace(month=1, day=1),
    }[unit]
    if which == "this":
        return Span(first, unit)
    if side is Leaning.FUTURE:
        return Span(Span(first, unit).last + timedelta(days=1), unit)
    return _unit(unit, "this", side, first - timedelta(days=1))
