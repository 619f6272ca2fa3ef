"""Candidate pairs of a topic's alternative and a paper, with what the two share."""

import numpy as np
from numpy.typing import NDArray

from papers.matching._block import FULL_COVERAGE, TopicBlock
from papers.matching._index import NOWHERE, PaperIndex, lowest_bit
from papers.matching._match import Rule

CLOSE = 0.675
"""Cosine + .25 x coverage at which meaning decides: judged precision .83."""
COVERAGE_SHARE = 0.25
BROAD_COSINE = 0.40
"""Cosine at which all words decide for a broad topic: judged precision .79."""

NO_RULE = len(Rule)

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def _by_sentence(title: float, abstract: float) -> Floats:
    return np.array([title, *[abstract] * (NOWHERE - 1), 0], dtype=np.float32)


_COVERED = _by_sentence(1.0, 0.7)
"""What a word counts by the first sentence that has it; the title is sentence 0."""
_EARLY = np.append(np.exp(np.arange(NOWHERE) / -2), 0).astype(np.float32)
"""What a paper is about stands in its first sentences; what it was tested on comes last."""

# The weights of shared words in a score; they sum to .54. A topic has about as much by meaning.
_HELD_WEIGHT = 0.05
_EARLY_WEIGHT = 0.1
_TITLE_WEIGHT = 0.08
TITLE_PAIRS_WEIGHT = 0.25
PAIRS_WEIGHT = 0.06

BY_SENTENCE: Floats = np.add(
    _by_sentence(_HELD_WEIGHT + _TITLE_WEIGHT, _HELD_WEIGHT), np.float32(_EARLY_WEIGHT) * _EARLY
)
"""What a word adds to a score by the first sentence that has it."""


class Pairs:
    """Candidate pairs of a topic's alternative and a paper, with what they share."""

    def __init__(
        self, block: TopicBlock, index: PaperIndex, rows: Rows, places: Rows, similarity: Floats
    ) -> None:
        self.block = block
        self.index = index
        self.rows = rows
        self.places = places
        self.similarity = similarity
        """The cosine of each pair, NaN where there is none."""
        self.coverage = np.zeros(len(rows), dtype=np.float32)
        """The share of the topic's words, by weight, that the paper has: all in the title is 1."""
        self.by_words = np.zeros(len(rows), dtype=np.float32)
        """What the words add to the score by where they first occur."""
        self.words = np.zeros(len(rows), dtype=np.uint64)
        """Bit i: the paper has the i-th word."""
        for column in range(block.terms.shape[1]):
            at = np.flatnonzero(block.terms[rows, column] >= 0)
            first = index.first[block.terms[rows[at], column], places[at]]
            held = first < NOWHERE
            at, first = at[held], first[held]
            weights = block.weights[rows[at], column]
            self.coverage[at] += weights * _COVERED[first]
            self.by_words[at] += weights * BY_SENTENCE[first]
            self.words[at] |= np.uint64(1) << np.uint64(column)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop the other pairs."""
        self.rows, self.places = self.rows[kept], self.places[kept]
        self.similarity, self.coverage = self.similarity[kept], self.coverage[kept]
        self.by_words, self.words = self.by_words[kept], self.words[kept]

    def has_required(self) -> NDArray[np.bool_]:
        """Tell for each pair whether the paper has one of the words that it must have one of."""
        width = self.block.required.shape[1]
        bits = np.uint64(1) << np.arange(width, dtype=np.uint64)
        required = np.where(self.block.required, bits, np.uint64(0)).sum(axis=1)
        return (self.words & required[self.rows]) != 0

    def rules(self) -> NDArray[np.uint8]:
        """Return the surest rule that holds for each pair, `NO_RULE` where none does."""
        counts = self.block.counts[self.rows]
        full = (np.uint64(1) << counts.astype(np.uint64)) - np.uint64(1)
        all_words = (self.words == full) & (counts > 0)
        lexical = np.isnan(self.similarity)
        near = np.nan_to_num(self.similarity, nan=-1.0)
        found = np.full(len(self.rows), NO_RULE, dtype=np.uint8)
        broad = all_words & self.block.broad[self.rows] & (lexical | (near >= BROAD_COSINE))
        found[broad] = Rule.BROAD
        # A strict topic of several words never rests on one: "world models" is not about worlds.
        lone = (counts > 1) & (np.bitwise_count(self.words) < 2) & ~self.block.broad[self.rows]
        shared = np.where(lone, np.float32(0), self.coverage)
        found[near + COVERAGE_SHARE * shared >= CLOSE] = Rule.MEANING
        found[shared >= FULL_COVERAGE] = Rule.WORDS
        found[self._phrases(all_words)] = Rule.PHRASE
        # Who excludes something spells out the rest, too.
        found[self.block.excluding[self.rows] & (self.words == 0)] = NO_RULE
        found[self.block.quoted[self.rows]] = Rule.PHRASE
        found[counts == 0] = Rule.FILTER
        return found

    def _phrases(self, possible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell for each pair whether the whole topic stands in the text as a phrase."""
        found = np.zeros(len(self.rows), dtype=np.bool_)
        at = np.flatnonzero(possible)
        found[at] = self.index.stand(self.block.runs[self.rows[at]], self.places[at])
        return found

    def by_places(self) -> Floats:
        """Return what the words add to the score by standing side by side, above all in the title.

        A single word does wherever it is.
        """
        block, rows, places = self.block, self.rows, self.places
        in_title, anywhere = np.zeros((2, len(rows)), dtype=np.float32)
        for column in range(block.pairs.shape[1]):
            at = np.flatnonzero(block.pairs[rows, column] >= 0)
            found = at[self.index.has_pair(block.pairs[rows[at], column], places[at])]
            anywhere[found] += 1
            in_title[found] += self.index.has_pair_in_title(
                block.pairs[rows[found], column], places[found]
            )
        counts = block.counts[rows]
        single = counts < 2
        in_title[single] = self.coverage[single] >= 1
        anywhere[single] = self.words[single] > 0
        in_title *= np.float32(TITLE_PAIRS_WEIGHT)
        in_title += anywhere * np.float32(PAIRS_WEIGHT)
        in_title /= np.maximum(counts - 1, 1)
        return in_title

    def sentences(self) -> NDArray[np.int8]:
        """Return for each pair the first sentence that holds most of its words, -1 for none.

        Greedy, the topic's words in order: a word that is in none of the sentences left is passed.
        """
        left = np.zeros(len(self.rows), dtype=np.uint64)
        for column in range(self.block.terms.shape[1]):
            at = np.flatnonzero(self.words >> np.uint64(column) & np.uint64(1))
            bits = self.index.sentences_of(self.block.terms[self.rows[at], column], self.places[at])
            both = left[at] & bits
            left[at] = np.where(left[at] == 0, bits, np.where(both == 0, left[at], both))
        return lowest_bit(left).astype(np.int8)
