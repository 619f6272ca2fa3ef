"""Days as people write them: 2025, 2025-03, 2025-03-31, 7d, 6m, "past month"."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

_AGO: Final = re.compile(
    r"(?:(?:past|last)[\s_]+)?(?P<count>\d{1,3})?[\s_]*"
    r"(?P<unit>d|days?|w|weeks?|m|months?|y|years?)(?:[\s_]+ago)?",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_FIRST_YEAR: Final = 1991
"""arXiv's."""


_NAMED: Final[dict[str, Callable[[date], date]]] = {
    "today": lambda today: today,
    "yesterday": lambda today: today - timedelta(days=1),
    "this week": lambda today: today - timedelta(days=today.weekday()),
    "this month": lambda today: today.replace(day=1),
    "this year": lambda today: today.replace(month=1, day=1),
}


def is_ago(typed: str) -> bool:
    """Tell whether a text is a time before some day, such as `7d`."""
    return typed.strip().lower() in _NAMED or _AGO.fullmatch(typed.strip()) is not None


def day_of(typed: str, today: date | None) -> date | None:
    """Return the day that a person means, `None` if they mean none.

    Args:
        typed: what they wrote.
        today: what a time ago is counted from; without it such a time is no day.
    """
    clean = typed.strip().lower()
    if clean in _NAMED:
        return None if today is None else _NAMED[clean](today)
    if (ago := _AGO.fullmatch(clean)) is not None:
        if today is None:
            return None
        return today - timedelta(days=int(ago["count"] or 1) * _DAYS[ago["unit"][0]])
    if (named := _DAY.fullmatch(clean)) is None or int(named["year"]) < _FIRST_YEAR:
        return None
    try:
        return date(int(named["year"]), int(named["month"] or 1), int(named["day"] or 1))
    except ValueError:
        return None
