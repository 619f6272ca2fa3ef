"""All new papers against all topics, in one pass."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers._resting import collector_resting
from papers.matching._block import TopicBlock, Words
from papers.matching._index import PaperIndex
from papers.matching._match import Columns, Matches, Rule, Wanted
from papers.matching._meaning import Archive, Floats, directions, questions
from papers.matching._pairs import CLOSE, COVERAGE_SHARE, MOST_BY_PLACES, NO_RULE, Pairs
from papers.matching._statistics import TermStatistics
from papers.model import Paper
from papers.terms import Stemmer

NEAR = CLOSE - COVERAGE_SHARE
"""Cosine from which a pair is looked at whatever words it shares."""
_FILTER_SCORE = 0.5
"""Of a topic of conditions alone, such as an author: as much as a good match by meaning has."""

_PAPERS = 1_024
_TOPICS = 2_048  # 8 MB of cosines at a time with 1,024 papers

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
        calibrates = archive is not None and archive.calibrates and vectors is not None
        self._scored = (
            np.any(vectors, axis=1) if calibrates else np.zeros(len(papers), dtype=np.bool_)
        )
        """The papers that scores decide about."""
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
            offset = number * _PAPERS
            pairs = Pairs(block, index, rows, places, self._cosines(block, offset))
            scores = pairs.by_words + self._nearness(pairs, offset) + pairs.by_places()
            scores[block.counts[rows] == 0] = _FILTER_SCORE
            allowed = np.stack([index.satisfying(b.conditions) for b in block.branches])
            table = np.where(allowed, scores.reshape(allowed.shape), -np.inf)
            best.append(table.max(axis=0).astype(np.float32))
        return np.concatenate(best)

    def _cosines(self, block: TopicBlock, offset: int) -> Floats | None:
        if self._vectors is None or block.vectors is None:
            return None
        return block.vectors @ self._vectors[offset : offset + _PAPERS].T

    def _nearness(self, pairs: Pairs, offset: int) -> Floats:
        """Return what nearness of meaning adds to the score of each pair."""
        vectors = pairs.block.vectors
        if self._directions is None or vectors is None:
            return np.zeros(len(pairs.rows), dtype=np.float32)
        near = questions(vectors, self._archive) @ self._directions[offset : offset + _PAPERS].T
        return near[pairs.rows, pairs.places]

    def _pass(self, block: TopicBlock, index: PaperIndex, offset: int) -> Columns:
        cosines = self._cosines(block, offset)
        shape = (len(block.branches), index.size)
        # Whatever can match at all: by meaning, by the rarest word, or by conditions alone.
        candidates = np.zeros(shape, np.bool_) if cosines is None else cosines >= NEAR
        rows, terms = block.required()
        asked, places = index.postings(terms)
        candidates[rows[asked], places] = True
        for row, branch in enumerate(block.branches):
            if branch.conditions:
                allowed = index.satisfying(branch.conditions)
                decided = block.quoted[row] or not branch.parts
                candidates[row] = allowed if decided else candidates[row] & allowed
        rows, places = np.divmod(np.flatnonzero(candidates), index.size)
        pairs = Pairs(block, index, rows, places, cosines)
        rules, scores = self._decided(pairs, offset)
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

    def _decided(self, pairs: Pairs, offset: int) -> tuple[NDArray[np.uint8], Floats]:
        """Keep the pairs that match; return their rules and scores.

        Where an archive says how near is near, the score decides and rules say why; else rules do.
        """
        scores = pairs.by_words + self._nearness(pairs, offset)
        rules = pairs.rules()
        scored = ~np.isnan(pairs.similarity) & ~pairs.block.settled[pairs.rows]
        scored &= self._scored[pairs.places + offset]
        least = pairs.block.least[pairs.rows]
        reaching = scores >= least - np.float32(MOST_BY_PLACES)
        reaching &= ~(pairs.block.excluding[pairs.rows] & (pairs.words == 0))
        kept = np.where(scored, reaching, rules < NO_RULE)
        pairs.keep(kept)
        rules, scored, least = rules[kept], scored[kept], least[kept]
        scores = scores[kept] + pairs.by_places()
        rules[scored & (rules == NO_RULE)] = Rule.MEANING
        found = ~scored | (scores >= least)
        pairs.keep(found)
        rules, scores = rules[found], scores[found]
        scores[rules == Rule.FILTER] = _FILTER_SCORE
        return rules, scores


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
