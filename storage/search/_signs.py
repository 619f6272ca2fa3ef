"""Signs of embeddings: one bit a number, by which the nearest of many are looked for first.

Two vectors differ in the sign of a number the more often, the wider the angle between them
(M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002). To count those
reads an eighth of what a comparison of 8-bit numbers reads.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from storage.vectors import Floats

_WORD = 64
_BLOCK = 16_384
"""Vectors at a time: what is counted of them stays in the processor's nearest caches."""

Places = NDArray[np.intp]


class Signs:
    """The signs of the vectors of a matrix, by their places in it."""

    def __init__(self, words: list[NDArray[np.uint64]]) -> None:
        self.words = words
        """The first 64 signs of each vector, the next 64, …: these are counted side by side."""

    @classmethod
    def empty(cls, dimensions: int, capacity: int) -> Self:
        """Return room for the signs of so many vectors."""
        words = range(-(-dimensions // _WORD))
        return cls([np.zeros(capacity, dtype=np.uint64) for _ in words])

    def put(self, places: Places, vectors: NDArray[np.number]) -> None:
        """Keep the signs of vectors."""
        for word, signs in zip(self.words, self._signs(vectors), strict=True):
            word[places] = signs

    def nearest(self, query: Floats, size: int, count: int) -> Places:
        """Return the places of the `count` vectors among the first `size` with the most signs in
        common with the query, and of others with as many.
        """
        if size <= count:
            return np.arange(size)
        signs = self._signs(query[None])[:, 0]
        differing = np.zeros(size, dtype=np.uint16)
        different = np.empty(_BLOCK, dtype=np.uint64)
        counted = np.empty(_BLOCK, dtype=np.uint8)
        for start in range(0, size, _BLOCK):
            total = differing[start : start + _BLOCK]
            some, bits = different[: len(total)], counted[: len(total)]
            for word, sign in zip(self.words, signs, strict=True):
                np.bitwise_xor(word[start : start + len(total)], sign, out=some)
                np.bitwise_count(some, out=bits)
                np.add(total, bits, out=total)
        return np.flatnonzero(differing <= np.partition(differing, count - 1)[count - 1])

    def _signs(self, vectors: NDArray[np.number]) -> NDArray[np.uint64]:
        """Return a column of words for each vector."""
        bits = np.zeros((len(vectors), len(self.words) * _WORD), dtype=bool)
        bits[:, : vectors.shape[1]] = vectors > 0
        return np.packbits(bits, axis=1).view(np.uint64).T
