"""The scores of all topics with all papers of an index, summed up posting by posting."""

import numpy as np
from numpy.typing import NDArray

from papers.matching._block import TopicBlock
from papers.matching._index import PaperIndex, ragged
from papers.matching._pairs import BY_SENTENCE, PAIRS_WEIGHT, TITLE_PAIRS_WEIGHT

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_ROUNDING = np.float32(1e-4)
"""What sums of the same numbers may differ by, and much more."""


class Sums:
    """What words add to scores: the same as `Pairs` says of a pair, but for rounding.

    Of a million pairs some thousand match. The words that weigh most, which few papers have, and
    words side by side are added up for all; the rest only where it could still decide.
    """

    def __init__(self, index: PaperIndex) -> None:
        self.index = index
        self._by_word = BY_SENTENCE[index.earliest]
        # A word alone counts as much as two side by side.
        self._alone = self._by_word + _by_places(index.earliest == 0)
        self._by_pair = _by_places(index.pair_in_title)

    def reaching(self, scores: Floats, block: TopicBlock) -> NDArray[np.bool_]:
        """Tell which pairs reach the scores that their topics ask for.

        Args:
            scores: a row for each alternative, without what its words add; written over.
            block: the alternatives.
        """
        self._add(scores, block)
        others = (block.terms >= 0) & ~block.required
        most = np.where(others, block.weights, 0).sum(axis=1) * BY_SENTENCE.max()
        least = block.least - _ROUNDING
        at = np.flatnonzero(scores >= (least - most)[:, None])
        rows, places = np.divmod(at, max(self.index.size, 1))
        reached = scores.reshape(-1)[at]
        for column in range(others.shape[1]):
            some = np.flatnonzero(others[rows, column])
            first = self.index.first[block.terms[rows[some], column], places[some]]
            reached[some] += block.weights[rows[some], column] * BY_SENTENCE[first]
        found = np.zeros(scores.shape, dtype=np.bool_)
        found.reshape(-1)[at[reached >= least[rows]]] = True
        return found

    def _add(self, scores: Floats, block: TopicBlock) -> None:
        alone = block.counts == 1
        for column in range(block.terms.shape[1]):
            terms, weights = block.terms[:, column], block.weights[:, column]
            for rows, values in ((alone, self._alone), (~alone, self._by_word)):
                at = np.flatnonzero(rows & block.required[:, column])
                _add(scores, at, self.index.entries(terms[at]), self.index.places, values, weights)
        shares = (1 / np.maximum(block.counts - 1, 1)).astype(np.float32)
        for column in range(block.pairs.shape[1]):
            pairs = block.pairs[:, column]
            at = np.flatnonzero(pairs >= 0)
            entries = self.index.pair_entries(pairs[at])
            _add(scores, at, entries, self.index.pair_places, self._by_pair, shares)


def _by_places(in_title: NDArray[np.bool_]) -> Floats:
    return np.where(in_title, PAIRS_WEIGHT + TITLE_PAIRS_WEIGHT, PAIRS_WEIGHT).astype(np.float32)


def _add(
    scores: Floats,
    rows: Rows,
    entries: tuple[Rows, Rows],
    places: Rows,
    values: Floats,
    weights: Floats,
) -> None:
    """Add to each of the rows the values of its entries, each at its place; no place comes twice
    in a row."""
    starts, ends = entries
    lengths = ends - starts
    _, at = ragged(starts, ends)
    flat = np.repeat(rows * scores.shape[1], lengths)
    flat += places[at]
    added = values[at]
    added *= np.repeat(weights[rows], lengths)
    scores.reshape(-1)[flat] += added
