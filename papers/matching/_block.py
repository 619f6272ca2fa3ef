"""Some thousand topics as columns, ready for one pass over an index of papers."""

from collections.abc import Callable, Sequence
from itertools import chain, compress
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from papers.matching._index import MAX_RUN, PaperIndex, ragged
from papers.matching._match import Wanted
from papers.matching._statistics import TermStatistics
from papers.matching._words import MAX_TERMS, pieces_of
from papers.spelling import may_join, spelled
from papers.terms import STOPWORDS, Stemmer
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
    """The words of all topics of a pass, numbered, with their terms in one index."""

    def __init__(
        self,
        wanted: Sequence[Wanted],
        statistics: TermStatistics,
        stemmer: Stemmer,
        index: PaperIndex,
    ) -> None:
        self.texts: list[Sequence[str]] = []
        """What is between spaces, for each alternative of each topic."""
        self.branches: dict[int, Branch] = {}
        """Those of topics that are not words alone, which few are."""
        starts: list[int] = []
        for item in wanted:
            starts.append(len(self.texts))
            if item.topic.alone:
                self.texts.append(item.topic.alone)
                continue
            for branch in item.topic.branches:
                self.branches[len(self.texts)] = branch
                self.texts.append(branch.texts)
        self.starts = np.array([*starts, len(self.texts)], dtype=np.int64)
        """The first alternative of each topic."""
        self._rows, texts = self._pieces()
        # What stands between two spaces of a topic, such as "image-text", is one word or several.
        parts = list(dict.fromkeys(texts))
        numbers = dict(zip(parts, range(len(parts)), strict=True))
        found = [spelled(part).words for part in parts]
        known = list(dict.fromkeys(chain.from_iterable(found)))
        numbered = dict(zip(known, range(len(known)), strict=True))
        stems = stemmer.stem(known)
        self.terms = np.array(index.ids(stems), dtype=np.int64)
        """The index's number of each word's stem, -1 for a stem that no paper has."""
        self.weights = np.array(list(map(statistics.idf, stems)), dtype=np.float64)
        """How much each word distinguishes."""
        self.stop = np.array([word in STOPWORDS for word in known], dtype=np.bool_)
        """Whether each word is a stopword."""
        ends = np.cumsum(list(map(len, found)), dtype=np.int64)
        of_parts = np.fromiter(
            map(numbered.__getitem__, chain.from_iterable(found)), np.int64, ends[-1:].sum()
        )
        asked = np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))
        at, places = ragged(np.append(0, ends[:-1])[asked], ends[asked])
        self._rows, self._words = self._rows[at], of_parts[places]

    def of(self, start: int, end: int) -> tuple[Rows, Rows]:
        """Return (row, word) for each word of some alternatives, in order, the first being 0."""
        some = slice(*np.searchsorted(self._rows, [start, end]))
        return self._rows[some] - start, self._words[some]

    def _pieces(self) -> tuple[Rows, list[str]]:
        """Return (row, text) for what is between spaces, or what makes one word together."""
        rows = np.repeat(np.arange(len(self.texts)), list(map(len, self.texts)))
        texts = list(chain.from_iterable(self.texts))
        joining = set(filter(may_join, set(texts)))
        if not joining:
            return rows, texts
        asked: list[int] = rows[[text in joining for text in texts]].tolist()
        together = {row: pieces_of(self.texts[row]) for row in dict.fromkeys(asked)}
        kept = ~np.isin(rows, list(together))
        texts = list(compress(texts, kept.tolist()))
        rows = np.append(rows[kept], np.repeat(list(together), list(map(len, together.values()))))
        texts += chain.from_iterable(together.values())
        order = np.argsort(rows, kind="stable")
        return rows[order], [texts[at] for at in order.tolist()]


class TopicBlock:
    """The alternatives of some topics. Rows are alternatives, columns their content words."""

    def __init__(
        self, wanted: Sequence[Wanted], first: int, index: PaperIndex, lookup: Words
    ) -> None:
        start, end = int(lookup.starts[first]), int(lookup.starts[first + len(wanted)])
        self.size: int = end - start
        """How many rows there are."""
        owners = np.repeat(
            np.arange(len(wanted)), np.diff(lookup.starts[first : first + len(wanted) + 1])
        )
        self.wanted = (owners + first).astype(np.int32)
        """The topic of each row."""
        self.number = _ranks(owners).astype(np.uint8)
        """Which of its topic's alternatives each row is."""
        broad = np.array([item.strictness is Strictness.BROAD for item in wanted], dtype=np.bool_)
        self.broad = broad[owners]
        self.least = np.array([LEAST[item.strictness] for item in wanted], np.float32)[owners]
        """The score from which a pair of each row matches."""
        has = np.array([item.vectors is not None for item in wanted], dtype=np.bool_)[owners]
        has &= np.fromiter(map(bool, lookup.texts[start:end]), np.bool_, self.size)
        self.vectors = _vectors(wanted, has)
        self.known = np.zeros(self.size, dtype=np.bool_)
        """Whether each row has a vector."""
        if self.vectors is not None:
            self.known = np.einsum("ij,ij->i", self.vectors, self.vectors) > 0
        self.conditioned = {
            row: lookup.branches[start + row]
            for row in range(self.size)
            if start + row in lookup.branches and lookup.branches[start + row].conditions
        }
        """The rows with conditions; all of those without a word are among them."""
        self.quoted = self._which(_only_phrases)
        """Branches of phrases alone, which their conditions decide."""
        self.settled = self.quoted | self._which(lambda branch: not branch.parts)
        """Branches that their conditions decide, whatever the score."""
        self.excluding = self._which(_excludes)
        """Branches that say which words a paper must not have."""
        self._read(*lookup.of(start, end), lookup)
        self.pairs = index.pair_numbers(self.terms[:, :-1], self.terms[:, 1:])
        """The number of each two content words side by side."""

    def _which(self, holds: Callable[[Branch], bool]) -> NDArray[np.bool_]:
        found = np.zeros(self.size, dtype=np.bool_)
        found[[row for row, branch in self.conditioned.items() if holds(branch)]] = True
        return found

    def _read(self, rows: Rows, found: Rows, lookup: Words) -> None:
        size = self.size
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
    return bool(branch.parts) and all(isinstance(part, Phrase) for part in branch.parts)


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
    counts = np.bincount(rows)
    return np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]


def _table(rows: Rows, values: NDArray[Number], size: int, filling: float) -> NDArray[Number]:
    """Return the values of each of the sorted rows side by side."""
    columns = _ranks(rows)
    width = int(columns.max(initial=-1)) + 1
    table = np.full((size, width), filling, dtype=values.dtype)
    table[rows, columns] = values
    return table


def _vectors(wanted: Sequence[Wanted], has: NDArray[np.bool_]) -> Floats | None:
    """Return one row for each alternative, zeros for one that has none; None if no topic has."""
    given = [item.vectors for item in wanted if item.vectors is not None]
    if not given:
        return None
    rows = np.concatenate(given)
    if has.all():
        return rows
    found = np.zeros((len(has), rows.shape[1]), dtype=np.float32)
    found[has] = rows
    return found
