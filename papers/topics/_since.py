"""The day of `since:`: any date that `papers.dates` reads, and the length of time before today."""

import re
from datetime import date, timedelta
from typing import Final

from papers import dates
from papers.topics._tree import QUOTES

_AGO: Final = re.compile(
    r"(?:(?:past|last)[\s_]+)?(?P<count>\d{1,3})?[\s_]*"
    r"(?P<unit>d|days?|w|weeks?|m|months?|y|years?)(?:[\s_]+ago)?",
    re.IGNORECASE,
)
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_FIRST: Final = date(1991, 1, 1)
"""arXiv's first year."""
_NEXT_WORD: Final = re.compile(rf" +[^\s(){QUOTES}]+")
_MORE_WORDS: Final = 4
"""Words of the longest date but the first: day before yesterday, Monday 8 December 2025 10:00."""
_SOME_DAY: Final = date(2025, 12, 9)


def is_date(typed: str) -> bool:
    """Tell whether a text is one day, also one that counts from today, such as `7d`."""
    return day_of(typed, _SOME_DAY) is not None


def end_of_date(source: str, at: int, end: int) -> int:
    """Return where the date at `at` ends, which may be several words: last week, 8 May 2025.

    Args:
        source: all that was typed.
        at: where the date begins.
        end: where its first word ends.
    """
    ends = [end]
    while len(ends) <= _MORE_WORDS and (following := _NEXT_WORD.match(source, ends[-1])):
        ends.append(following.end())
    return next((each for each in ends[::-1] if is_date(source[at:each].rstrip(",;"))), end)


def day_of(typed: str, today: date | None) -> date | None:
    """Return the day that a person means: the first of a month or year, `None` if they mean none.

    "Last week" and "past month" are that long ago here, since whole weeks would leave out days.

    Args:
        typed: what they wrote.
        today: what a time ago is counted from; without it such a time is no day.
    """
    clean = dates.in_english(typed).lower()
    if (ago := _AGO.fullmatch(clean)) is not None:
        if today is None:
            return None
        length = timedelta(days=int(ago["count"] or 1) * _DAYS[ago["unit"][0]])
        return max(today - length, _FIRST)
    try:
        span = dates.find(clean, today)
    except dates.AmbiguousDateError:
        return None
    return None if span is None or span.first < _FIRST else span.first
