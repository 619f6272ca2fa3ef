"""Ranking: words and meaning weighed together, and titles that were asked for by name first."""

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import simsimd
from numpy.typing import NDArray

WORDS_CEILING = 3.52
"""BM25's share of one word is at most 2.2 idf (k1 = 1.2), a little more for a word of the title.

`3.52 · sum of idf` brings BM25 to the scale of a cosine: the part of what was asked that a paper
covers. Not so ranks, which put ten poor matches above an exact one (MRR@10 of names .750, not
.895), nor the span between minimum and maximum, which gives a single match nothing. Of a long query
every paper covers less, so that meaning weighs more by itself.
"""

MEANING = 0.5
"""Weight of the cosine (docs/relevance.md has what this and the following were chosen by)."""

TOGETHER = 0.15
"""Weight of words that stand side by side as in the query: at most a third of a word's own."""

TOGETHER_AMONG = 100
"""Of how many papers that is looked up: those that hold most of the words."""

NEIGHBOURS = 5
SMOOTHING = 0.5
SMOOTHED = 100
FIRST_KEPT = 3
"""Of the first `SMOOTHED` papers each score moves this far towards the mean of its `NEIGHBOURS`
among them, the nearest by cosine: papers about the same are relevant to the same queries (the
cluster hypothesis; F. Diaz, "Regularizing ad hoc retrieval scores", 2005). A query's first three
stay.
"""

MIN_COSINE = 0.4
"""Cosine from which a paper without any word of the query answers it; below there is only chance.

With it recall@100 of cranfield goes from .8036 to .8033, of cacm from .780 to .787.
"""

FEEDBACK_PAPERS = 3
FEEDBACK = 0.5
"""The query's vector moves this far towards the best papers' mean (Rocchio, 1971): .550 → .557."""

TITLE_WORDS = 6
"""Queries of at most this many words can be a title from memory; longer ones are sentences."""

TITLE_HITS = 10
"""As many papers as may go first for their titles: the first two pages; an author's all may."""

Vectors = NDArray[np.floating]


class Tier(IntEnum):
    """What a paper has to do with the query by name; a lower tier always goes first."""

    EXACT = 0
    """The title is the query."""
    PHRASE = 1
    """The title holds the query word for word."""
    AUTHOR = 2
    """The query is the name of an author."""
    FORMS = 3
    """The title holds every word of the query as it is written there."""
    WORDS = 4
    """The title holds every word of the query in some form."""
    NONE = 5


class Ranked(NamedTuple):
    """One paper of an answer, by its row, with what brought it there."""

    row: int
    score: float
    cosine: float | None
    """Between its text and the query; None while it is not embedded."""
    tier: Tier = Tier.NONE


def idf(papers: int, papers_with: int) -> float:
    """Return BM25's weight of a word, as tantivy (and Lucene) compute it."""
    return math.log(1 + (papers - papers_with + 0.5) / (papers_with + 0.5))


def score(words: Vectors, weight_asked: float, cosines: Vectors) -> Vectors:
    """Return what papers are worth: how much of the words they cover, and how near they are.

    Args:
        words: BM25 scores; 0 for a paper that shares no word with the query.
        weight_asked: the sum of the idf of the query's words, repeats included.
        cosines: with the query, in the same order.
    """
    return words / max(WORDS_CEILING * weight_asked, 1e-9) + MEANING * cosines


def fuse(
    words: Mapping[int, float],
    weight_asked: float,
    cosines: Mapping[int, float],
    tiers: Mapping[int, Tier],
    vectors: Mapping[int, Vectors] | None = None,
) -> list[Ranked]:
    """Return all papers of `words`, and those of `cosines` that are near, best first.

    Args:
        words: BM25 scores by row; a paper without one shares no word with the query.
        weight_asked: the sum of the idf of the query's words, repeats included.
        cosines: by row; papers that are not embedded yet are missing and count as the farthest
            one here, so that they are neither favoured nor lost.
        tiers: of the papers whose titles or authors answer the query.
        vectors: unit vectors by row, which scores are smoothed by.
    """
    rows = sorted(words.keys() | {row for row, cosine in cosines.items() if cosine >= MIN_COSINE})
    farthest = min(cosines.values(), default=0.0)
    lexical = np.array([words.get(row, 0.0) for row in rows], dtype=np.float64)
    semantic = np.array([cosines.get(row, farthest) for row in rows], dtype=np.float64)
    scores = score(lexical, weight_asked, semantic)
    order, scores = smoothed(rows, scores, vectors or {}, kept=FIRST_KEPT)
    values: list[float] = scores.tolist()
    ranked = [
        Ranked(rows[at], values[at], cosines.get(rows[at]), tiers.get(rows[at], Tier.NONE))
        for at in order
    ]
    return _names_first(ranked) if tiers else ranked


def smoothed(
    rows: Sequence[int], scores: Vectors, vectors: Mapping[int, Vectors], *, kept: int
) -> tuple[list[int], Vectors]:
    """Return the places of papers, best first, and their scores, the first ones smoothed.

    The first `kept` stay where they are, and a paper without a vector keeps its score.
    """
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    first, rest = order[:SMOOTHED], order[SMOOTHED:]
    embedded = [at for at in first if rows[at] in vectors]
    if len(embedded) <= NEIGHBOURS:
        return order, scores
    chosen = np.stack([vectors[rows[at]] for at in embedded])
    # Not `@`: the threads of the BLAS behind it wait for each other while others are busy.
    near = np.array(simsimd.cdist(chosen, chosen, metric="dot"))
    np.fill_diagonal(near, -np.inf)
    nearest = np.argpartition(-near, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    around = scores[embedded][nearest].mean(axis=1)
    moved = scores.copy()
    moved[embedded] += SMOOTHING * (around - scores[embedded])
    moving = sorted(first[kept:], key=lambda at: -moved[at])
    return [*first[:kept], *moving, *rest], moved


def feedback(query: Vectors, best: Vectors, scores: Vectors) -> Vectors:
    """Return the query's vector moved towards those of the best papers, weighted by their scores.

    Args:
        query: unit vector, shape (dimensions,).
        best: unit rows of the best papers, shape (n, dimensions).
        scores: of these papers, positive.
    """
    if not len(best):
        return query
    weights = np.maximum(scores, 1e-6)
    moved = query + FEEDBACK * (weights / weights.sum()) @ best
    return (moved / np.linalg.norm(moved)).astype(np.float32)


def _names_first(ranked: Iterable[Ranked]) -> list[Ranked]:
    """Move the papers of the tiers to the front, at most `TITLE_HITS` of titles, order kept."""
    papers = list(ranked)
    titled = [paper for paper in papers if paper.tier not in (Tier.AUTHOR, Tier.NONE)]
    first = sorted(titled, key=lambda paper: paper.tier)[:TITLE_HITS]
    first += [paper for paper in papers if paper.tier is Tier.AUTHOR]
    first.sort(key=lambda paper: paper.tier)
    rows = {paper.row for paper in first}
    return first + [paper for paper in papers if paper.row not in rows]
