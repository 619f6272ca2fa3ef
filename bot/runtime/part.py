"""Which part of the bot's work a process does, where several share it."""

from dataclasses import dataclass
from typing import Final

from bot import limits
from papers.shards import Shards

KEEPER_PACE: Final = 0.25
"""Requests a second that are left to the process that keeps: it registers commands and writes to
the bot's owner."""

FIXED: Final = 0.2
"""The share of a gateway's requests that no other one gets while it is quiet."""

_ALMOST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """What one process does."""

    shards: Shards | None = None
    """Whose servers' events it hears and answers, and whose posts it sends; `None`: all of them."""
    keeps: bool = True
    """Whether it does what is done once for all servers: asks the sources, embeds and matches
    papers, prunes, registers commands, and tells the owner what is wrong."""
    listens: bool = True
    """Whether it is connected to the gateway, and sends posts."""

    @property
    def has_digests(self) -> bool:
        """Whether it sends people's digests: reactions in direct messages come to shard 0."""
        return self.listens and (self.shards is None or self.shards.has(None))

    def pace(self, rate: float) -> float:
        """Return how many of the bot's requests a second are this process's.

        Those of all parts are at most `rate`.
        """
        if not self.listens:
            return min(KEEPER_PACE, rate / 2)
        if self.shards is None:
            return rate
        return (rate - min(KEEPER_PACE, rate / 2)) * self.shards.share

    def fixed(self, rate: float) -> float:
        """Return what of `pace` this process has whatever the others do."""
        return self.pace(rate) * FIXED

    def fixed_in_a_second(self, rate: float) -> int:
        """Return how many requests of its fixed part may be counted in the same second."""
        share = 1.0 if self.shards is None else self.shards.share
        return max(1, int(_in_a_second(rate) * FIXED * share + _ALMOST))

    def pool(self, rate: float) -> int:
        """Return how many requests in the same second all processes with shards share by need."""
        every = _in_a_second(rate)
        return every - int(every * FIXED)

    def pace_of(self, count: int, rate: float) -> float:
        """Return the pace at which so many of the pool's requests are sent evenly."""
        return count * (rate - min(KEEPER_PACE, rate / 2)) / _in_a_second(rate)


def _in_a_second(rate: float) -> int:
    """Return how many requests may be counted in the same second at an even pace.

    A few more than are sent on average, so that what comes late once can be made up for.
    """
    most = limits.REQUESTS_PER_SECOND
    return max(1, int(min(most, rate * most / (most - 1)) + _ALMOST))


WHOLE: Final = Part()
"""Everything, by one process."""
