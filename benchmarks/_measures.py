"""What rankings are worth: nDCG, reciprocal rank, recall; and the lines that say so."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

from papers.embedding import Embedder


def ndcg(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """Return the discounted gain of a ranking's top, against that of the best ranking."""
    ideal = sorted(grades.values(), reverse=True)[:depth]
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(ideal))
    gained = sum(
        grades.get(paper, 0) / math.log2(place + 2) for place, paper in enumerate(ranking[:depth])
    )
    return gained / best if best else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """Return 1 / the place of the first relevant paper among the top, 0 if none is there."""
    for place, paper in enumerate(ranking[:depth], 1):
        if grades.get(paper, 0) > 0:
            return 1 / place
    return 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, float], depth: int) -> float:
    """Return the share of the relevant papers that is in the top."""
    relevant = {paper for paper, grade in grades.items() if grade > 0}
    return len(relevant & set(ranking[:depth])) / len(relevant) if relevant else 0.0


Measure = Callable[[Sequence[str], Mapping[str, float], int], float]

MEASURES: dict[str, tuple[Measure, int]] = {
    "ndcg@10": (ndcg, 10),
    "mrr@10": (reciprocal_rank, 10),
    "recall@100": (recall, 100),
}


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return fmean(values) if values else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def name_of(embedder: Embedder | None) -> str:
    """Return what a line calls an embedder."""
    return "none" if embedder is None else embedder.name


def say(
    set_name: str, system: str, figure: str, value: float, embedder: str, **more: object
) -> None:
    """Print one figure as a JSON line, with the embedder that ours had in this run."""
    line = {"bench": "search", "set": set_name, "system": system, "figure": figure}
    print(json.dumps({**line, "value": round(value, 4), "embedder": embedder, **more}), flush=True)
