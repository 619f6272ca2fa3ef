"""The systems that benchmarks.picks compares: each scores papers by a few saved ones."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from papers.model import Paper
from papers.picks import Background, Interest, Reading

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

System = Callable[[Places], Floats]
"""Returns the score of every paper from the places of the saved ones."""

_FEATURES = 20_000
_COST = 0.01


def ours(background: Background, reading: Reading) -> System:
    """Score as picks do."""
    seen = background.features(reading)

    def score(saved: Places) -> Floats:
        return Interest.of(background, reading.take(saved)).scores(seen)

    return score


def centroid(vectors: Floats) -> System:
    """Score by the cosine with the mean of the saved papers' vectors."""
    return lambda saved: vectors @ vectors[saved].mean(axis=0)


def nearest(vectors: Floats) -> System:
    """Score by the cosine with the nearest saved paper."""
    return lambda saved: (vectors @ vectors[saved].T).max(axis=1)


def arxiv_sanity(papers: Sequence[Paper]) -> System:
    """Score by a linear SVM on TF-IDF, as karpathy/arxiv-sanity-lite sets both up.

    https://github.com/karpathy/arxiv-sanity-lite: compute.py and serve.py (`svm_rank`).
    """
    from sklearn.feature_extraction.text import (  # pyright: ignore[reportMissingTypeStubs]
        TfidfVectorizer,  # pyright: ignore[reportUnknownVariableType]
    )
    from sklearn.svm import LinearSVC  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    vectorizer = cast("Any", TfidfVectorizer)(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",  # noqa: S106 - no password
        ngram_range=(1, 2),
        max_features=_FEATURES,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    )
    rows = vectorizer.fit_transform([f"{paper.title} {paper.abstract}" for paper in papers])

    def score(saved: Places) -> Floats:
        wanted = np.zeros(len(papers))
        wanted[saved] = 1
        machine = cast("Any", LinearSVC)(
            class_weight="balanced", max_iter=10_000, tol=1e-6, C=_COST
        )
        return machine.fit(rows, wanted).decision_function(rows).astype(np.float32)

    return score
