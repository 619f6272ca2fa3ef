"""How often a feed posts: every day, on weekdays, once a week or once a month."""

from enum import StrEnum
from typing import Final


class Every(StrEnum):
    """The cadence of a feed."""

    DAY = "day"
    WEEKDAYS = "weekdays"
    """A daily thread that leaves out local Saturdays and Sundays."""
    WEEK = "week"
    MONTH = "month"

    @property
    def is_daily(self) -> bool:
        """Whether a feed posts the batches of days, and not roundups."""
        return self in DAILY


DAILY: Final = (Every.DAY, Every.WEEKDAYS)
"""The cadences of a daily thread; a channel has one feed of these, one a week and one a month."""
