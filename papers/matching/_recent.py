"""Recent papers by the words they have: which of them a topic could want, without reading all."""

import threading
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from papers.matching._block import FULL_COVERAGE
from papers.matching._match import Wanted
from papers.matching._matcher import NEAR
from papers.matching._meaning import Floats
from papers.matching._statistics import TermStatistics
from papers.matching._words import branch_words, content_of
from papers.model import Paper
from papers.spelling import names
from papers.terms import Stemmer, words
from papers.topics import FILTERS, Branch, Field, FieldName, Leaf, Phrase, Word

Terms = NDArray[np.int32]
Mask = NDArray[np.bool_]

_NONE: Terms = np.empty(0, dtype=np.int32)


class _Held:
    """Which words each paper has, as numbers."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.of: dict[str, Terms] = {}

    def put(self, paper_id: str, found: Iterable[str]) -> None:
        numbers = self.numbers
        held = [numbers.setdefault(word, len(numbers)) for word in set(found)]
        self.of[paper_id] = np.array(held, dtype=np.int32)

    def live(self) -> "_Held":
        """Return the same without the words that no paper has, or itself while those are few."""
        if not self.of:
            return _Held()
        used = np.unique(np.concatenate(list(self.of.values())))
        if len(self.numbers) <= 2 * len(used):
            return self
        words = list(self.numbers)
        kept = _Held()
        kept.numbers = {words[number]: place for place, number in enumerate(used.tolist())}
        kept.of = {
            paper_id: np.searchsorted(used, terms).astype(np.int32)
            for paper_id, terms in self.of.items()
        }
        return kept

    def having(self, wanted: Collection[str], ids: Sequence[str]) -> Mask:
        """Tell of each paper whether it has one of the words; all could, if none is asked for."""
        found = np.full(len(ids), not wanted)
        numbers = [self.numbers[word] for word in wanted if word in self.numbers]
        if numbers and ids:
            held = [self.of.get(paper_id, _NONE) for paper_id in ids]
            owners = np.repeat(np.arange(len(ids)), [len(terms) for terms in held])
            found[owners[np.isin(np.concatenate(held), numbers)]] = True
        return found


class Recent:
    """The words of some weeks' papers, half a kilobyte for each; no text is kept.

    Threads may ask while another puts papers in.
    """

    def __init__(self) -> None:
        self._using = threading.RLock()
        self._terms = _Held()
        self._names = _Held()
        self._statistics: TermStatistics | None = None

    def __len__(self) -> int:
        return len(self._terms.of)

    def put(self, papers: Iterable[Paper]) -> None:
        """Take papers in, or their changed texts."""
        with self._using:
            stemmer = Stemmer()
            for paper in papers:
                self._terms.put(paper.id, stemmer.read(f"{paper.title}\n{paper.abstract}").all)
                named = [author.name for author in paper.authors]
                named += [author.username for author in paper.authors if author.username]
                self._names.put(
                    paper.id,
                    [
                        *(word for name in named for way in names(name) for word in way),
                        *words(paper.organization or ""),
                    ],
                )
            self._statistics = None

    def keep(self, ids: Collection[str]) -> None:
        """Forget all other papers."""
        with self._using:
            for held in (self._terms, self._names):
                for paper_id in held.of.keys() - ids:
                    del held.of[paper_id]
            # Made apart and put in place at once: other threads go on with what they began with.
            self._terms, self._names = self._terms.live(), self._names.live()
            self._statistics = None

    def statistics(self) -> TermStatistics:
        """Return how many of the papers have each word."""
        with self._using:
            if self._statistics is None:
                counts = np.zeros(len(self._terms.numbers), dtype=np.int64)
                for terms in self._terms.of.values():
                    counts[terms] += 1
                found = dict(zip(self._terms.numbers, counts.tolist(), strict=True))
                self._statistics = TermStatistics(len(self), found)
            return self._statistics

    def possible(self, wanted: Wanted, ids: Sequence[str], vectors: Floats | None) -> list[str]:
        """Return those of the papers `ids` that could match; the others cannot.

        Args:
            wanted: one topic.
            ids: papers that were put in.
            vectors: their rows, as a matcher gets them.
        """
        stemmer = Stemmer()
        found = np.zeros(len(ids), dtype=np.bool_)
        for branch in wanted.topic.branches:
            found |= self._could(branch, ids, stemmer)
        if vectors is not None and wanted.vectors is not None and len(wanted.vectors):
            # A hair less than the rule says, for the matcher's products are rounded elsewhere.
            near = NEAR - 0.001
            found |= (vectors @ wanted.vectors.T).max(axis=1) >= near
        return [paper_id for paper_id, could in zip(ids, found.tolist(), strict=True) if could]

    def sharing(self, text: str, ids: Sequence[str], limit: int) -> list[str]:
        """Return the papers that share most with a text, by the weight of the words, best first."""
        with self._using:
            statistics, numbers = self.statistics(), self._terms.numbers
            weights = np.zeros(len(numbers))
            for stem in Stemmer().content(text):
                if stem in numbers:
                    weights[numbers[stem]] = statistics.idf(stem)
            held = self._terms.of
            shared = np.array([weights[held.get(paper_id, _NONE)].sum() for paper_id in ids])
            best = np.argsort(-shared, kind="stable")[:limit]
            return [ids[place] for place in map(int, best) if shared[place] > 0]

    def _could(self, branch: Branch, ids: Sequence[str], stemmer: Stemmer) -> Mask:
        if branch.parts:
            return self._having(branch_words(branch), ids, stemmer)
        found = np.ones(len(ids), dtype=np.bool_)
        for condition in branch.conditions:
            if condition.wanted:
                found &= self._could_hold(condition.leaf, ids, stemmer)
        return found

    def _could_hold(self, leaf: Leaf, ids: Sequence[str], stemmer: Stemmer) -> Mask:
        match leaf:
            case Field(FieldName.AUTHOR, value):
                # Initials stand for names, but one word at least must be the same.
                return self._names.having({word for way in names(value) for word in way}, ids)
            case Field(FieldName.ORGANIZATION, value):
                return self._names.having(words(value), ids)
            case Field(name) if name in FILTERS:
                return np.ones(len(ids), dtype=np.bool_)
            case Field(_, text) | Word(text) | Phrase(text):
                return self._having(words(text), ids, stemmer)

    def _having(self, asked: Sequence[str], ids: Sequence[str], stemmer: Stemmer) -> Mask:
        """Tell of each paper whether it has one of the heaviest words.

        Those are so many that what is left of the text is too light to reach full coverage.
        """
        statistics = self.statistics()
        stems = stemmer.stem(content_of(asked))
        stems.sort(key=statistics.idf, reverse=True)
        weights = np.array([statistics.idf(stem) for stem in stems])
        before = np.cumsum(weights) - weights
        count = int((before <= weights.sum() * (1 - FULL_COVERAGE) + 1e-6).sum())
        return self._terms.having(stems[:count], ids)
