"""Thresholds from which the bot counts as ill, or something as an incident."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All of them; pass others to `Monitor` where these do not fit."""

    loop_lag: float = 2.0
    """Seconds late at which the loop is too busy to answer people in time (Discord gives three)."""
    cycle_age: float = 180.0
    """Seconds without a minute's work after which something holds it up."""
    write_timeout: float = 5.0
    """Seconds that a write may take."""
    source_silent: timedelta = timedelta(hours=1)
    threads_late: timedelta = timedelta(minutes=30)
    gateway_gone: float = 300.0
    """Seconds without a connection to Discord."""
    failing_cycles: int = 3
    """Minutes in a row whose work failed."""
    refusals: int = 2
    """Checks in a row that find that the database takes no writes: another process may hold it."""
    free_bytes: int = 200_000_000
    """Under which the disk counts as full; or what the next backup would take."""
    invalid_window: float = 600.0
    """Seconds over which Discord counts invalid requests."""
    invalid_stop: int = 2_000
    """Invalid requests of one window at which sending pauses: a fifth of what Discord allows."""
    invalid_resume: int = 1_000
    """Sending goes on when no more than these are left in the window."""
