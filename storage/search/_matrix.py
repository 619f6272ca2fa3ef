"""Matrix of embeddings in memory, searched exactly, or where it is large in two steps."""

import threading
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import simsimd
from numpy.typing import NDArray

from storage.search._signs import Signs
from storage.vectors import Floats

COMPACT_FROM = 40_000
"""Vectors from which they are kept as int8: 384 bytes instead of 1,536, with .986 of the nearest

20 found again; below, float32 costs at most 61 MB and is exact.
"""

SIGNS_FROM = 80_000
"""Vectors from which the signs of their numbers choose those that are compared.

To compare 100,000 takes 2.3 ms, and to choose 1.5; a million takes 45, as the processor's caches
hold no more.
"""

CANDIDATES = 16
CANDIDATES_OF = 250
"""Vectors chosen by their signs: so many for each one that is asked for, and one of so many of all.

In proportion, by 10,803 real ones, that has .9995 of the nearest 90 of 100,000, and .995 of the
nearest 250; of a million .997 and .991.
"""

_BLOCK = 65_536
"""Rows multiplied at a time: half a millisecond, in which no other Python thread runs."""

Rows = NDArray[np.int64]
Number = TypeVar("Number", bound=np.generic)


class VectorMatrix:
    """The vectors of the newest papers in one matrix.

    One thread may add while others search: a search sees the rows that were there when it began.
    """

    def __init__(
        self,
        dimensions: int,
        limit: int,
        *,
        expected: int = 0,
        compact_from: int = COMPACT_FROM,
        signs_from: int = SIGNS_FROM,
    ) -> None:
        """`limit` bounds the memory; from `compact_from` papers on they are kept as int8, at once
        where that many are `expected`, and from `signs_from` on their signs are kept beside them.
        """
        self.dimensions = dimensions
        self._compact_from = compact_from
        self._signs_from = signs_from
        self._limit = limit
        capacity = min(max(expected + expected // 8, 1_024), limit)
        self._compact = min(expected, limit) >= compact_from
        kind = np.int8 if self._compact else np.float32
        self._vectors: NDArray[Any] = np.zeros((capacity, dimensions), dtype=kind)
        self._scales: Floats = np.ones(capacity, dtype=np.float32)
        self._rows: Rows = np.zeros(capacity, dtype=np.int64)
        self._size = 0
        # Not a dict, which takes 100 bytes a paper. Made when it is next needed.
        self._order: NDArray[np.intp] | None = None
        self._bounds = (0, 0)  # the lowest row, and the highest
        many = min(expected, limit) >= signs_from
        self._signs = Signs.empty(dimensions, capacity) if many else None
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._size

    @property
    def bytes(self) -> int:
        """The memory that the numbers take, or may take from a file."""
        return sum(array.nbytes for array in self.arrays)

    @property
    def compact(self) -> bool:
        """Whether there are so many that they are kept as int8."""
        return self._compact

    @property
    def arrays(self) -> list[NDArray[Any]]:
        """All numbers by place, for `adopt`."""
        signs = [] if self._signs is None else [self._signs.bits]
        return [self._vectors, self._scales, self._rows, *signs]

    def adopt(self, arrays: Sequence[NDArray[Any]], size: int) -> None:
        """Use the first `size` places of arrays, as `arrays` gave them, instead of its own."""
        with self._lock:
            self._vectors, self._scales, self._rows, *signs = arrays
            self._signs = Signs(*signs) if signs else None
            self._compact = self._vectors.dtype == np.int8
            self._size = size
            self._order = None
            if size:
                own = self._rows[:size]
                self._bounds = int(own.min()), int(own.max())

    def newest(self, limit: int) -> list[int]:
        """Return the highest rows."""
        with self._lock:
            own = self._rows[: self._size]
            if len(own) > limit:
                own = np.partition(own, len(own) - limit)[len(own) - limit :]
            return own.tolist()

    def add(self, rows: Sequence[int], vectors: Floats) -> None:
        """Put in or replace the vectors of papers; beyond the limit the oldest rows give way."""
        if not len(rows):
            return
        with self._lock:
            asked = np.asarray(rows, dtype=np.int64)
            places = self._places(asked)
            new = np.flatnonzero(places < 0)
            if excess := max(self._size + len(new) - self._limit, 0):
                places, new = self._give_way(asked, places, new, excess)
            if len(new):
                self._order = None
            if self._size + len(new) > len(self._rows):
                self._grow(self._size + len(new))
            places[new] = range(self._size, self._size + len(new))
            self._size += len(new)
            kept = places >= 0
            self._put(asked[kept], places[kept], vectors[kept])

    def cosines(self, query: Floats) -> tuple[Rows, Floats]:
        """Return the rows of all papers and their cosines with a unit vector.

        Whole numbers are multiplied with the query as whole numbers, too: .004 off at most.
        """
        with self._lock:
            size = self._size
            numbers, scales, rows = self._vectors[:size], self._scales[:size], self._rows[:size]
        return rows, _cosines(numbers, scales, query)

    def nearest(self, query: Floats, limit: int) -> list[int]:
        """Return the rows of the nearest papers, the nearest first."""
        if self._signs is None:
            rows, cosines = self.cosines(query)
        else:
            with self._lock:
                size, signs = self._size, self._signs
                numbers, scales, rows = self._vectors, self._scales, self._rows
            count = CANDIDATES * limit + size // CANDIDATES_OF
            chosen = signs.nearest(query, size, count)
            rows = rows[chosen]
            cosines = _cosines(numbers[chosen], scales[chosen], query)
        if len(rows) > limit:
            # Numbers are partitioned by vector instructions, their places three times as slowly.
            least = np.partition(cosines, len(cosines) - limit)[len(cosines) - limit]
            best = np.flatnonzero(cosines >= least)
            rows, cosines = rows[best], cosines[best]
        return rows[np.argsort(-cosines, kind="stable")][:limit].tolist()

    def of(self, rows: Sequence[int]) -> tuple[list[int], Floats]:
        """Return which of these papers have vectors, and those vectors."""
        asked = np.asarray(rows, dtype=np.int64)
        with self._lock:
            places = self._places(asked)
            known = places >= 0
            chosen = self._vectors[places[known]].astype(np.float32)
            return asked[known].tolist(), chosen * self._scales[places[known], None]

    def _places(self, rows: Rows) -> NDArray[np.intp]:
        """Return where the vectors of papers are, -1 for those without."""
        places = np.full(len(rows), -1, dtype=np.intp)
        low, high = self._bounds
        # Papers come in the order of their rows, upwards or downwards: most are none of these.
        inside = np.flatnonzero((rows >= low) & (rows <= high)) if self._size else places[:0]
        if len(inside):
            own = self._rows[: self._size]
            if self._order is None:
                self._order = np.argsort(own, kind="stable")
            at = np.searchsorted(own, rows[inside], sorter=self._order)
            found = self._order[at]
            places[inside] = np.where(own[found] == rows[inside], found, -1)
        return places

    def _give_way(
        self, rows: Rows, places: NDArray[np.intp], new: NDArray[np.intp], excess: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Give the places of the `excess` oldest papers to new ones, unless those are older."""
        every = np.concatenate([self._rows[: self._size], rows[new]])
        first = np.partition(every, excess)[excess]  # the oldest that stays
        free = np.flatnonzero(self._rows[: self._size] < first)
        new = new[rows[new] >= first]
        places[places >= 0] = np.where(rows[places >= 0] >= first, places[places >= 0], -1)
        places[new[: len(free)]] = free
        self._order = None
        return places, new[len(free) :]

    def _put(self, rows: Rows, places: NDArray[np.intp], vectors: Floats) -> None:
        if self._compact:
            self._vectors[places], self._scales[places] = _compact(vectors)
        else:
            self._vectors[places] = vectors
            self._scales[places] = 1.0
        if self._signs is not None:
            self._signs.put(places, vectors)
        self._rows[places] = rows
        own = self._rows[: self._size]
        self._bounds = int(own.min()), int(own.max())

    def _grow(self, needed: int) -> None:
        capacity = min(max(needed + needed // 8, 1_024), self._limit)
        if capacity >= self._compact_from and not self._compact:
            self._vectors, self._scales = _compact(self._vectors)
            self._compact = True
        self._vectors = _longer(self._vectors, capacity)
        self._scales = _longer(self._scales, capacity)
        self._rows = _longer(self._rows, capacity)
        if self._signs is not None or capacity >= self._signs_from:
            self._signs = Signs.empty(self.dimensions, capacity)
            for start in range(0, self._size, _BLOCK):
                places = np.arange(start, min(start + _BLOCK, self._size))
                self._signs.put(places, self._vectors[places])


def _cosines(numbers: NDArray[Any], scales: Floats, query: Floats) -> Floats:
    if numbers.dtype != np.int8:
        return dots(numbers, query)
    (whole,), (scale,) = _compact(query[None])
    return _whole_dots(numbers, whole) * scales * scale


def _compact(rows: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return rows as whole numbers, and what each row's are to be multiplied by."""
    peaks = np.abs(rows).max(axis=1) if len(rows) else np.zeros(0, dtype=np.float32)
    scales = np.where(peaks > 0, peaks / 127, 1).astype(np.float32)
    return np.rint(rows / scales[:, None]).astype(np.int8), scales


def dots(rows: Floats, vector: Floats) -> Floats:
    """Return the dot product of each row with a vector, in this thread alone.

    The BLAS behind `@` would start threads, which wait for each other for up to 300 ms when an
    embedding keeps the other core busy, and save 2 of 7 ms when nothing does.
    """
    return np.einsum("ij,j->i", rows, vector)


def _whole_dots(numbers: NDArray[np.int8], whole: NDArray[np.int8]) -> Floats:
    """Return the dot product of each row with a vector, by the processor's own instructions."""
    found = np.empty((len(numbers), 1), dtype=np.float32)
    for start in range(0, len(numbers), _BLOCK):
        simsimd.cdist(
            numbers[start : start + _BLOCK],
            whole[None],
            metric="dot",
            out=found[start : start + _BLOCK],
            out_dtype="float32",
        )
    return found[:, 0]


def _longer(array: NDArray[Number], length: int) -> NDArray[Number]:
    longer = np.zeros((length, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer
