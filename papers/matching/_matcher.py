"""All new papers against all topics, in one pass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers._resting import collector_resting
from papers.matching._block import TopicBlock, Words
from papers.matching._index import PaperIndex
from papers.matching._match import Columns, Matches, Rule, Wanted
from papers.matching._meaning import Archive, Floats, directions, questions
from papers.matching._pairs import CLOSE, COVERAGE_SHARE, NO_RULE, Pairs
from papers.matching._statistics import TermStatistics
from papers.matching._sums import Sums
from papers.model import Paper
from papers.terms import Stemmer

NEAR = CLOSE - COVERAGE_SHARE
"""Cosine from which a pair is looked at whatever words it shares."""
_FILTER_SCORE = 0.5
"""Of a topic of conditions alone, such as an author: as much as a good match by meaning has."""

_PAPERS = 1_024
_TOPICS = 2_048  # 8 MB of scores at a time with 1,024 papers
_PRODUCTS = 4_096  # 6 MB of each side's vectors

Rows = NDArray[np.int64]


class Matcher:
    """A batch of papers, prepared once, that topics are then matched against.

    It blocks for about a second for each 50,000 topics x 1,000 papers: call it in a thread.
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
        self._scored = np.zeros(len(papers), dtype=np.bool_)
        """The papers that scores decide about."""
        if archive is not None and archive.calibrates and vectors is not None:
            self._scored = np.any(vectors, axis=1)
        self._indexes = [
            PaperIndex(papers[start : start + _PAPERS], self._stemmer)
            for start in range(0, len(papers), _PAPERS)
        ]

    def match(self, wanted: Sequence[Wanted], *, limit: int | None = None) -> Matches:
        """Return what the topics want, at most `limit` papers of each, best first.

        The preview of a topic and the digest both call this: on the same papers they agree.
        """
        parts: list[Columns] = []
        with collector_resting():
            sums = [Sums(index) for index in self._indexes]
            lookups = [
                Words(wanted, self._statistics, self._stemmer, index) for index in self._indexes
            ]
            for first in range(0, len(wanted), _TOPICS):
                some = wanted[first : first + _TOPICS]
                found = [
                    self._pass(TopicBlock(some, first, index, lookups[at]), sums[at], at * _PAPERS)
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
            lookup = Words([wanted], self._statistics, self._stemmer, index)
            block = TopicBlock([wanted], 0, index, lookup)
            rows, places = np.divmod(np.arange(block.size * index.size), index.size)
            asked, offset = self._asked(block), number * _PAPERS
            similarity = self._similarity(block, rows, places, offset)
            pairs = Pairs(block, index, rows, places, similarity)
            scores = pairs.by_words + self._nearness(pairs, asked, offset) + pairs.by_places()
            scores[block.counts[rows] == 0] = _FILTER_SCORE
            table = scores.reshape(block.size, index.size)
            for row, branch in block.conditioned.items():
                table[row, ~index.satisfying(branch.conditions)] = -np.inf
            best.append(table.max(axis=0).astype(np.float32))
        return np.concatenate(best)

    def _asked(self, block: TopicBlock) -> Floats | None:
        """Return what the papers' directions are multiplied with."""
        if self._directions is None or block.vectors is None:
            return None
        return questions(block.vectors, self._archive)

    def _nearness(self, pairs: Pairs, asked: Floats | None, offset: int) -> Floats:
        """Return what nearness of meaning adds to the score of each pair."""
        if self._directions is None or asked is None:
            return np.zeros(len(pairs.rows), dtype=np.float32)
        return _products(asked, self._directions, pairs.rows, pairs.places + offset)

    def _similarity(self, block: TopicBlock, rows: Rows, places: Rows, offset: int) -> Floats:
        """Return the cosine of each pair, NaN where there is none."""
        found = np.full(len(rows), np.nan, dtype=np.float32)
        if self._vectors is not None and block.vectors is not None:
            at = np.flatnonzero(block.known[rows])
            found[at] = _products(block.vectors, self._vectors, rows[at], places[at] + offset)
        return found

    def _candidates(
        self, block: TopicBlock, sums: Sums, asked: Floats | None, offset: int
    ) -> NDArray[np.bool_]:
        """Tell which pairs could match: all that do, and as few others as costs little."""
        part = slice(offset, offset + sums.index.size)
        scored_rows, scored_places = block.known & ~block.settled, self._scored[part]
        if asked is None or self._directions is None or not scored_places.any():
            found = self._near(block, part)
            scored_places = np.zeros(len(scored_places), dtype=np.bool_)
        else:
            scores = asked @ self._directions[part].T
            found = sums.reaching(scores, block)
            found[~scored_rows] = False
            found[:, ~scored_places] = False
        # Where no score decides, no paper matches that has none of the words that weigh most.
        rows, columns = np.nonzero(block.required)
        if scored_places.all():
            rows, columns = rows[~scored_rows[rows]], columns[~scored_rows[rows]]
        at, places = sums.index.postings(block.terms[rows, columns])
        by_words = ~(scored_rows[rows[at]] & scored_places[places])
        found[rows[at[by_words]], places[by_words]] = True
        for row, branch in block.conditioned.items():
            allowed = sums.index.satisfying(branch.conditions)
            found[row] = allowed if block.settled[row] else found[row] & allowed
        return found

    def _near(self, block: TopicBlock, part: slice) -> NDArray[np.bool_]:
        if self._vectors is None or block.vectors is None:
            return np.zeros((block.size, len(self.papers[part])), dtype=np.bool_)
        return block.vectors @ self._vectors[part].T >= NEAR

    def _pass(self, block: TopicBlock, sums: Sums, offset: int) -> Columns:
        asked = self._asked(block)
        found = self._candidates(block, sums, asked, offset)
        rows, places = np.divmod(np.flatnonzero(found), max(sums.index.size, 1))
        similarity = self._similarity(block, rows, places, offset)
        pairs = Pairs(block, sums.index, rows, places, similarity)
        rules, scores = self._decided(pairs, asked, offset)
        return Columns(
            wanted=block.wanted[pairs.rows],
            branch=block.number[pairs.rows],
            paper=(pairs.places + offset).astype(np.int32),
            rule=rules,
            score=scores,
            similarity=pairs.similarity,
            coverage=pairs.coverage,
            words=pairs.words,
            sentence=pairs.sentences(),
        )

    def _decided(
        self, pairs: Pairs, asked: Floats | None, offset: int
    ) -> tuple[NDArray[np.uint8], Floats]:
        """Keep the pairs that match; return their rules and scores.

        Where an archive says how near is near, the score decides and rules say why; else rules do.
        """
        block = pairs.block
        rules = pairs.rules()
        scored = ~np.isnan(pairs.similarity) & ~block.settled[pairs.rows]
        scored &= self._scored[pairs.places + offset]
        possible = (pairs.similarity >= NEAR) | pairs.has_required()
        possible &= ~(block.excluding[pairs.rows] & (pairs.words == 0))
        kept = np.where(scored, possible, rules < NO_RULE)
        pairs.keep(kept)
        rules, scored = rules[kept], scored[kept]
        scores = pairs.by_words + self._nearness(pairs, asked, offset)
        scores += pairs.by_places()
        rules[scored & (rules == NO_RULE)] = Rule.MEANING
        found = ~scored | (scores >= block.least[pairs.rows])
        pairs.keep(found)
        rules, scores = rules[found], scores[found]
        scores[rules == Rule.FILTER] = _FILTER_SCORE
        return rules, scores


def _products(left: Floats, right: Floats, rows: Rows, places: Rows) -> Floats:
    """Return the product of a row of each side for each pair."""
    found = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _PRODUCTS):
        some = slice(start, start + _PRODUCTS)
        np.einsum("ij,ij->i", left[rows[some]], right[places[some]], out=found[some])
    return found


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
