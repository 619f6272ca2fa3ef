"""When a feed's post is late, tried again, given up, brought up to date."""

from datetime import datetime, timedelta

REFRESHES = (timedelta(hours=6), timedelta(hours=24))
"""When a header's numbers are brought up to date, counted from when the post was complete."""

LATE_AFTER = timedelta(hours=1)
"""A post this much after it could have come (`schedule.expected_at`) says that it is late."""

GIVE_UP_AFTER = timedelta(hours=24)
"""A post that could not be finished for so long is left as it is."""

FIRST_RETRY = 30.0
LONGEST_RETRY = 1_800.0
"""Seconds: retries double from the first to the longest."""


def retry_at(now: datetime, attempts: int, at_least: float) -> datetime:
    """Return when to try again after so many attempts, at least so many seconds from now."""
    return now + timedelta(seconds=max(at_least, min(FIRST_RETRY * 2**attempts, LONGEST_RETRY)))
