"""What a date can name, and which way it points."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Leaning(StrEnum):
    """Which way a date without a year, a weekday or a length of time points."""

    PAST = "past"
    FUTURE = "future"


class Unit(StrEnum):
    """What a date names."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """A day, or the week, month or year that begins on `first`."""

    first: date
    unit: Unit = Unit.DAY

    @property
    def last(self) -> date:
        """The last day of it."""
        match self.unit:
            case Unit.DAY:
                return self.first
            case Unit.WEEK:
                return self.first + timedelta(days=6)
            case Unit.MONTH:
                return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            case Unit.YEAR:
                return self.first.replace(month=12, day=31)


class AmbiguousDateError(ValueError):
    """A date can mean two days: 03/04/2025."""

    def __init__(self, days: tuple[date, date]) -> None:
        super().__init__(f"{days[0]} or {days[1]}")
        self.days = days
