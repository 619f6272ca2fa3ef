"""Likeness: how like one given paper others are."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from papers.search._fusion import Vectors, smoothed

LIKE_WORDS = 0.5
"""What BM25 counts for against the cosine in likeness, both as standard scores over the candidates
(docs/relevance.md has what this and the following are worth)."""

LIKE_TITLE = 0.3
LIKE_TITLED = 25
"""What the cosine of two titles counts for beside it, and for how many of the papers most alike."""


def likeness(words: Mapping[int, float], cosines: Mapping[int, float]) -> dict[int, float]:
    """Return how like one given paper others are, by row, most alike first.

    Args:
        words: BM25 scores by row for the paper's own distinctive words.
        cosines: by row; a paper without one counts as the farthest.
    """
    rows = sorted(words.keys() | cosines.keys())
    if not rows:
        return {}
    farthest = min(cosines.values(), default=0.0)
    scores = _standard([cosines.get(row, farthest) for row in rows])
    scores += LIKE_WORDS * _standard([words.get(row, 0.0) for row in rows])
    return {rows[place]: float(scores[place]) for place in np.argsort(-scores, kind="stable")}


def alike(
    likeness: Mapping[int, float], titles: Mapping[int, float], vectors: Mapping[int, Vectors]
) -> list[tuple[int, float]]:
    """Return rows with their likeness in the end, most alike first.

    Args:
        likeness: by row, as `likeness` returns it.
        titles: the cosines of titles with the paper's, by row.
        vectors: unit vectors by row, which likeness is smoothed by.
    """
    rows = list(likeness)
    scores = np.fromiter(likeness.values(), np.float64, len(rows))
    titled = [place for place, row in enumerate(rows) if row in titles]
    if titled:
        scores[titled] += LIKE_TITLE * _standard([titles[rows[place]] for place in titled])
    order, scores = smoothed(rows, scores, vectors, kept=0)
    return [(rows[place], float(scores[place])) for place in order]


def _standard(values: Sequence[float]) -> NDArray[np.float64]:
    numbers = np.asarray(values, dtype=np.float64)
    spread = float(numbers.std())
    return (numbers - numbers.mean()) / spread if spread > 0 else np.zeros_like(numbers)
