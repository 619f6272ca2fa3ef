"""Some thousand topics as columns, ready for one pass over an index of papers."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from papers.matching._index import MAX_RUN, PaperIndex
from papers.matching._match import Wanted, content_of
from papers.matching._statistics import TermStatistics
from papers.terms import Stemmer, words
from papers.topics import Branch, Phrase, Strictness

FULL_COVERAGE = 0.883
"""Coverage at which the words alone decide: judged precision .88, with .40 of what lists hold."""

Floats = NDArray[np.float32]
Number = TypeVar("Number", int, float)


class Words:
    """Terms and weights of the words of topics over one index, each looked up once in a pass."""

    def __init__(self, statistics: TermStatistics, stemmer: Stemmer, index: PaperIndex) -> None:
        self._statistics = statistics
        self._stemmer = stemmer
        self._index = index
        self.terms: dict[str, int] = {}
        """The index's number of each word's stem, -1 for a stem that no paper has."""
        self.weights: dict[str, float] = {}

    def learn(self, folded: Iterable[str]) -> None:
        """Look up those of the words that are new."""
        new = [word for word in folded if word not in self.terms]
        stems = self._stemmer.stem(new)
        self.terms.update(zip(new, self._index.ids(stems), strict=True))
        self.weights.update((w, self._statistics.idf(s)) for w, s in zip(new, stems, strict=True))


class TopicBlock:
    """The alternatives of some topics. Rows are alternatives, columns their content words."""

    def __init__(
        self, wanted: Sequence[Wanted], first: int, index: PaperIndex, lookup: Words
    ) -> None:
        self.branches: list[Branch] = []
        owners: list[int] = []
        numbers: list[int] = []
        for place, item in enumerate(wanted, start=first):
            for number, branch in enumerate(item.topic.branches):
                self.branches.append(branch)
                owners.append(place)
                numbers.append(number)
        self.wanted = np.array(owners, dtype=np.int32)
        self.number = np.array(numbers, dtype=np.uint8)
        self.broad = np.array(
            [wanted[owner - first].strictness is Strictness.BROAD for owner in owners], dtype=bool
        )
        self.vectors = _vectors(wanted, self.branches, owners, numbers, first)
        self.quoted = np.array([_only_phrases(branch) for branch in self.branches], dtype=bool)
        """Branches of phrases alone, which their conditions decide."""
        terms, runs = self._read(lookup)
        self.counts = np.array([len(row) for row in terms], dtype=np.int64)
        self.terms = _filled([[lookup.terms[w] for w in row] for row in terms], -1)
        """The content words of each row, filled up with -1."""
        weights = _filled([[lookup.weights[w] for w in row] for row in terms], 0.0)
        totals = np.maximum(weights.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
        self.weights = (weights / totals).astype(np.float32)
        self.runs = _filled(runs, -2)
        """All terms in order if they are a phrase that can match, filled up with -2."""
        self.pairs = index.pair_numbers(self.terms[:, :-1], self.terms[:, 1:])
        """The number of each two content words side by side."""

    def _read(self, lookup: Words) -> tuple[list[list[str]], list[list[int]]]:
        """Return the content words of each branch, and its phrase."""
        texts = [words(branch.text) for branch in self.branches]
        lookup.learn({word for text in texts for word in text})
        terms: list[list[str]] = []
        runs: list[list[int]] = []
        for text in texts:
            content = content_of(text)
            terms.append(content)
            run = [lookup.terms[w] for w in text[:MAX_RUN]] if len(content) > 1 else []
            runs.append(run if -1 not in run else [])
        return terms, runs

    def required(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (row, term): a paper that has none of a row's terms cannot match it by words.

        Those are the heaviest words, until what is left is too light to reach full coverage: of up
        to eight words always one.
        """
        order = np.argsort(-self.weights, axis=1, kind="stable")
        sorted_weights = np.take_along_axis(self.weights, order, axis=1)
        before = np.cumsum(sorted_weights, axis=1) - sorted_weights
        needed = (before <= 1 - FULL_COVERAGE) & (sorted_weights > 0)
        rows, at = np.nonzero(needed)
        terms = self.terms[rows, order[rows, at]]
        return rows[terms >= 0], terms[terms >= 0]


def _only_phrases(branch: Branch) -> bool:
    if not branch.conditions or not branch.parts:
        return False
    return all(isinstance(part, Phrase) for part in branch.parts)


def _filled(rows: Sequence[Sequence[Number]], filling: Number) -> NDArray[Any]:
    """Return lists of different lengths as one table."""
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    table = np.full((len(rows), int(lengths.max(initial=0))), filling)
    table[np.arange(table.shape[1]) < lengths[:, None]] = [item for row in rows for item in row]
    return table


def _vectors(
    wanted: Sequence[Wanted],
    branches: Sequence[Branch],
    owners: Sequence[int],
    numbers: Sequence[int],
    first: int,
) -> Floats | None:
    """Return one row for each branch, zeros for one without; None if no topic has vectors."""
    sample = next((item.vectors for item in wanted if item.vectors is not None), None)
    if sample is None:
        return None
    found = np.zeros((len(branches), sample.shape[1]), dtype=np.float32)
    next_vector = 0
    for row, (branch, owner, number) in enumerate(zip(branches, owners, numbers, strict=True)):
        if number == 0:
            next_vector = 0
        vectors = wanted[owner - first].vectors
        if vectors is not None and branch.parts:
            found[row] = vectors[next_vector]
            next_vector += 1
    return found
