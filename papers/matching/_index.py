"""A batch of papers as columns: where each term and each pair of neighbouring terms occurs."""

from array import array
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from papers._resting import collector_resting
from papers.matching._match import LAST_SENTENCE
from papers.model import Paper
from papers.spelling import names
from papers.terms import PaperTerms, Stemmer, Terms, names_of, texts_of, words
from papers.topics import TEXT_FIELDS, Condition, Field, FieldName, Leaf, Phrase, Word, holds

MAX_CACHED = 4_096
"""Answers kept for conditions, which many topics share; a kilobyte each."""
MAX_RUN = 64
"""Words of a phrase that are compared; no phrase has more that anybody would find again."""

NOWHERE = LAST_SENTENCE + 1
"""Stands for a sentence where there is none."""

_SENTENCE_BITS = LAST_SENTENCE.bit_length()

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

_NO_TERMS = Terms((), ())


class PaperIndex:
    """The terms of at most some thousand papers, for one pass."""

    def __init__(self, papers: Sequence[Paper], stemmer: Stemmer) -> None:
        self.papers = papers
        self.size = len(papers)
        self._stemmer = stemmer
        with collector_resting():
            self._texts = [texts_of(paper) for paper in papers]
            self._named = [names_of(paper) for paper in papers]
            self._fill()
        self._names: dict[str, set[int]] = defaultdict(set)
        for place, (authors, organization) in enumerate(self._named):
            for word in {*organization, *(word for name in authors for word in name)}:
                self._names[word].add(place)
        self._conditions: dict[Leaf, Mask] = {}

    def _fill(self) -> None:
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        number = numbers.__getitem__
        apart = number("")  # keeps the last word of one text from standing beside the next one's
        tokens, others = array("q"), array("q")
        title_ends: list[int] = []
        # One entry for each text: the paper, the sentence, and where tokens and others of it end.
        ends = array("q")
        for place, (title, *abstract) in enumerate(self._texts):
            for run in (title.words,) if title.parts == title.words else (title.words, title.parts):
                tokens.extend(map(number, run))
                tokens.append(apart)
            others.extend(map(number, title.others))
            title_ends.append(len(tokens) - 1)
            ends.extend((place, 0, len(tokens), len(others)))
            for at, sentence in enumerate(abstract, start=1):
                tokens.extend(map(number, sentence.words))
                others.extend(map(number, sentence.others))
                ends.extend((place, min(at, LAST_SENTENCE), len(tokens), len(others)))
            tokens.append(apart)
            for at, sentence in enumerate(abstract, start=1):
                if sentence.parts is not sentence.words:
                    tokens.extend(map(number, sentence.parts))
                    tokens.append(apart)
                    ends.extend((place, min(at, LAST_SENTENCE), len(tokens), len(others)))
            ends.extend((place, 0, len(tokens), len(others)))
        stems = self._stemmer.stem(list(numbers)[1:])
        self._ids = {stem: at for at, stem in enumerate(dict.fromkeys(stems))}
        self._width = max(len(self._ids), 1)
        of_word = np.array([-1, *map(self._ids.__getitem__, stems)], np.int64)
        papers, sentences, *until = np.array(ends, np.int64).reshape(-1, 4).T
        lengths = np.diff(until, axis=1, prepend=0)
        terms = of_word[np.array(tokens, np.int64)]
        owners = np.repeat(papers, lengths[0])
        self._fill_terms(
            np.concatenate((terms, of_word[np.array(others, np.int64)])),
            np.concatenate((owners, np.repeat(papers, lengths[1]))),
            np.concatenate([np.repeat(sentences, each) for each in lengths]),
        )
        self._fill_pairs(terms, owners, title_ends)

    def _fill_terms(
        self, terms: NDArray[np.int64], places: NDArray[np.int64], sentences: NDArray[np.int64]
    ) -> None:
        entries = ((terms * self.size + places) << _SENTENCE_BITS) + sentences
        entries = np.sort(entries[terms >= 0])
        keys = entries >> _SENTENCE_BITS
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        self.keys = keys[first]
        """Sorted term x size + place, one for each term of each paper."""
        bits = np.uint64(1) << (entries & LAST_SENTENCE).astype(np.uint64)
        self.bits = np.bitwise_or.reduceat(bits, first) if len(first) else bits
        """The sentences in which it occurs."""
        self.earliest = lowest_bit(self.bits).astype(np.uint8)
        """The first of them."""
        self.places = self.keys % max(self.size, 1)
        """The paper of each."""
        self._starts = np.searchsorted(self.keys, np.arange(self._width + 1) * self.size)
        self.first = np.full((self._width, max(self.size, 1)), NOWHERE, dtype=np.uint8)
        """The first sentence in which each term occurs in each paper, or `NOWHERE`."""
        self.first.reshape(-1)[self.keys] = self.earliest

    def _fill_pairs(
        self, tokens: NDArray[np.int64], owners: NDArray[np.int64], title_ends: list[int]
    ) -> None:
        pairs = self.pair_numbers(tokens[:-1], tokens[1:])
        at = np.flatnonzero(pairs >= 0)
        keys = pairs[at] * self.size + owners[at]
        order = np.argsort(keys)
        self._pair_keys = keys[order]
        self._pair_at = at[order]
        ends = np.array(title_ends, np.int64)
        self._title_pairs = np.unique(keys[at < ends[owners[at]]] if len(at) else keys)
        self._known_pairs = np.unique(self._pair_keys)
        numbers = self._known_pairs // max(self.size, 1)
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        self._pair_numbers = np.append(numbers[starts], np.iinfo(np.int64).max)
        self._pair_starts = np.append(starts, [len(numbers), len(numbers)])
        self.pair_places = self._known_pairs % max(self.size, 1)
        """The paper of each pair of each paper."""
        self.pair_in_title = _among(self._title_pairs, self._known_pairs)
        """Whether it is in the title."""
        # Runs are compared beyond the last token too, where nothing may match.
        self._tokens = np.append(tokens, np.full(MAX_RUN, -1, np.int64))

    def ids(self, stems: Sequence[str]) -> list[int]:
        """Return the number of each stem, -1 for one that no paper has."""
        return [self._ids.get(stem, -1) for stem in stems]

    def postings(self, terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (which of `terms`, place) for every paper that has one of them."""
        rows, at = ragged(*self.entries(terms))
        return rows, self.places[at]

    def entries(self, terms: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the papers of each term begin and end in `places`."""
        return self._starts[terms], self._starts[terms + 1]

    def pair_entries(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the papers of each pair begin and end in `pair_places`."""
        at = np.searchsorted(self._pair_numbers, pairs)
        starts = self._pair_starts[at]
        return starts, np.where(self._pair_numbers[at] == pairs, self._pair_starts[at + 1], starts)

    def sentences_of(
        self, terms: NDArray[np.int64], places: NDArray[np.int64]
    ) -> NDArray[np.uint64]:
        """Return the sentence bits of each (term, place); every pair must occur."""
        return self.bits[np.searchsorted(self.keys, terms * self.size + places)]

    def pair_numbers(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return one number for each two terms side by side, -1 where a term is unknown."""
        known = (first >= 0) & (second >= 0)
        return np.where(known, first * self._width + second, -1)

    def has_pair_in_title(self, pairs: NDArray[np.int64], places: NDArray[np.int64]) -> Mask:
        """Tell for each (pair, place) whether the two stand side by side in that title."""
        return _among(self._title_pairs, pairs * self.size + places) & (pairs >= 0)

    def has_pair(self, pairs: NDArray[np.int64], places: NDArray[np.int64]) -> Mask:
        """Tell for each (pair, place) whether the two stand side by side in that paper."""
        return _among(self._known_pairs, pairs * self.size + places) & (pairs >= 0)

    def stand(self, runs: NDArray[np.int64], places: NDArray[np.int64]) -> Mask:
        """Tell for each (run of terms, place) whether the terms stand together there, in order.

        `runs` has a row for each place, filled up with -2; less than two terms never do.
        """
        found = np.zeros(len(runs), dtype=np.bool_)
        if runs.shape[1] < 2:
            return found
        first = self.pair_numbers(runs[:, 0], runs[:, 1])
        keys = np.where(first >= 0, first * self.size + places, -1)
        starts = np.searchsorted(self._pair_keys, keys)
        rows, at = ragged(starts, np.searchsorted(self._pair_keys, keys, side="right"))
        position = self._pair_at[at]
        for column in range(2, runs.shape[1]):
            wanted = runs[rows, column]
            same = (wanted == -2) | (self._tokens[position + column] == wanted)
            rows, position = rows[same], position[same]
        found[rows] = True
        return found

    def run(self, terms: Sequence[int]) -> Places:
        """Return the papers in which the terms stand together in this order."""
        terms = terms[:MAX_RUN]
        if not terms or min(terms) < 0:
            return np.empty(0, dtype=np.int64)
        places = np.flatnonzero(np.all(self.first[list(terms)] < NOWHERE, axis=0))
        if len(terms) == 1:
            return places
        return places[self.stand(np.tile(np.array(terms, np.int64), (len(places), 1)), places)]

    def satisfying(self, conditions: Sequence[Condition]) -> Mask:
        """Return which papers satisfy all of the conditions."""
        allowed = np.ones(self.size, dtype=np.bool_)
        for condition in conditions:
            allowed &= self._holding(condition.leaf) == condition.wanted
        return allowed

    def _holding(self, leaf: Leaf) -> Mask:
        mask = self._conditions.get(leaf)
        if mask is None:
            if len(self._conditions) >= MAX_CACHED:
                self._conditions.clear()
            mask = np.zeros(self.size, dtype=np.bool_)
            if isinstance(leaf, Word | Phrase):
                mask[self.run(self.ids(self._stemmer.terms(leaf.text)))] = True
            else:
                for place in self._possible(leaf):
                    terms = self._terms(place, with_texts=leaf.name in TEXT_FIELDS)
                    mask[place] = holds(leaf, self.papers[place], terms, self._stemmer)
            self._conditions[leaf] = mask
        return mask

    def _terms(self, place: int, *, with_texts: bool) -> PaperTerms:
        """Return a paper's terms; those of its texts only where they are asked for."""
        title, *abstract = map(self._stemmer.of, self._texts[place]) if with_texts else (_NO_TERMS,)
        return PaperTerms(title, tuple(abstract), *self._named[place])

    def _possible(self, field: Field) -> Sequence[int]:
        """Return the papers in which a field has a chance to hold; the rest need no look."""
        match field.name:
            case FieldName.TITLE | FieldName.ABSTRACT:
                terms = self.ids(self._stemmer.terms(field.value))
                if not terms or min(terms) < 0:
                    return ()
                return np.flatnonzero(np.all(self.first[terms] < NOWHERE, axis=0)).tolist()
            case FieldName.AUTHOR | FieldName.ORGANIZATION:
                asked = {word for way in names(field.value) for word in way}
                named = [
                    self._names.get(word, set[int]()) for word in {*asked, *words(field.value)}
                ]
                return sorted(set[int]().union(*named))
            case _:
                return range(self.size)


def lowest_bit(bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the place of the lowest bit of each number, -1 for 0."""
    lowest = bits & (~bits + np.uint64(1))
    return np.frexp(lowest.astype(np.float64))[1].astype(np.int64) - 1  # a power of two is exact


def _among(known: NDArray[np.int64], keys: NDArray[np.int64]) -> Mask:
    """Tell for each key whether it is among the sorted known ones."""
    at = np.searchsorted(known, keys)
    found = at < len(known)
    found[found] = known[at[found]] == keys[found]
    return found


def ragged(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (row, position) of every position in the ranges, row by row."""
    lengths = ends - starts
    rows = np.repeat(np.arange(len(starts)), lengths)
    before = np.cumsum(lengths) - lengths
    return rows, np.arange(len(rows)) - np.repeat(before - starts, lengths)
