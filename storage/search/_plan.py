"""Reading a query with the words of the index: their stems, weights and other spellings."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import tantivy

from papers.search import RARE, Analysis, QueryWords, idf, readings, split
from papers.spelling import spelled

_NUMBERED = re.compile(r"([a-z]{3,})(\d[a-z0-9]*)")
_READ_CLOSELY = 12  # words; in a longer text one odd word changes little, and is often no slip


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, with the stems that answer it, likeliest first, and its repeats."""

    word: str
    stems: tuple[str, ...]
    times: int
    weight: float
    """Its idf."""
    joined: tuple[str, ...] = ()
    """Stems of the words that it is also written as together with a neighbour."""
    parts: tuple[str, ...] = ()
    """Stems of the two words that it is also written as ("llama 3")."""
    form: str = ""
    """The word as it was typed, folded only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query asks of the index."""

    words: QueryWords
    terms: tuple[Term, ...]
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What unknown words were read as."""
    missing: tuple[str, ...] = ()
    """Words that no paper has, and that were not read as others."""
    rare: frozenset[str] = frozenset()
    """Words with corrections that a paper has nevertheless."""

    @property
    def weight(self) -> float:
        """The idf of all words together, repeats included."""
        return sum(term.weight * term.times for term in self.terms)


class Words:
    """The words of one snapshot of the index, and how many papers hold them."""

    def __init__(self, searcher: tantivy.Searcher, analysis: Analysis) -> None:
        self._searcher = searcher
        self._analysis = analysis
        self.papers = searcher.num_docs

    def plan(self, text: str) -> Plan:
        """Read a query: its words, their stems and weights, and what misspelt ones may mean."""
        words = self._analysis.query(text)
        times = Counter(words.content)
        known = list(times)
        brief = len(known) <= _READ_CLOSELY
        joined = self._joined(words) if brief else {}
        terms: list[Term] = []
        corrections: dict[str, tuple[str, ...]] = {}
        missing: list[str] = []
        rare: set[str] = set()
        forms = dict(zip(reversed(words.all), reversed(words.forms), strict=True))
        for word, stem in zip(known, self._analysis.stem(known), strict=True):
            form = forms[word]
            meant = self._meant(form, stem) if brief else ()
            if meant:
                corrections[form] = meant
                if self.frequency(stem) or self._papers_with(form):
                    rare.add(form)
            spelt = [part for each in meant for part in spelled(each).parts]
            stems = tuple(dict.fromkeys((stem, *self._analysis.stem(spelt))))
            papers_with = max(self.named(word), *(self.frequency(each) for each in stems))
            weight = idf(self.papers, papers_with)
            parts = self._parts(word) if brief else ()
            one = joined.get(word, ())
            terms.append(Term(word, stems, times[word], weight, one, parts, form))
            if not (papers_with or parts or joined.get(word) or self._organizations(word)):
                missing.append(form)
        return Plan(words, tuple(terms), corrections, tuple(missing), frozenset(rare))

    def distinctive(self, text: str, limit: int) -> Plan:
        """Return a plan of the words that distinguish a text: highest tf · idf."""
        words = self._analysis.query(text).content
        content = set(words)  # of its beginning: as a query, a long text is cut
        all_words = [w for w in spelled(text).parts if w in content] or words
        stems = self._analysis.stem(list(all_words))
        first = dict(zip(reversed(stems), reversed(all_words), strict=True))
        counted = Counter(stems)
        terms = [
            Term(first[stem], (stem,), times, self.idf(stem))
            for stem, times in counted.items()
            if len(stem) > 1
        ]
        terms.sort(key=lambda term: (-term.times * term.weight, term.word))
        return Plan(QueryWords((), ()), tuple(terms[:limit]))

    def named(self, word: str) -> int:
        """Return how many papers have an author with a name."""
        return self._searcher.doc_freq("authors", word)

    def frequency(self, stem: str) -> int:
        """Return how many papers' texts hold a stem."""
        return self._searcher.doc_freq("text", stem)

    def _organizations(self, word: str) -> int:
        """Return how many papers come from an organization with a word in its name."""
        return self._searcher.doc_freq("organization", word)

    def idf(self, stem: str) -> float:
        """Return a stem's weight."""
        return idf(self.papers, self.frequency(stem))

    def _meant(self, word: str, stem: str) -> tuple[str, ...]:
        if self.frequency(stem) > max(self._papers_with(word), RARE):
            # Another form of the same word is known.
            return ()
        if meant := readings(word, self._papers_with):
            return meant
        if self.frequency(stem) == 0 and (parts := split(word, self._papers_with)):
            return parts
        return ()

    def _joined(self, words: QueryWords) -> dict[str, tuple[str, ...]]:
        """Return for neighbours that are also written as one ("alpha fold") the stem of that."""
        found: dict[str, tuple[str, ...]] = {}
        content = set(words.content)
        for left, right in pairwise(words.all):
            if left in content and right in content:
                (one,) = self._analysis.stem([left + right])
                if self.frequency(one):
                    found[left] = (*found.get(left, ()), one)
                    found[right] = (*found.get(right, ()), one)
        return found

    def _parts(self, word: str) -> tuple[str, ...]:
        """Return the two words that a name with a number is also written as, if both are known."""
        if (numbered := _NUMBERED.fullmatch(word)) is None:
            return ()
        parts = tuple(self._analysis.stem(numbered.groups()))
        return parts if all(map(self.frequency, parts)) else ()

    def _papers_with(self, word: str) -> int:
        return self._searcher.doc_freq("title_words", word) + self.named(word)
