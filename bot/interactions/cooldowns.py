"""Cooldowns of users, so that one who clicks without end costs no other their answer.

Time is that of the interactions themselves, which Discord stamps. What is known of a person is
forgotten as soon as it says nothing any more, and at a restart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from discord import app_commands

from bot.i18n import gettext as _
from bot.interactions.errors import Interaction, UserError
from bot.ui.text import timestamp

T = TypeVar("T")

_MAX_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often a person may do something: `burst` times at once, then once in `every` seconds."""

    name: str
    burst: int
    every: float


ANYTHING: Final = RateLimit("anything", burst=30, every=0.5)
"""Commands and buttons of any kind; no user who reads what they press is faster."""
TYPING: Final = RateLimit("typing", burst=60, every=0.2)
"""Suggestions while a user types."""
SEARCHES: Final = RateLimit("searches", burst=12, every=3.0)
"""What reads all papers, or asks the sources."""
FILES: Final = RateLimit("files", burst=4, every=30.0)
"""What makes or reads a file of a whole library."""

FEEDS: Final = RateLimit("feeds", burst=10, every=30.0)
"""What asks an address that a person typed."""


class TooFastError(UserError):
    """A user was faster than the rate limit; says when to go on."""

    def __init__(self, again: datetime) -> None:
        super().__init__(_("You're going too fast. Try again {when}.", when=timestamp(again, "R")))
        self.again = again


class Cooldowns:
    """What each person has done lately."""

    def __init__(self) -> None:
        # When the whole burst is free again: all that is needed to know what is left of it.
        self._free: dict[tuple[int, str], float] = {}

    def take(self, user_id: int, rate_limit: RateLimit, at: datetime) -> datetime | None:
        """Count one more; return `None`, or when the person may go on if this was too fast.

        What was too fast does not count, so that waiting helps however fast a user clicks.
        """
        now = at.timestamp()
        key = user_id, rate_limit.name
        free = max(self._free.get(key, now), now) + rate_limit.every
        wait = free - now - rate_limit.burst * rate_limit.every
        if wait > 0:
            # Rounded up: Discord shows whole seconds, and "now" must not be too early.
            return datetime.fromtimestamp(int(now + wait) + 1, UTC)
        if len(self._free) >= _MAX_KNOWN:
            self._free = {each: when for each, when in self._free.items() if when > now}
        self._free[key] = free
        return None

    def require(self, interaction: Interaction, rate_limit: RateLimit) -> None:
        """Count an interaction.

        Raises:
            TooFastError: the person has to wait.
        """
        again = self.take(interaction.user.id, rate_limit, interaction.created_at)
        if again is not None:
            raise TooFastError(again)

    def forget(self) -> None:
        """Forget all users."""
        self._free.clear()

    def __len__(self) -> int:
        return len(self._free)


def cooldowns_of(interaction: Interaction) -> Cooldowns:
    """Return the cooldowns of the client that received an interaction."""
    return interaction.client.cooldowns


def rate_limited(rate_limit: RateLimit) -> Callable[[T], T]:
    """Let a command be used at a pace of its own, besides that of all commands together."""
    return app_commands.check(rate_limit_check(rate_limit))


def rate_limit_check(rate_limit: RateLimit) -> Callable[[Interaction], bool]:
    """Return a check of a command's pace."""

    def check(interaction: Interaction) -> bool:
        cooldowns_of(interaction).require(interaction, rate_limit)
        return True

    return check
