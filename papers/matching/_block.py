"""Some thousand topics as columns, ready for one pass over an index of papers."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from papers.matching._index import MAX_RUN, PaperIndex, ragged
from papers.matching._match import MAX_TERMS, Wanted, pieces_of
from papers.matching._statistics import TermStatistics
from papers.spelling import may_join
from papers.terms import STOPWORDS, Stemmer, words
from papers.topics import TEXT_FIELDS, Branch, Field, Phrase, Strictness

FULL_COVERAGE = 0.883
"""Coverage at which the words alone decide: judged precision .88, with .40 of what lists hold."""

LEAST = {Strictness.STRICT: 0.45, Strictness.NORMAL: 0.33, Strictness.BROAD: 0.28}
"""The score from which a paper matches, where scores say how sure a match is."""
PRECISION = {Strictness.STRICT: 0.9, Strictness.NORMAL: 0.8, Strictness.BROAD: 0.7}
"""The share of such matches that is on topic, judged on two sets: see docs/relevance.md."""

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.float64)


class Words:
    """Words of topics, numbered, with their terms in one index; each looked up once in a pass."""

    def __init__(self, statistics: TermStatistics, stemmer: Stemmer, index: PaperIndex) -> None:
        self._statistics = statistics
        self._stemmer = stemmer
        self._index = index
        self._numbers: dict[str, int] = {}
        self._terms: list[int] = []
        self._weights: list[float] = []
        self._stop: list[bool] = []
        # What stands between two spaces of a topic, such as "image-text", is one word or several.
        self._parts: dict[str, int] = {}
        self._apart: set[str] = set()  # those that are no part of a compound
        self._words: list[int] = []
        self._ends: list[int] = []

    def read(self, branches: Sequence[Branch]) -> tuple[Rows, Rows]:
        """Return (row, word) for each word of each branch's text, in order."""
        pieces = [self._pieces(branch) for branch in branches]
        texts = [text for found in pieces for text in found]
        new = [text for text in dict.fromkeys(texts) if text not in self._parts]
        if new:
            self._learn(new)
        parts = np.fromiter(map(self._parts.__getitem__, texts), np.int64, len(texts))
        lengths = np.array([len(found) for found in pieces], dtype=np.int64)
        ends = np.array(self._ends, dtype=np.int64)
        starts = np.append(0, ends[:-1])
        at, places = ragged(starts[parts], ends[parts])
        owners = np.repeat(np.arange(len(branches)), lengths)
        return owners[at], np.array(self._words, dtype=np.int64)[places]

    def _pieces(self, branch: Branch) -> list[str]:
        texts = [part.text for part in branch.parts]
        if self._apart.issuperset(texts):  # as of nearly all topics
            return texts
        if any(map(may_join, texts)):
            return pieces_of(branch)
        self._apart.update(texts)
        return texts

    def _learn(self, texts: Sequence[str]) -> None:
        found = [words(text) for text in texts]
        new = list(dict.fromkeys(w for text in found for w in text if w not in self._numbers))
        stems = self._stemmer.stem(new)
        self._numbers.update(
            zip(new, range(len(self._terms), len(self._terms) + len(new)), strict=True)
        )
        self._terms += self._index.ids(stems)
        self._weights += [self._statistics.idf(stem) for stem in stems]
        self._stop += [word in STOPWORDS for word in new]
        for text, folded in zip(texts, found, strict=True):
            self._parts[text] = len(self._ends)
            self._words += [self._numbers[word] for word in folded]
            self._ends.append(len(self._words))

    @property
    def terms(self) -> Rows:
        """The index's number of each word's stem, -1 for a stem that no paper has."""
        return np.array(self._terms, dtype=np.int64)

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much each word distinguishes."""
        return np.array(self._weights, dtype=np.float64)

    @property
    def stop(self) -> NDArray[np.bool_]:
        """Whether each word is a stopword."""
        return np.array(self._stop, dtype=np.bool_)


class TopicBlock:
    """The alternatives of some topics. Rows are alternatives, columns their content words."""

    def __init__(
        self, wanted: Sequence[Wanted], first: int, index: PaperIndex, lookup: Words
    ) -> None:
        self.branches: list[Branch] = [b for item in wanted for b in item.topic.branches]
        sizes = np.array([len(item.topic.branches) for item in wanted], dtype=np.int64)
        owners = np.repeat(np.arange(len(wanted)), sizes)
        self.wanted = (owners + first).astype(np.int32)
        """The topic of each row."""
        self.number = _ranks(owners).astype(np.uint8)
        """Which of its topic's alternatives each row is."""
        broad = np.array([item.strictness is Strictness.BROAD for item in wanted], dtype=np.bool_)
        self.broad = broad[owners]
        self.least = np.array([LEAST[item.strictness] for item in wanted], np.float32)[owners]
        """The score from which a pair of each row matches."""
        self.vectors = _vectors(wanted, self.branches)
        self.known = np.zeros(len(self.branches), dtype=np.bool_)
        """Whether each row has a vector."""
        if self.vectors is not None:
            self.known = np.any(self.vectors, axis=1)
        self.quoted = np.array([_only_phrases(branch) for branch in self.branches], dtype=np.bool_)
        """Branches of phrases alone, which their conditions decide."""
        self.settled = self.quoted | np.array([not branch.parts for branch in self.branches])
        """Branches that their conditions decide, whatever the score."""
        self.excluding = np.array([_excludes(branch) for branch in self.branches], dtype=np.bool_)
        """Branches that say which words a paper must not have."""
        self._read(lookup)
        self.pairs = index.pair_numbers(self.terms[:, :-1], self.terms[:, 1:])
        """The number of each two content words side by side."""

    def _read(self, lookup: Words) -> None:
        size = len(self.branches)
        rows, found = lookup.read(self.branches)
        terms, weights = lookup.terms, lookup.weights
        content = _content(rows, found, lookup.stop, size)
        self.counts = np.bincount(rows[content], minlength=size)
        self.terms = _table(rows[content], terms[found[content]], size, -1)
        """The content words of each row, filled up with -1."""
        table = _table(rows[content], weights[found[content]], size, 0.0)
        totals = np.maximum(table.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
        self.weights = (table / totals).astype(np.float32)
        run = (self.counts > 1)[rows]
        run &= np.bincount(rows, terms[found] < 0, minlength=size)[rows] == 0
        run &= _ranks(rows) < MAX_RUN
        self.runs = _table(rows[run], terms[found[run]], size, -2)
        """All terms in order if they are a phrase that can match, filled up with -2."""
        self.required = _heaviest(self.weights) & (self.terms >= 0)
        """The words that a paper must have one of, or it cannot match the row by words."""


def _heaviest(weights: Floats) -> NDArray[np.bool_]:
    """Tell which words weigh most, until what is left is too light to reach full coverage: of up
    to eight words always one."""
    order = np.argsort(-weights, axis=1, kind="stable")
    sorted_weights = np.take_along_axis(weights, order, axis=1)
    before = np.cumsum(sorted_weights, axis=1) - sorted_weights
    found = np.zeros(weights.shape, dtype=np.bool_)
    np.put_along_axis(found, order, before <= 1 - FULL_COVERAGE, axis=1)
    return found & (weights > 0)


def _excludes(branch: Branch) -> bool:
    return any(
        not condition.wanted
        and not (isinstance(condition.leaf, Field) and condition.leaf.name not in TEXT_FIELDS)
        for condition in branch.conditions
    )


def _only_phrases(branch: Branch) -> bool:
    if not branch.conditions or not branch.parts:
        return False
    return all(isinstance(part, Phrase) for part in branch.parts)


def _content(rows: Rows, found: Rows, stop: NDArray[np.bool_], size: int) -> Rows:
    """Return which (row, word) are compared: what `content_of` says, for all rows at once."""
    distinctive = ~stop[found]
    only_stopwords = np.bincount(rows[distinctive], minlength=size) == 0
    at = np.flatnonzero(distinctive | only_stopwords[rows])
    _, once = np.unique(rows[at] * len(stop) + found[at], return_index=True)
    at = at[np.sort(once)]
    return at[_ranks(rows[at]) < MAX_TERMS]


def _ranks(rows: Rows) -> Rows:
    """Return for each of the sorted rows how many of the same row come before it."""
    return np.arange(len(rows)) - np.searchsorted(rows, rows)


def _table(rows: Rows, values: NDArray[Number], size: int, filling: float) -> NDArray[Number]:
    """Return the values of each of the sorted rows side by side."""
    columns = _ranks(rows)
    width = int(columns.max(initial=-1)) + 1
    table = np.full((size, width), filling, dtype=values.dtype)
    table[rows, columns] = values
    return table


def _vectors(wanted: Sequence[Wanted], branches: Sequence[Branch]) -> Floats | None:
    """Return one row for each branch, zeros for one without; None if no topic has vectors."""
    given = [item.vectors for item in wanted if item.vectors is not None]
    if not given:
        return None
    has = [item.vectors is not None for item in wanted for _ in item.topic.branches]
    rows = [row for row, branch in enumerate(branches) if has[row] and branch.parts]
    found = np.zeros((len(branches), given[0].shape[1]), dtype=np.float32)
    found[rows] = np.concatenate(given)
    return found
