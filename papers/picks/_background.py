"""What recent papers are like: against it, what a person saved says what the person wants."""

from dataclasses import dataclass

import numpy as np

from papers.model import Paper
from papers.picks._reading import Reading
from papers.picks._rows import Floats, Places, Rows, looked_up

CALIBRATING = 512
"""Papers of the background that scores are compared with."""
_SHRINKAGE = 0.2
"""λ, as a share of the covariance's largest eigenvalue. Average precision of the meaning alone is
the same from .1 to .4 on topics that a person filed papers under, and rises by .015 on arXiv's
categories."""


@dataclass(frozen=True, slots=True)
class Features:
    """Papers seen against a background."""

    papers: tuple[Paper, ...]
    terms: Rows
    """TF-IDF, unit rows."""
    usual: Floats
    """The product of each row with the background's mean."""
    meanings: Floats
    """Whitened vectors, zeros for a paper without one."""

    def __len__(self) -> int:
        return len(self.papers)

    def take(self, places: Places) -> "Features":
        """Return the papers at the places, in their order."""
        return Features(
            tuple(self.papers[place] for place in map(int, places)),
            self.terms.take(places),
            self.usual[places],
            self.meanings[places],
        )

    def joined(self, others: "Features") -> "Features":
        """Return these papers and then the others."""
        return Features(
            self.papers + others.papers,
            self.terms.joined(others.terms),
            np.append(self.usual, others.usual),
            np.concatenate((self.meanings, others.meanings)),
        )


class Background:
    """The words and vectors of recent papers: make it once a day, and use it for all lists.

    Some thousands of papers do. It is never changed, and threads may share it.
    """

    def __init__(self, reading: Reading) -> None:
        """Measure recent papers; half a second for 5,000 once they are read.

        Args:
            reading: at least one paper.

        Raises:
            ValueError: there is no paper.
        """
        if not len(reading):
            raise ValueError("a background needs at least one paper")
        count = len(reading)
        self._columns, found = np.unique(reading.terms.columns, return_counts=True)
        self._idf = _idf(count, found)
        self._new = _idf(count, np.zeros(1, dtype=np.int64))[0]
        weighted = self._weighted(reading.terms)
        at = np.searchsorted(self._columns, weighted.columns)
        sums = np.bincount(at, weighted.values, len(self._columns))
        self._means = (sums / count).astype(np.float32)
        self.usual = float(self._means @ self._means)
        """The squared length of the mean of the words' rows."""
        self._mean, self._whitening = _whitening(reading.vectors)
        chosen = np.random.default_rng(0).permutation(count)[:CALIBRATING]
        self.sample = self.features(reading.take(np.sort(chosen)))
        """The papers that scores are compared with."""

    def features(self, reading: Reading) -> Features:
        """Return papers as this background shows them."""
        terms = self._weighted(reading.terms)
        known = np.any(reading.vectors, axis=1, keepdims=True)
        centred = np.where(known, reading.vectors - self._mean, np.float32(0))
        return Features(
            reading.papers,
            terms,
            terms.dot(self._columns, self._means),
            centred @ self._whitening,
        )

    def alike(self, some: Features, others: Features) -> tuple[Floats, Floats]:
        """Return how alike papers are by words and by meaning, each (len(some), len(others)).

        Both are products of what remains of a paper without the background's mean, so that their
        mean over the background is 0.
        """
        words = some.terms.gram() if some is others else some.terms.products(others.terms)
        words -= some.usual[:, None]
        words -= others.usual - np.float32(self.usual)
        return words, some.meanings @ others.meanings.T

    def _weighted(self, terms: Rows) -> Rows:
        return terms.scaled(looked_up(self._columns, self._idf, terms.columns, self._new))


def _idf(count: int, found: Places) -> Floats:
    return np.log((1 + count) / (0.5 + found)).astype(np.float32)


def _whitening(vectors: Floats) -> tuple[Floats, Floats]:
    """Return the mean, and the factor L of (covariance + λ)⁻¹ = L Lᵀ."""
    known = vectors[np.any(vectors, axis=1)].astype(np.float64)
    size = vectors.shape[1]
    mean = known.mean(axis=0) if len(known) else np.zeros(size)
    centred = known - mean
    covariance = centred.T @ centred / max(len(known), 1)
    values, directions = np.linalg.eigh(covariance)
    # Of few papers the covariance is chance: there the identity is added, of a unit vector's size.
    ridge = _SHRINKAGE * values[-1] + 1 / (size * (1 + len(known)))
    factor = directions / np.sqrt(np.maximum(values, 0) + ridge)
    return mean.astype(np.float32), factor.astype(np.float32)
