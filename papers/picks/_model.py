"""Two linear functions of a paper, learned from papers that are alike for a person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papers.picks._background import Background, Features
from papers.picks._rows import Floats, Places

_RIDGE = 1.0
_MAX_PAPERS = 200
"""Papers that count: the newest."""
_HELD_OUT = 20
"""Papers, the newest, whose scores by the others say what the threshold is."""
_LEAST = 0.02
"""A deviation is at least so much of what a saved paper scores, lest a tiny background explode."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Papers of a pool, and what each contributes to a score."""

    places: Places
    words: Floats
    meaning: Floats

    def of(self, known: Places, words: Floats, meaning: Floats) -> Floats:
        """Return the scores of papers from their likeness to the `known` papers of the pool."""
        at = np.searchsorted(known, self.places)
        found = self.words @ words[at] + self.meaning @ meaning[at]
        return found.astype(np.float32, copy=False)


class Model:
    """The functions of one list: how alike its papers are, and they and the background's."""

    def __init__(
        self,
        background: Background,
        pool: Features,
        known: Places,
        chosen: Places,
        words: Floats,
        meaning: Floats,
    ) -> None:
        """Compare the newest of the chosen papers with each other.

        Args:
            background: what they are seen against.
            pool: the papers whose places in a larger pool are `known`.
            known: ascending.
            chosen: places in the larger pool, at least one.
            words: likeness of each paper of the pool to the background's sample.
            meaning: the same by meaning.
        """
        self._places = chosen[-_MAX_PAPERS:]
        at = np.searchsorted(known, self._places)
        own = pool.take(at)
        inner = background.alike(own, own)
        self._words = _Likeness(inner[0].astype(np.float64), words[at])
        self._meaning = _Likeness(inner[1].astype(np.float64), meaning[at])
        system = self._words.inner + _RIDGE * np.eye(len(at))
        self._inverse = np.linalg.inv(system).astype(np.float64, copy=False)

    def weights(self) -> Weights:
        """Return the weights of the papers, in units of the score."""
        words = self._inverse.sum(axis=1, keepdims=True)
        meaning = np.full_like(words, 1 / len(words))
        return Weights(
            self._places,
            (words / self._words.unit(words))[:, 0].astype(np.float32),
            (meaning / self._meaning.unit(meaning))[:, 0].astype(np.float32),
        )

    def usual(self, weights: Weights) -> Floats:
        """Return the scores of the background's sample."""
        found = weights.words @ self._words.outer + weights.meaning @ self._meaning.outer
        return found.astype(np.float32, copy=False)

    def held_out(self) -> Floats:
        """Return the score of each newest paper by the others; nothing of a single one."""
        size = len(self._places)
        if size == 1:
            return np.empty(0, dtype=np.float32)
        # Column i has the weights without paper i: least squares need no other inverse for them.
        all_in = self._inverse.sum(axis=1)
        words = all_in[:, None] - self._inverse * (all_in / np.diag(self._inverse))
        meaning = (1 - np.eye(size)) / (size - 1)
        found = self._words.own(words) / self._words.unit(words)
        found += self._meaning.own(meaning) / self._meaning.unit(meaning)
        return found[-_HELD_OUT:].astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How alike some papers are by words, or by meaning."""

    inner: Doubles
    outer: Floats
    """To the background's sample, a row for each paper."""

    def own(self, weights: Doubles) -> Doubles:
        """Return the score of paper i by the weights of column i."""
        return np.einsum("ij,ji->i", self.inner, weights)

    def unit(self, weights: Doubles) -> Doubles:
        """Return what the scores by the weights of each column are divided by."""
        deviation = np.std(weights.T.astype(np.float32) @ self.outer, axis=1)
        highest = np.abs(self.inner @ weights).max(axis=0)
        return np.maximum(np.maximum(deviation, _LEAST * highest), 1e-9)
