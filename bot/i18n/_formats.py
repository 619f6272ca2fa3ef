"""Numbers, dates and lists as the current language writes them (CLDR, through Babel)."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from bot.i18n._language import current

_ENGLISH_DAY: Final = "EEEE d MMMM y"
"""CLDR's English puts a comma after the weekday, which reads badly inside a sentence."""
_FULL_STOPS: Final = ("\u3002", "\uff01", "\uff1f")


def number(value: float) -> str:
    """Return "1,204", "1.204" or "1 204"."""
    return format_decimal(value, locale=current().locale)


def decimal(value: float) -> str:
    """Return a number with two digits behind the point: "0.82", "0,82"."""
    return format_decimal(value, "0.00", current().locale)


def percent(share: float) -> str:
    """Return a share in whole percent: "92%", "92 %"."""
    return format_percent(share, locale=current().locale)


def long_date(day: date) -> str:
    """Return "Thursday 12 June 2025"."""
    locale = current().locale
    return format_date(day, _ENGLISH_DAY if locale.language == "en" else "full", locale)


def short_date(day: date) -> str:
    """Return "12 Jun 2025"."""
    return format_skeleton("yMMMd", day, locale=current().locale)


def day_and_month(day: date) -> str:
    """Return "12 June"."""
    return format_skeleton("MMMMd", day, locale=current().locale)


def month_and_year(day: date) -> str:
    """Return "June 2025"."""
    return format_skeleton("yMMMM", day, locale=current().locale)


def date_range(first: date, last: date) -> str:
    """Return the days from `first` to `last`, what both share written once: 8 to 14 December."""
    written = format_interval(first, last, "yMMMMd", locale=current().locale)
    # Titles keep no other space than the ordinary one; CLDR puts thin ones around the dash.
    return " ".join(written.split())


def conjunction(items: Iterable[str]) -> str:
    """Return "A, B and C"."""
    return format_list(list(items), "standard", current().locale)


def listing(items: Iterable[str]) -> str:
    """Return "A, B, C"."""
    sign = current().locale.list_patterns["standard"]["middle"].format("", "")
    return sign.join(items)


def sentences(*texts: str) -> str:
    """Return sentences one behind the other; Chinese and Japanese put no blank between them."""
    joined = ""
    for text in filter(None, texts):
        joined += f" {text}" if joined and not joined.endswith(_FULL_STOPS) else text
    return joined


def alternatives(items: Iterable[str]) -> str:
    """Return "A, B or C"."""
    return format_list(list(items), "or", current().locale)
