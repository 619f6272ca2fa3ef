"""Signs of embeddings: one bit a number, by which the nearest of many are looked for first.

Two vectors differ in the sign of a number the more often, the wider the angle between them
(M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002). To count those
reads an eighth of what a comparison of 8-bit numbers reads.
"""

from typing import Self

import numpy as np
import simsimd
from numpy.typing import NDArray

from storage.vectors import Floats

_BLOCK = 131_072
"""Vectors at a time: half a millisecond, in which no other Python thread runs."""

Places = NDArray[np.intp]


class Signs:
    """The signs of the vectors of a matrix, by their places in it."""

    def __init__(self, bits: NDArray[np.uint8]) -> None:
        self.bits = bits
        """Eight signs a byte, a row for each vector."""

    @classmethod
    def empty(cls, dimensions: int, capacity: int) -> Self:
        """Return room for the signs of so many vectors."""
        return cls(np.zeros((capacity, -(-dimensions // 8)), dtype=np.uint8))

    def put(self, places: Places, vectors: NDArray[np.number]) -> None:
        """Keep the signs of vectors."""
        self.bits[places] = _signs(vectors)

    def nearest(self, query: Floats, size: int, count: int) -> Places:
        """Return the places of the `count` vectors among the first `size` with the most signs in
        common with the query, and of others with as many.
        """
        if size <= count:
            return np.arange(size)
        differing = np.empty((size, 1), dtype=np.float32)
        for start in range(0, size, _BLOCK):
            end = min(start + _BLOCK, size)
            simsimd.cdist(
                self.bits[start:end],
                _signs(query[None]),
                metric="hamming",
                dtype="bin8",
                out=differing[start:end],
                out_dtype="float32",
            )
        found = differing[:, 0].astype(np.uint16)
        # Counted, as there are few numbers: to partition all takes five times as long.
        most = np.searchsorted(np.bincount(found).cumsum(), count)
        return np.flatnonzero(found <= most)


def _signs(vectors: NDArray[np.number]) -> NDArray[np.uint8]:
    return np.packbits(vectors > 0, axis=1)
