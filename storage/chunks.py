"""Splitting long lists, so that no statement has more variables than SQLite allows."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500
"""Ids per statement, well below SQLite's 32,766 variables."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Split `items` into slices of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
