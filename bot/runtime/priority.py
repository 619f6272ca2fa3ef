"""Priorities: whose requests go first, and fair turns between those of one priority."""

from collections import OrderedDict, deque
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Generic, TypeVar

from storage.priority import background

T = TypeVar("T")


class Urgency(IntEnum):
    """What waits for a request; earlier members go first."""

    PERSON = 0
    POST = 1
    LATER = 2


class RoundRobin(Generic[T]):
    """A queue of many shares: the next is always of the share that has waited longest."""

    def __init__(self) -> None:
        self._shares: OrderedDict[Hashable, deque[T]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._shares)

    def __len__(self) -> int:
        return sum(map(len, self._shares.values()))

    def put(self, share: Hashable, item: T) -> None:
        """Queue an item behind the others of its share."""
        self._shares.setdefault(share, deque()).append(item)

    def take(self) -> T:
        """Return the next item; its share is the last in line then."""
        share, items = self._shares.popitem(last=False)
        item = items.popleft()
        if items:
            self._shares[share] = items
        return item

    def clear(self) -> list[T]:
        """Return what was left, and forget it."""
        left = [item for items in self._shares.values() for item in items]
        self._shares.clear()
        return left


_asker: ContextVar[tuple[Urgency, Hashable]] = ContextVar("_asker")


@contextmanager
def request_priority(urgency: Urgency, share: Hashable) -> Generator[None]:
    """Say for whom the requests in here are made; elsewhere a person waits for them.

    At the database, too, people go first.

    Args:
        urgency: what goes first.
        share: a server or a conversation; those of one urgency take turns.
    """
    token = _asker.set((urgency, share))
    try:
        with background(urgency is not Urgency.PERSON):
            yield
    finally:
        _asker.reset(token)


def asker() -> tuple[Urgency, Hashable]:
    """Return for whom requests are made here, and the share that they belong to."""
    return _asker.get((Urgency.PERSON, None))
