"""The words and signs that dates are written with."""

import re
import unicodedata
from typing import Final

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MONTH_OF: Final = {
    "sept": 9,
    **{name: number for number, month in enumerate(MONTHS, 1) for name in (month, month[:3])},
}
WEEKDAY_OF: Final = {
    **{"tues": 1, "thur": 3, "thurs": 3},
    **{name: number for number, day in enumerate(WEEKDAYS) for name in (day, day[:3])},
}
_COUNTS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNT_OF: Final = {"a": 1, "an": 1, **{word: number for number, word in enumerate(_COUNTS, 1)}}
DAYS_OF: Final = {"d": 1, "w": 7, "m": 30, "y": 365}


def one_of(names: dict[str, int]) -> str:
    """Return a pattern of these names, the longest first."""
    return "|".join(sorted(names, key=len, reverse=True))


YEAR: Final = r"(?P<year>\d{4})"
MONTH: Final = r"(?P<month>\d{1,2})"
DAY: Final = r"(?P<day>\d{1,2})"
SHORT_YEAR: Final = r"(?P<short>\d{2})"
SIGN: Final = r"(?P<sign>[-/. ])"
GAP: Final = r"[\s/.-]*"
NAMED_MONTH: Final = rf"(?P<named>{one_of(MONTH_OF)})"
WEEKDAY: Final = rf"(?P<weekday>{one_of(WEEKDAY_OF)})"
UNIT: Final = r"(?P<unit>d|days?|w|weeks?|wks?|m|months?|y|years?|yrs?)"

_TIME_OF_DAY: Final = re.compile(
    r"(?<=\d)[t\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?$"
)
_LIKE_SIGNS: Final = str.maketrans(
    {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"), "\u2019": "'", "_": " "}
)
_FILLING: Final = re.compile(r"\b(?:of|the|on)\b|,|(?<=[a-z])\.|\.(?=\s|$)")
_SPACED_POINT: Final = re.compile(r"(?<=\d)\.\s+(?=\d)")
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")
_QUOTES: Final = " \t\n\"'`“”„«»<>()[]"
_DATED_WEEKDAY: Final = (
    re.compile(rf"{WEEKDAY}\s(?P<rest>.*\d.*)"),
    re.compile(rf"(?P<rest>.*\d.*)\s{WEEKDAY}"),
)


def plain(text: str) -> str:
    """Return a text in lower case with plain signs, one space between words, no time of day."""
    typed = unicodedata.normalize("NFKC", text).translate(_LIKE_SIGNS).casefold().strip(_QUOTES)
    typed = re.sub("[年月]", "-", typed).replace("日", "").strip("-")
    typed = _FILLING.sub(" ", _SPACED_POINT.sub(".", typed))
    typed = _ORDINAL.sub("", typed)
    return _TIME_OF_DAY.sub("", " ".join(typed.split()))


def without_weekday(typed: str) -> tuple[int | None, str]:
    """Return the weekday beside a date, Monday is 0, and the date: "mon 8 dec 2025"."""
    for pattern in _DATED_WEEKDAY:
        if (match := pattern.fullmatch(typed)) is not None:
            return WEEKDAY_OF[match["weekday"]], match["rest"]
    return None, typed
