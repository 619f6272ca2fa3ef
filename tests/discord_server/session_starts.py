"""How often a bot may identify at the gateway."""

from dataclasses import dataclass, field

from tests.discord_server.rules import Json

IDENTIFY_EVERY = 5.0
"""Seconds between two identifies of one bucket, the shards of the same `id % max_concurrency`
(https://docs.discord.com/developers/events/gateway#sharding-max-concurrency)."""


@dataclass
class SessionStarts:
    """How often an application may identify: so often until the count begins again, and
    so many shards at a time.

    `pace` shortens the seconds between two identifies; by default there need be none.
    """

    total: int = 1_000
    remaining: int = 1_000
    reset_after: int = 14_400_000
    max_concurrency: int = 1
    pace: float = 0.0
    last: dict[int, float] = field(default_factory=dict[int, float])

    def to_json(self) -> Json:
        """Return it as `GET /gateway/bot` has it."""
        names = ("total", "remaining", "reset_after", "max_concurrency")
        return {name: getattr(self, name) for name in names}

    def take(self, shard: int, now: float) -> str | None:
        """Count an identify; return what is wrong with it."""
        self.remaining -= 1
        bucket = shard % self.max_concurrency
        before, self.last[bucket] = self.last.get(bucket), now
        if before is not None and now - before < IDENTIFY_EVERY * self.pace:
            return f"shard {shard} identified {now - before:.2f} s after another of its bucket"
        return None
