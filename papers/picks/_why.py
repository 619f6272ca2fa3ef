"""Why a paper was picked: the saved paper that it is nearest to, and the words in common."""

import re
from dataclasses import dataclass

import numpy as np

from papers.picks._background import Features
from papers.picks._reading import features, number
from papers.spelling import located
from papers.terms import Stemmer, sentences
from papers.text import readable

_WORDS = 4
_LEAST = 0.2
"""Terms that weigh less, as a share of the weightiest one, say nothing."""

_NOT_PROSE = re.compile(r"[()\[\]{}\"“”!?/:;]|[.,]\S|https?$")


@dataclass(frozen=True, slots=True)
class Why:
    """A reason that a person can check."""

    paper_id: str
    """Of the saved paper that contributes most to the score."""
    words: tuple[str, ...]
    """Words and pairs of words that both have, as the new paper writes them, the weightiest first;
    empty where only the meaning is alike."""


def why(new: Features, saved: Features) -> Why:
    """Return the reason of one new paper and the one saved paper that it is near to."""
    columns, values = new.terms.row(0)
    common, at, beside = np.intersect1d(
        columns, saved.terms.columns, assume_unique=True, return_indices=True
    )
    weights = dict(
        zip(common.tolist(), (values[at] * saved.terms.values[beside]).tolist(), strict=True)
    )
    return Why(saved.papers[0].id, _written(new, weights))


def _written(new: Features, weights: dict[int, float]) -> tuple[str, ...]:
    """Return how the paper writes the weightiest terms, no word twice."""
    ways: dict[str, str] = {}
    weight: dict[str, float] = {}
    stemmer = Stemmer()
    paper = new.papers[0]
    for text in (readable(paper.title), *sentences(readable(paper.abstract))):
        places = located(text)
        words = [each.word for each in places]
        for feature, first, last in features(words, stemmer.stem(words)):
            way = text[places[first].start : places[last].end]
            if number(feature) in weights and feature not in ways and not _NOT_PROSE.search(way):
                ways[feature] = way
                parts = {number(feature), *map(number, feature.split())}
                weight[feature] = sum(weights.get(part, 0.0) for part in parts)
    chosen: list[str] = []
    taken: set[str] = set()
    for feature in sorted(ways, key=weight.__getitem__, reverse=True):
        parts = set(feature.split())
        if weight[feature] < _LEAST * max(weight.values()) or len(chosen) == _WORDS:
            break
        if not parts & taken:
            chosen.append(ways[feature])
            taken |= parts
    return tuple(chosen)
