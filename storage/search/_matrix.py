"""Matrix of embeddings in memory, searched exactly and in blocks."""

import threading
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import simsimd
from numpy.typing import NDArray

from storage.vectors import Floats

COMPACT_FROM = 40_000
"""Vectors from which they are kept as int8: 384 bytes instead of 1,536, with .986 of the nearest

20 found again; below, float32 costs at most 61 MB and is exact.
"""

_BLOCK = 65_536
"""Rows multiplied at a time: half a millisecond, in which no other Python thread runs."""

Number = TypeVar("Number", bound=np.generic)


class VectorMatrix:
    """The vectors of the newest papers in one matrix.

    One thread may add while others search: a search sees the rows that were there when it began.
    """

    def __init__(
        self, dimensions: int, limit: int, *, expected: int = 0, compact_from: int = COMPACT_FROM
    ) -> None:
        """`limit` bounds the memory; from `compact_from` papers on they are kept as int8, at once
        where that many are `expected`.
        """
        self.dimensions = dimensions
        self._compact_from = compact_from
        self._limit = limit
        self._compact = min(expected, limit) >= compact_from
        capacity = min(max(expected + expected // 8, 1_024), limit)
        kind = np.int8 if self._compact else np.float32
        self._vectors: NDArray[Any] = np.zeros((capacity, dimensions), dtype=kind)
        self._scales: Floats = np.ones(capacity, dtype=np.float32)
        self._rows = np.zeros(capacity, dtype=np.int64)
        self._places: dict[int, int] = {}
        self._oldest: int | None = None  # known only while the matrix is full
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._places)

    @property
    def bytes(self) -> int:
        """The memory that the numbers take."""
        return self._vectors.nbytes + self._scales.nbytes + self._rows.nbytes

    def add(self, rows: Sequence[int], vectors: Floats) -> None:
        """Put in or replace the vectors of papers; beyond the limit the oldest row gives way."""
        with self._lock:
            found = [self._place(row) for row in rows]
            kept = [at for at, place in enumerate(found) if place is not None]
            # A place may come twice, when a row gave way at once: the later one stays.
            places = [place for place in found if place is not None]
            chosen = vectors[kept]
            if self._compact:
                self._vectors[places], self._scales[places] = _compact(chosen)
            else:
                self._vectors[places] = chosen
                self._scales[places] = 1.0
            self._rows[places] = [rows[at] for at in kept]

    def cosines(self, query: Floats) -> tuple[NDArray[np.int64], Floats]:
        """Return the rows of all papers and their cosines with a unit vector.

        Whole numbers are multiplied with the query as whole numbers, too: .004 off at most.
        """
        with self._lock:
            size = len(self._places)
            numbers, scales, rows = self._vectors[:size], self._scales[:size], self._rows[:size]
        if numbers.dtype != np.int8:
            return rows, dots(numbers, query)
        (whole,), (scale,) = _compact(query[None])
        return rows, _whole_dots(numbers, whole) * scales * scale

    def of(self, rows: Sequence[int]) -> tuple[list[int], Floats]:
        """Return which of these papers have vectors, and those vectors."""
        with self._lock:
            known = [row for row in rows if row in self._places]
            places = [self._places[row] for row in known]
            chosen = self._vectors[places].astype(np.float32)
            return known, chosen * self._scales[places, None]

    def _place(self, row: int) -> int | None:
        place = self._places.get(row)
        if place is not None:
            return place
        size = len(self._places)
        if size >= self._limit:
            if self._oldest is None:
                self._oldest = min(self._places)
            if row < self._oldest:
                return None
            place = self._places.pop(self._oldest)
            self._oldest = None
        else:
            place = size
            if size == len(self._rows):
                self._grow(min(max(size * 3 // 2, 1_024), self._limit))
        self._places[row] = place
        return place

    def _grow(self, capacity: int) -> None:
        compact = capacity >= self._compact_from
        if compact and not self._compact:
            self._vectors, self._scales = _compact(self._vectors)
            self._compact = True
        self._vectors = _longer(self._vectors, capacity)
        self._scales = _longer(self._scales, capacity)
        self._rows = _longer(self._rows, capacity)


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
