"""Dates as people write them: 2025-12-08, 8 Dec, 31.03.2025, March 2025, yesterday, last friday.

A grammar of its own, since the general parsers (dateutil, dateparser) guess: they read "10" as the
tenth of this month, and 03/04/2025 as a day in March or in April by a setting. Here, what can mean
two days is refused with both of them, and what is no date is `None`.
"""

from datetime import date, timedelta
from typing import Final

from papers.dates import _words
from papers.dates._absolute import absolute
from papers.dates._relative import relative
from papers.dates._types import AmbiguousDateError, Leaning, Span, Unit
from papers.dates._words import plain, without_weekday
from papers.messages import Message

__all__ = ["AmbiguousDateError", "Leaning", "Span", "Unit", "complaint", "find", "in_english"]

_LONGEST: Final = 60
"""Characters of the longest date with its weekday and time; the patterns are not for more."""


def find(text: str, today: date | None, leaning: Leaning = Leaning.PAST) -> Span | None:
    """Return what a person named, `None` where it is no date.

    Args:
        text: what they wrote.
        today: their date; without it, a date that counts from today is none.
        leaning: which way "8 December", "monday" and "2 weeks" point.

    Raises:
        AmbiguousDateError: it can mean two days.
    """
    if len(text) > _LONGEST:
        return None
    weekday, typed = without_weekday(plain(text))
    try:
        span = absolute(typed)
        if span is None and today is not None:
            span = relative(typed, today, leaning)
    except AmbiguousDateError:
        raise
    except (ValueError, OverflowError):  # 30 February, the year 0
        return None
    if span is None or (weekday is not None and span.first.weekday() != weekday):
        return None
    return span


def in_english(text: str) -> str:
    """Return a text about days with the words of other languages in English: "last week".

    Any other text stays as it is, but for blanks around it.
    """
    typed = plain(text) if len(text) <= _LONGEST else text
    english = _words.in_english(typed)
    return text.strip() if english == typed else english


def complaint(
    text: str, today: date | None, leaning: Leaning = Leaning.PAST, *, quoted: str | None = None
) -> Message:
    """Return why a text cannot be read as one date, and what to write.

    Args:
        text: what `find` found no date in, or two.
        today: the day that the examples are near.
        leaning: which way they point.
        quoted: the text as it is shown, where it has to be escaped or cut.
    """
    quoted = text if quoted is None else quoted
    today = _SOME_DAY if today is None else today
    try:
        find(text, today, leaning)
    except AmbiguousDateError as error:
        one, other = (day.isoformat() for day in error.days)
        return Message(
            "“{text}” can mean two days. Write {one} or {other}.", text=quoted, one=one, other=other
        )
    day = today + timedelta(days=7 if leaning is Leaning.FUTURE else -1)
    values = {
        "text": quoted,
        "iso": day.isoformat(),
        "day": day,
    }
    if leaning is Leaning.FUTURE:
        return Message(
            "I couldn't read “{text}” as a date. Try {iso}, {day} or tomorrow.", **values
        )
    return Message("I couldn't read “{text}” as a date. Try {iso}, {day} or yesterday.", **values)


_SOME_DAY: Final = date(2025, 12, 9)
