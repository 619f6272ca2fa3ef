"""How many of a person's picks come from the edge of an interest, to widen it."""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeVar

EVERY: Final = 10
"""One pick in so many."""

Item = TypeVar("Item")


def mixed(
    near: Sequence[Item], edge: Sequence[Item], *, user_id: int, day: date, room: int | None = None
) -> list[Item]:
    """Return a person's picks of a day, with one in `EVERY` from the edge, as the tenth or last.

    The same arguments give the same picks, so that what is made again after a restart or turned to
    another page stays as it was.

    Args:
        near: what passes the threshold, the nearest first; where nothing does, nothing comes.
        edge: what nearly passes, the nearest first.
        user_id: whose picks these are; people and days take turns.
        day: the person's day.
        room: the most picks there may be; without, those from the edge are added.
    """
    count = len(near) if room is None else min(len(near), room)
    some = edge[: _explored(user_id, day, count)]
    chosen = list(near[: None if room is None else max(room - len(some), 0)])
    for place, each in enumerate(some, 1):
        chosen.insert(place * EVERY - 1, each)
    return chosen


def _explored(user_id: int, day: date, count: int) -> int:
    """Return how many of `count` picks are from the edge.

    With as many picks every day, these are exactly one in `EVERY`.
    """
    first = -(user_id + day.toordinal() * count) % EVERY
    return len(range(first, count, EVERY))
