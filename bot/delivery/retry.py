"""Retries of what Discord did not take: exponential backoff, as long as Discord asks at least."""

from datetime import datetime, timedelta

FIRST_RETRY = 30.0
LONGEST_RETRY = 1_800.0
"""Seconds: retries double from the first to the longest."""


def retry_at(now: datetime, attempts: int, at_least: float) -> datetime:
    """Return when to try again after so many attempts, at least so many seconds from now."""
    return now + timedelta(seconds=max(at_least, min(FIRST_RETRY * 2**attempts, LONGEST_RETRY)))
