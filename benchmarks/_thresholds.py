"""How good scores are as a ranking, and as a yes or no at one threshold for all topics."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
_THRESHOLDS = 400

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


def average_precision(scores: Scores, relevant: Sequence[set[str]], ids: Sequence[str]) -> float:
    """Return the mean over topics; relevant papers that are not ranked count as never found."""
    return float(np.mean([_ap(row, rel, ids) for row, rel in zip(scores, relevant, strict=True)]))


def _ap(scores: Scores, relevant: set[str], ids: Sequence[str]) -> float:
    # Equal scores stand in an order that says nothing of the papers, as ids do (newer are higher).
    ties = np.array([zlib.crc32(paper.encode()) for paper in ids])
    order = np.lexsort((ties, -scores))
    hits = np.isin(np.array(ids), list(relevant))[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].sum() / len(relevant))


def one_threshold(
    scores: Scores, relevant: Sequence[set[str]], ids: Sequence[str]
) -> dict[str, float]:
    """Return mean precision, recall and F1 where the other folds' topics chose the threshold."""
    hits = _hits(relevant, ids)
    sizes = np.array([len(rel) for rel in relevant])
    finite = scores[np.isfinite(scores)]
    shares = np.geomspace(1e-5, 0.5, _THRESHOLDS)
    thresholds = np.unique(np.quantile(finite, 1 - shares)).astype(np.float32)
    figures = np.stack([_figures(scores >= cut, hits, sizes) for cut in thresholds])
    topics = np.random.default_rng(0).permutation(len(relevant))
    found: list[NDArray[np.float64]] = []
    for fold in range(FOLDS):
        test = topics[fold::FOLDS]
        train = np.setdiff1d(topics, test)
        if len(test):
            best = int(figures[:, train if len(train) else test, 2].mean(axis=1).argmax())
            found.append(figures[best, test])
    return _named(np.concatenate(found))


def decided(chosen: Mask, relevant: Sequence[set[str]], ids: Sequence[str]) -> dict[str, float]:
    """Return mean precision, recall and F1 of a yes or no for each topic and paper."""
    sizes = np.array([len(rel) for rel in relevant])
    return _named(_figures(chosen, _hits(relevant, ids), sizes))


def _hits(relevant: Sequence[set[str]], ids: Sequence[str]) -> Mask:
    known = np.array(ids)
    return np.stack([np.isin(known, list(rel)) for rel in relevant])


def _figures(chosen: Mask, hits: Mask, sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a row (precision, recall, F1) for each topic; nothing chosen has precision 0."""
    right = (chosen & hits).sum(axis=1)
    count = chosen.sum(axis=1)
    return np.stack(
        [right / np.maximum(count, 1), right / sizes, 2 * right / (count + sizes)], axis=1
    )


def _named(figures: NDArray[np.float64]) -> dict[str, float]:
    precision, recall, f1 = figures.mean(axis=0).tolist()
    return {"f1": f1, "precision": precision, "recall": recall}
