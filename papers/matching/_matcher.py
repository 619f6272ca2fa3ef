"""All new papers against all topics, in one pass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers._resting import collector_resting
from papers.matching._block import FULL_COVERAGE, TopicBlock, Words
from papers.matching._index import PaperIndex
from papers.matching._match import Columns, Matches, Rule, Wanted
from papers.matching._meaning import Archive, Floats, directions
from papers.matching._statistics import TermStatistics
from papers.model import Paper
from papers.terms import Stemmer

CLOSE = 0.675
"""Cosine + .25 x coverage at which meaning decides: judged precision .83."""
COVERAGE_SHARE = 0.25
BROAD_COSINE = 0.40
"""Cosine at which all words decide for a broad topic: judged precision .79."""
_TITLE = np.array([0.0, 0.7, 1.0], dtype=np.float32)
"""What a word counts that is nowhere, in the abstract only, in the title."""

# The ranking's weights: of a cosine in units of the topic's spread, and of shared words.
_NEARNESS_WEIGHT = 0.11
_USUAL_SPREAD = 0.11
"""Of a topic's cosines over an archive; used where there is no archive to measure."""
_LEAST_SPREAD = np.float32(0.05)
_COVERAGE_WEIGHT = 0.2
_TITLE_PAIRS_WEIGHT = 0.1
_FILTER_SCORE = 0.5
"""Of a topic of conditions alone, such as an author: as much as a good match by meaning has."""

_PAPERS = 1_024
_TOPICS = 2_048  # 8 MB of cosines at a time with 1,024 papers
_PAIRS = 16_384  # pairs whose vectors are compared at a time: 50 MB

Rows = NDArray[np.int64]


class Matcher:
    """A batch of papers, prepared once, that topics are then matched against.

    It blocks for about a second for each 40,000 topics x 1,000 papers: call it in a thread.
    Cost grows linearly in topics and papers; beyond the matches themselves, memory does not grow.
    """

    def __init__(
        self,
        papers: Sequence[Paper],
        statistics: TermStatistics,
        *,
        vectors: Floats | None = None,
        archive: Archive | None = None,
    ) -> None:
        """Prepare a batch.

        Args:
            papers: in the order of the rows of `vectors`.
            statistics: how rare words are; of an archive, not of the batch alone.
            vectors: of `embed_papers`, zeros for a paper without; None matches by words alone.
            archive: papers known before, for the ranking; None ranks without.
        """
        if vectors is not None and len(vectors) != len(papers):
            raise ValueError(f"{len(vectors)} vectors for {len(papers)} papers")
        self.papers = papers
        self._statistics = statistics
        self._stemmer = Stemmer()
        self._vectors = vectors
        self._directions = None if vectors is None else directions(vectors, archive)
        self._archive = archive
        self._indexes = [
            PaperIndex(papers[start : start + _PAPERS], self._stemmer)
            for start in range(0, len(papers), _PAPERS)
        ]

    def match(self, wanted: Sequence[Wanted], *, limit: int | None = None) -> Matches:
        """Return what the topics want, at most `limit` papers of each, best first.

        The preview of a topic and the digest both call this: on the same papers they agree.
        """
        lookups = [Words(self._statistics, self._stemmer, index) for index in self._indexes]
        parts: list[Columns] = []
        with collector_resting():
            for first in range(0, len(wanted), _TOPICS):
                some = wanted[first : first + _TOPICS]
                found = [
                    self._pass(TopicBlock(some, first, index, lookups[at]), index, at * _PAPERS)
                    for at, index in enumerate(self._indexes)
                ]
                if found:
                    parts.append(_best(Columns.joined(found), limit))
        columns = Columns.joined(parts) if parts else _nothing()
        return Matches(columns, wanted, self.papers)

    def scores(self, wanted: Wanted) -> Floats:
        """Return the ranking score of every paper for one topic, matching or not; for measuring."""
        best = [np.zeros(0, dtype=np.float32)]
        for number, index in enumerate(self._indexes):
            lookup = Words(self._statistics, self._stemmer, index)
            block = TopicBlock([wanted], 0, index, lookup)
            rows, places = np.divmod(np.arange(len(block.branches) * index.size), index.size)
            pairs = _Pairs(block, index, rows, places, self._cosines(block, number * _PAPERS))
            scores = self._scores(pairs, pairs.rules(), number * _PAPERS)
            allowed = np.stack([index.satisfying(b.conditions) for b in block.branches])
            table = np.where(allowed, scores.reshape(allowed.shape), -np.inf)
            best.append(table.max(axis=0).astype(np.float32))
        return np.concatenate(best)

    def _cosines(self, block: TopicBlock, offset: int) -> Floats | None:
        if self._vectors is None or block.vectors is None:
            return None
        return block.vectors @ self._vectors[offset : offset + _PAPERS].T

    def _pass(self, block: TopicBlock, index: PaperIndex, offset: int) -> Columns:
        cosines = self._cosines(block, offset)
        shape = (len(block.branches), index.size)
        # Whatever can match at all: by meaning, by the rarest word, or by conditions alone.
        candidates = np.zeros(shape, np.bool_) if cosines is None else cosines >= CLOSE - 0.25
        rows, terms = block.required()
        asked, places = index.postings(terms)
        candidates[rows[asked], places] = True
        for row, branch in enumerate(block.branches):
            if branch.conditions:
                allowed = index.satisfying(branch.conditions)
                decided = block.quoted[row] or not branch.parts
                candidates[row] = allowed if decided else candidates[row] & allowed
        rows, places = np.divmod(np.flatnonzero(candidates), index.size)
        pairs = _Pairs(block, index, rows, places, cosines)
        rules = pairs.rules()
        pairs.keep(rules < _NO_RULE)
        rules = rules[rules < _NO_RULE]
        return Columns(
            wanted=block.wanted[pairs.rows],
            branch=block.number[pairs.rows],
            paper=(pairs.places + offset).astype(np.int32),
            rule=rules,
            score=self._scores(pairs, rules, offset),
            similarity=pairs.similarity,
            coverage=pairs.coverage,
            words=pairs.words,
            sentence=pairs.sentences(),
        )

    def _scores(self, pairs: "_Pairs", rules: NDArray[np.uint8], offset: int) -> Floats:
        """Return the ranking score: nearness of meaning, and the words that are shared."""
        scores = pairs.coverage * np.float32(_COVERAGE_WEIGHT)
        scores += pairs.pairs_in_title() * np.float32(_TITLE_PAIRS_WEIGHT)
        vectors = pairs.block.vectors
        if self._directions is not None and vectors is not None:
            asked, rows = np.unique(pairs.rows, return_inverse=True)
            topics = self._topics(vectors[asked])
            for start in range(0, len(scores), _PAIRS):
                some = slice(start, start + _PAIRS)
                near = self._directions[pairs.places[some] + offset]
                scores[some] += np.einsum("ij,ij->i", topics[rows[some]], near)
        scores[rules == Rule.FILTER] = _FILTER_SCORE
        return scores

    def _topics(self, vectors: Floats) -> Floats:
        """Return topics as the vectors that a paper's direction is multiplied with."""
        if self._archive is None:
            return vectors * np.float32(_NEARNESS_WEIGHT / _USUAL_SPREAD)
        topics = self._archive.centred(vectors)
        spread = np.maximum(self._archive.spread(topics), _LEAST_SPREAD)
        topics *= (np.float32(_NEARNESS_WEIGHT) / spread)[:, None]
        return topics


_NO_RULE = len(Rule)


class _Pairs:
    """Candidate pairs of a topic's alternative and a paper, with what they share."""

    def __init__(
        self, block: TopicBlock, index: PaperIndex, rows: Rows, places: Rows, cosines: Floats | None
    ) -> None:
        self.block = block
        self.index = index
        self.rows = rows
        self.places = places
        self.similarity = _similarity(block, rows, places, cosines)
        """The cosine of each pair, NaN where there is none."""
        self.coverage = np.zeros(len(rows), dtype=np.float32)
        self.words = np.zeros(len(rows), dtype=np.uint64)
        for column in range(block.terms.shape[1]):
            at = np.flatnonzero(block.terms[rows, column] >= 0)
            where = index.where[block.terms[rows[at], column], places[at]]
            self.coverage[at] += block.weights[rows[at], column] * _TITLE[where]
            self.words[at] |= (where > 0).astype(np.uint64) << np.uint64(column)

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop the other pairs."""
        self.rows, self.places = self.rows[kept], self.places[kept]
        self.similarity, self.coverage = self.similarity[kept], self.coverage[kept]
        self.words = self.words[kept]

    def rules(self) -> NDArray[np.uint8]:
        """Return the surest rule that holds for each pair, `_NO_RULE` where none does."""
        counts = self.block.counts[self.rows]
        full = (np.uint64(1) << counts.astype(np.uint64)) - np.uint64(1)
        all_words = (self.words == full) & (counts > 0)
        lexical = np.isnan(self.similarity)
        near = np.nan_to_num(self.similarity, nan=-1.0)
        found = np.full(len(self.rows), _NO_RULE, dtype=np.uint8)
        broad = all_words & self.block.broad[self.rows] & (lexical | (near >= BROAD_COSINE))
        found[broad] = Rule.BROAD
        # A strict topic of several words never rests on one: "world models" is not about worlds.
        lone = (counts > 1) & (np.bitwise_count(self.words) < 2) & ~self.block.broad[self.rows]
        shared = np.where(lone, np.float32(0), self.coverage)
        found[near + COVERAGE_SHARE * shared >= CLOSE] = Rule.MEANING
        found[shared >= FULL_COVERAGE] = Rule.WORDS
        found[self._phrases(all_words)] = Rule.PHRASE
        # Who excludes something spells out the rest, too.
        found[self.block.excluding[self.rows] & (self.words == 0)] = _NO_RULE
        found[self.block.quoted[self.rows]] = Rule.PHRASE
        found[counts == 0] = Rule.FILTER
        return found

    def _phrases(self, possible: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell for each pair whether the whole topic stands in the text as a phrase."""
        found = np.zeros(len(self.rows), dtype=np.bool_)
        at = np.flatnonzero(possible)
        found[at] = self.index.stand(self.block.runs[self.rows[at]], self.places[at])
        return found

    def pairs_in_title(self) -> Floats:
        """Return the share of the topic's neighbouring words that are neighbours in the title."""
        block = self.block
        found = np.zeros(len(self.rows), dtype=np.float32)
        for column in range(block.pairs.shape[1]):
            at = np.flatnonzero(block.pairs[self.rows, column] >= 0)
            found[at] += self.index.has_pair_in_title(
                block.pairs[self.rows[at], column], self.places[at]
            )
        single = block.counts[self.rows] < 2
        return np.where(single, 0, found / np.maximum(block.counts[self.rows] - 1, 1))

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
        lowest = left & (~left + np.uint64(1))
        exponents = np.frexp(lowest.astype(np.float64))[1] - 1  # a power of two is exact
        return np.where(left == 0, -1, exponents).astype(np.int8)


def _similarity(block: TopicBlock, rows: Rows, places: Rows, cosines: Floats | None) -> Floats:
    if cosines is None or block.vectors is None:
        return np.full(len(rows), np.nan, dtype=np.float32)
    known = np.any(block.vectors, axis=1)
    return np.where(known[rows], cosines[rows, places], np.float32(np.nan))


def _best(columns: Columns, limit: int | None) -> Columns:
    """Order by topic and score, each paper once for a topic, at most `limit` papers of each."""
    order = np.lexsort((columns.paper, -columns.score, columns.wanted))
    if columns.branch.any():
        # The best alternative of each (topic, paper) comes first in this order: keep that one.
        pair = columns.wanted[order].astype(np.int64) << 32 | columns.paper[order]
        order = order[np.sort(np.unique(pair, return_index=True)[1])]
    if limit is not None:
        owners = columns.wanted[order]
        rank = np.arange(len(order)) - np.searchsorted(owners, owners)
        order = order[rank < limit]
    return columns.take(order)


def _nothing() -> Columns:
    return Columns(
        wanted=np.empty(0, dtype=np.int32),
        branch=np.empty(0, dtype=np.uint8),
        paper=np.empty(0, dtype=np.int32),
        rule=np.empty(0, dtype=np.uint8),
        score=np.empty(0, dtype=np.float32),
        similarity=np.empty(0, dtype=np.float32),
        coverage=np.empty(0, dtype=np.float32),
        words=np.empty(0, dtype=np.uint64),
        sentence=np.empty(0, dtype=np.int8),
    )
