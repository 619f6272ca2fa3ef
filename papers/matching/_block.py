"""Some thousand topics as columns, ready for one pass over an index of papers."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from papers.matching._index import MAX_RUN, PaperIndex
from papers.matching._match import MAX_TERMS, Wanted, content_of
from papers.matching._statistics import TermStatistics
from papers.terms import Stemmer, words
from papers.topics import Branch, Phrase, Strictness

FULL_COVERAGE = 0.883
"""Coverage at which the words alone decide: judged precision .88, with .40 of what lists hold."""

Floats = NDArray[np.float32]


class Words:
    """Stems and weights of the words of topics, each looked up once in a pass."""

    def __init__(self, statistics: TermStatistics, stemmer: Stemmer) -> None:
        self._statistics = statistics
        self._stemmer = stemmer
        self._stems: dict[str, str] = {}
        self._weights: dict[str, float] = {}

    def learn(self, folded: Iterable[str]) -> None:
        """Look up those of the words that are new."""
        new = [word for word in folded if word not in self._stems]
        for word, stem in zip(new, self._stemmer.stem(new), strict=True):
            self._stems[word] = stem
            self._weights[word] = self._statistics.idf(stem)

    def weights(self, folded: Sequence[str]) -> list[float]:
        """Return the weight of each word; all must have been learnt."""
        return [self._weights[word] for word in folded]

    def stems(self, folded: Sequence[str]) -> list[str]:
        """Return the stem of each word; all must have been learnt."""
        return [self._stems[word] for word in folded]


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
        self._fill(index, lookup)

    def _fill(self, index: PaperIndex, lookup: Words) -> None:
        texts = [words(branch.text) for branch in self.branches]
        lookup.learn({word for text in texts for word in text})
        rows: list[tuple[list[int], list[float]]] = []
        runs: list[list[int]] = []
        for text in texts:
            folded = content_of(text)
            rows.append((index.ids(lookup.stems(folded)), lookup.weights(folded)))
            run = index.ids(lookup.stems(text[:MAX_RUN])) if len(folded) > 1 else []
            runs.append(run if run and min(run) >= 0 else [])
        self.runs = np.full((len(runs), max(map(len, runs), default=0)), -2, dtype=np.int64)
        """All terms in order if they are a phrase that can match, filled up with -2."""
        for row, run in enumerate(runs):
            self.runs[row, : len(run)] = run
        longest = max((len(ids) for ids, _ in rows), default=0)
        self.terms = np.full((len(rows), min(longest, MAX_TERMS)), -1, dtype=np.int64)
        self.weights = np.zeros(self.terms.shape, dtype=np.float32)
        self.counts = np.array([len(ids) for ids, _ in rows], dtype=np.int64)
        for row, (ids, weights) in enumerate(rows):
            self.terms[row, : len(ids)] = ids
            total = sum(weights)
            self.weights[row, : len(ids)] = [weight / total for weight in weights]
        following = self.terms[:, 1:]
        self.pairs = index.pair_numbers(self.terms[:, :-1], following)
        """The number of each two content words side by side."""

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
    return bool(branch.parts) and all(isinstance(part, Phrase) for part in branch.parts)


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
