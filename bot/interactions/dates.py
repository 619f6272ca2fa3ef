"""The dates that people give to commands, and those that commands offer."""

from collections.abc import Iterable
from datetime import date, timedelta

from discord import app_commands

from bot import limits
from bot.i18n import gettext as _
from bot.i18n import long_date, month_and_year, translated
from bot.interactions.errors import UserError
from bot.ui.text import escape
from papers import dates
from papers.dates import AmbiguousDateError, Leaning, Span, Unit

_QUOTED = 40
"""Characters of a text that an error repeats."""


def parse_date(text: str, today: date, leaning: Leaning = Leaning.PAST) -> Span:
    """Read a date: `2025-12-08`, `8 Dec`, `31.03.2025`, `March 2025`, `last friday`, `2 weeks`.

    Args:
        text: what they wrote.
        today: their date, where it is known.
        leaning: which way a date without a year points.

    Raises:
        UserError: it is none, or can mean two days; says what to write.
    """
    try:
        span = dates.find(text, today, leaning)
    except AmbiguousDateError:
        span = None
    if span is None:
        raise UserError(complaint(text, today, leaning))
    return span


def complaint(text: str, today: date, leaning: Leaning = Leaning.PAST) -> str:
    """Return why a text is no date, in markdown, and what to write."""
    return translated(dates.complaint(text, today, leaning, quoted=escape(text, _QUOTED)))


def readings(text: str, today: date, leaning: Leaning = Leaning.PAST) -> list[Span]:
    """Return what a text can mean: one date, two, or none."""
    try:
        span = dates.find(text, today, leaning)
    except AmbiguousDateError as error:
        return [Span(day) for day in error.days]
    return [] if span is None else [span]


def date_choice(span: Span) -> app_commands.Choice[str]:
    """Return a date as a list shows it, with a value that `parse_date` reads as the same."""
    day = long_date(span.first)
    match span.unit:
        case Unit.DAY:
            name, value = f"{span.first.isoformat()} · {day}", span.first.isoformat()
        case Unit.WEEK:
            value = f"{span.first:%G-W%V}"
            name = _("{week} · the week of {day}", week=value, day=day)
        case Unit.MONTH:
            value = span.first.isoformat()[:7]
            name = f"{value} · {month_and_year(span.first)}"
        case Unit.YEAR:
            name = value = span.first.isoformat()[:4]
    return app_commands.Choice(name=name, value=value)


def future_choices(typed: str, today: date, latest: date) -> list[app_commands.Choice[str]]:
    """Return days to come for what was typed so far, `latest` being the last to offer."""
    named = ("tomorrow", "next monday", "2 weeks", "next month", "3 months")  # not shown
    wanted = typed.strip().casefold()
    found = [span.first for span in readings(typed, today, Leaning.FUTURE)]
    if not found:
        usual = [(name, readings(name, today, Leaning.FUTURE)[0].first) for name in named]
        week = [(long_date(day), day) for day in _following(today, 7)]
        found = [
            day for name, day in (*usual, *week) if wanted in f"{name} {day.isoformat()}".casefold()
        ]
    days = [day for day in dict.fromkeys(found) if today < day <= latest]
    return [date_choice(Span(day)) for day in days[: limits.CHOICES]]


def _following(today: date, count: int) -> Iterable[date]:
    return (today + timedelta(days=number) for number in range(1, count + 1))
