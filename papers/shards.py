"""Parts of a bot's shards: which of its servers one process of several looks after."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_WORKER_BITS: Final = 22
"""The lower bits of an id; those above are its time (Discord: topics/gateway, Sharding)."""

_NAME: Final = "shards "
_RANGE: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(\d{1,5})")
_AUTOMATIC: Final = re.compile(r"auto/(\d{1,5})")


@dataclass(frozen=True, slots=True)
class Shards:
    """Some consecutive shards of all that there are; never none."""

    first: int
    last: int
    count: int
    """How many shards there are in all."""

    def __post_init__(self) -> None:
        """Refuse what are no shards.

        Raises:
            ValueError: there would be none of them, or ones that there are not.
        """
        if not 0 <= self.first <= self.last < self.count:
            raise ValueError(f"{self} is no part of {self.count} shards")

    def __str__(self) -> str:
        """Write them as `parse_shards` reads them."""
        span = f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"
        return f"{span}/{self.count}"

    @property
    def name(self) -> str:
        """What the lease of these shards is called."""
        return f"{_NAME}{self}"

    @property
    def ids(self) -> list[int]:
        """The shards' numbers, at least one."""
        return list(range(self.first, self.last + 1))

    @property
    def share(self) -> float:
        """Which part of all shards these are."""
        return (self.last - self.first + 1) / self.count

    def has(self, guild_id: int | None) -> bool:
        """Return whether a server belongs to them; direct messages belong to shard 0."""
        return self.first <= ((guild_id or 0) >> _WORKER_BITS) % self.count <= self.last

    def collides(self, other: "Shards") -> bool:
        """Return whether both have a shard, or disagree about how many there are."""
        return self.count != other.count or (self.first <= other.last and other.first <= self.last)


@dataclass(frozen=True, slots=True)
class AnyShards:
    """Whichever part of so many shards has no process."""

    count: int

    def __str__(self) -> str:
        """Write it as `parse_shards` reads it."""
        return f"auto/{self.count}"


def parse_shards(text: str) -> Shards | AnyShards:
    """Read `0-3/8`, `2/8` or `auto/8`.

    Raises:
        ValueError: it is none of these; says what is.
    """
    text = text.strip()
    if (found := _AUTOMATIC.fullmatch(text)) and int(found[1]):
        return AnyShards(int(found[1]))
    if found := _RANGE.fullmatch(text):
        first, last, count = int(found[1]), int(found[2] or found[1]), int(found[3])
        if first <= last < count:
            return Shards(first, last, count)
    raise ValueError(
        f"{text!r} names no shards: use a part such as 0-3/8, one such as 2/8, or auto/8"
    )


def without_process(held: Iterable[str], known: Iterable[str]) -> int:
    """Return how many shards no process has.

    Args:
        held: the names of the leases that processes have.
        known: those of all that there were, which say how many shards there are.
    """
    parts = [part for name in held if (part := shards_of(name)) is not None]
    every = [part for name in known if (part := shards_of(name)) is not None]
    count = max((part.count for part in parts or every), default=0)
    return count - len({shard for part in parts for shard in part.ids})


def shards_of(name: str) -> Shards | None:
    """Return the shards whose lease has this name; `None` if it is another lease's."""
    if not name.startswith(_NAME):
        return None
    found = parse_shards(name.removeprefix(_NAME))
    return found if isinstance(found, Shards) else None
