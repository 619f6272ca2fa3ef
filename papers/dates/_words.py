"""The words and signs that dates are written with."""

import re
import tomllib
import unicodedata
from importlib.resources import files
from typing import Any, Final

MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NAMES: Final[dict[str, Any]] = tomllib.loads(
    files("papers").joinpath("data", "date_names.toml").read_text("utf-8")
)
MONTH_OF: Final[dict[str, int]] = {
    name: number
    for number, (month, names) in enumerate(zip(MONTHS, _NAMES["months"], strict=True), 1)
    for name in (month, month[:3], *names.split())
}
WEEKDAY_OF: Final[dict[str, int]] = {
    **{"tues": 1, "thur": 3, "thurs": 3},
    **{
        name: number
        for number, (day, names) in enumerate(zip(WEEKDAYS, _NAMES["weekdays"], strict=True))
        for name in (day, day[:3], *names.split())
    },
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
_FILLING: Final = re.compile(
    r"\b(?:of|the|on|de|del|el|le|am|der|den)\b|\bl'|,|(?<=[a-z])\.|\.(?=\s|$)"
)
_NUMBERED_MONTH: Final = re.compile(r"(\d{1,2})\s*[月월]")
_COUNTED_YEAR: Final = re.compile(r"(?<=\d)\s*[年년](?!\s*[間间간前전後后후])")
_COUNTED_DAY: Final = re.compile(r"(?<=\d)\s*[日号號일](?!曜|\s*[間间간前전後后후])")
_SPACED_POINT: Final = re.compile(r"(?<=\d)\.\s+(?=\d)")
_ORDINAL: Final = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|eme|[eoa])\b")
_QUOTES: Final = " \t\n\"'`“”„«»<>()[]"
_DATED_WEEKDAY: Final = (
    re.compile(rf"{WEEKDAY}\s(?P<rest>.*\d.*)"),
    re.compile(rf"(?P<rest>.*\d.*)\s{WEEKDAY}"),
)


def plain(text: str) -> str:
    """Return a text in lower case with plain signs, one space between words, no time of day."""
    typed = _without_accents(text.translate(_LIKE_SIGNS)).strip(_QUOTES)
    typed = _NUMBERED_MONTH.sub(_month_named, _COUNTED_YEAR.sub(" ", typed))
    typed = _COUNTED_DAY.sub(" ", typed)
    typed = _FILLING.sub(" ", _SPACED_POINT.sub(".", typed))
    typed = _ORDINAL.sub("", typed)
    return _TIME_OF_DAY.sub("", " ".join(typed.split()))


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFKC", kept)


def _month_named(match: re.Match[str]) -> str:
    number = int(match[1])
    return f" {MONTHS[number - 1]} " if 1 <= number <= 12 else match[0]


def without_weekday(typed: str) -> tuple[int | None, str]:
    """Return the weekday beside a date, Monday is 0, and the date: "mon 8 dec 2025"."""
    for pattern in _DATED_WEEKDAY:
        if (match := pattern.fullmatch(typed)) is not None:
            return WEEKDAY_OF[match["weekday"]], match["rest"]
    return None, typed


DAYS_AWAY: Final[dict[str, int]] = {
    **dict.fromkeys(("today", "now", "tonight"), 0),
    "yesterday": -1,
    "tomorrow": 1,
    "day before yesterday": -2,
    "day after tomorrow": 2,
    **{plain(word): int(away) for away, words in _NAMES["days"].items() for word in words},
}
"""Words for days around today, as `plain` leaves them: how many days after it they are."""


_IN_ENGLISH: Final[dict[str, str]] = {
    plain(word): english for english, words in _NAMES["words"].items() for word in words
}
_COUNTED: Final = re.compile(
    r"(?<=\d)(?=[^\W\d_a-z])|(?<=[^\W\d_a-z])(?=\d)"
    r"|(?<=[日일年년間间간月周주달天期])(?=[前전後后후뒤以之])"
)
"""Where words of a script without spaces meet."""
_MOST_WORDS: Final = 3
"""Words of the longest phrase that is one in English."""


def in_english(typed: str) -> str:
    """Return a plain text about days with the words of other languages in English.

    "semana pasada" becomes "last week", "vor 2 wochen" "2 weeks ago"; other text stays.
    """
    words = _COUNTED.sub(" ", typed).split()
    found: list[str] = []
    changed = False
    while words:
        for size in range(min(_MOST_WORDS, len(words)), 0, -1):
            english = _IN_ENGLISH.get(" ".join(words[:size]))
            if english is not None:
                break
        else:
            size, english = 1, words[0]
        changed = changed or english != words[0]
        found += english.split()
        del words[:size]
    if not changed or len(found) < 2:
        return typed
    if found[:1] == ["ago"]:
        found = [*found[1:], "ago"]
    if found[-1:] in (["last"], ["next"]):
        found = [found[-1], *found[:-1]]
    return " ".join(found)
