"""Cut text into the terms that matching compares: in one spelling, stemmed.

How people write a word is for `papers.spelling`; the stemmer is tantivy's Snowball English, the one
the search index uses. So a topic, a filter and a search agree on what counts as the same word.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import tantivy

from papers.model import Paper
from papers.spelling import STOPWORDS, Spelled, fold, names, spelled, spelled_readable
from papers.text import readable

__all__ = [
    "STOPWORDS",
    "PaperTerms",
    "Stemmer",
    "Terms",
    "analyse",
    "fold",
    "holds_run",
    "names_author",
    "names_of",
    "sentences",
    "texts_of",
    "unique",
    "words",
]

_SENTENCE_END = re.compile(r"\s(?<=[.!?].)\s*(?=[A-Z0-9\"“(\[])", re.DOTALL)


def words(text: str) -> list[str]:
    """Return the words of the text in order, each in one spelling, stopwords included."""
    return list(spelled(text).words)


def sentences(text: str) -> list[str]:
    """Return the text's sentences; a text without sentence ends is one."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


class Stemmer:
    """Stem words, remembering each: a batch repeats few words very often.

    Keep one per pass over a batch; it is not meant to live as long as the process.
    """

    def __init__(self) -> None:
        self._analyzer = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
            .filter(tantivy.Filter.stemmer("English"))
            .build()
        )
        self._known: dict[str, str] = {}

    def stem(self, folded: Sequence[str]) -> list[str]:
        """Return one stem for each folded word, in order."""
        known = self._known
        try:
            return list(map(known.__getitem__, folded))
        except KeyError:
            unknown = [word for word in dict.fromkeys(folded) if word not in known]
            # Folding makes four words of one character such as U+FDFA: they have one stem.
            # One such as U+FE70 leaves nothing but a space, which is its own stem.
            whole = {word: "".join(word.split()) for word in unknown}
            spoken = [word for word in unknown if whole[word]]
            stems: list[str] = self._analyzer.analyze(" ".join(map(whole.__getitem__, spoken)))
            known.update(zip(unknown, unknown, strict=True))
            known.update(zip(spoken, stems, strict=True))
            return list(map(known.__getitem__, folded))

    def terms(self, text: str) -> list[str]:
        """Return the stems of all words of the text in order, stopwords included."""
        return self.stem(words(text))

    def read(self, text: str) -> "Terms":
        """Return all stems by which a text is found."""
        return self.of(spelled(text))

    def of(self, found: Spelled) -> "Terms":
        """Return all stems by which words are found."""
        run = tuple(self.stem(found.words))
        parts = run if found.parts == found.words else tuple(self.stem(found.parts))
        return Terms(run, parts, tuple(self.stem(found.others)) if found.others else ())

    def content(self, text: str) -> list[str]:
        """Return the stems of the words that are no stopwords; all of them if none is."""
        found = words(text)
        return self.stem([word for word in found if word not in STOPWORDS] or found)


@dataclass(frozen=True, slots=True)
class Terms:
    """The stems of one text."""

    run: tuple[str, ...]
    """In order, a compound as one word."""
    parts: tuple[str, ...]
    """In order, compounds in their parts; the same as `run` where there is none."""
    others: tuple[str, ...] = ()
    """Other spellings, which stand in no order."""

    @property
    def all(self) -> frozenset[str]:
        """Every stem by which the text is found."""
        if self.parts is self.run:
            return frozenset(self.run + self.others if self.others else self.run)
        return frozenset((*self.run, *self.parts, *self.others))

    @property
    def runs(self) -> tuple[tuple[str, ...], ...]:
        """The orders in which a phrase can stand there."""
        return (self.run,) if self.parts == self.run else (self.run, self.parts)

    def holds(self, run: Sequence[str]) -> bool:
        """Tell whether stems stand there together, in this order; another spelling alone does."""
        if len(run) == 1 and run[0] in self.others:
            return True
        return any(holds_run(found, run) for found in self.runs)

    @staticmethod
    def joined(texts: Sequence["Terms"]) -> "Terms":
        """Return the terms of texts that follow each other."""
        run = tuple(chain.from_iterable(text.run for text in texts))
        parts = tuple(chain.from_iterable(text.parts for text in texts))
        others = tuple(chain.from_iterable(text.others for text in texts))
        return Terms(run, run if parts == run else parts, others)


@dataclass(frozen=True)
class PaperTerms:
    """One paper as the query language sees it: stems of title and abstract, folded names."""

    title: Terms
    sentences: tuple[Terms, ...]
    """The abstract, sentence by sentence."""
    authors: tuple[tuple[str, ...], ...]
    """The words of each author's name, in each of its spellings, and of each account name."""
    organization: tuple[str, ...]
    others: tuple[Terms, ...] = ()
    """Of summary and keywords, where those are asked for."""

    @cached_property
    def abstract(self) -> Terms:
        """The whole abstract, in one: matching reads the sentences alone."""
        return Terms.joined(self.sentences)


def analyse(paper: Paper, stemmer: Stemmer, *, whole: bool = False) -> PaperTerms:
    """Return the terms of one paper; of a `whole` one also those of its summary and keywords."""
    title, *found = map(stemmer.of, texts_of(paper))
    authors, organization = names_of(paper)
    return PaperTerms(
        title=title,
        sentences=tuple(found),
        authors=authors,
        organization=organization,
        others=tuple(map(stemmer.read, (paper.summary or "", *paper.keywords))) if whole else (),
    )


def texts_of(paper: Paper) -> tuple[Spelled, ...]:
    """Return the words of a paper's title and of each sentence of its abstract."""
    abstract = sentences(readable(paper.abstract))
    return (spelled(paper.title), *map(spelled_readable, abstract))


def names_of(paper: Paper) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return the words of a paper's authors, as `PaperTerms` has them, and of its organization."""
    named = [way for author in paper.authors for way in names(author.name)]
    accounts = [way for a in paper.authors if a.username for way in names(a.username)]
    return (*named, *accounts), tuple(words(paper.organization or ""))


def holds_run(haystack: Sequence[str], run: Sequence[str]) -> bool:
    """Tell whether `run` stands in `haystack` in this order without anything between."""
    if not run:
        return False
    first, length = run[0], len(run)
    return any(
        term == first and tuple(haystack[at : at + length]) == tuple(run)
        for at, term in enumerate(haystack)
    )


def names_author(name: Sequence[str], wanted: Sequence[str]) -> bool:
    """Tell whether an author's name answers to the wanted one, initials standing for names.

    All wanted words must be in the name; a single letter on either side stands for the word it
    begins (`Y. LeCun`, `Yann LeCun`), but at least one word must be equal in full.
    """
    left = list(name)
    equal = 0
    for word in wanted:
        if word in left:
            left.remove(word)
            equal += len(word) > 1
            continue
        near = next((n for n in left if min(len(n), len(word)) == 1 and n[0] == word[0]), None)
        if near is None:
            return False
        left.remove(near)
    return equal > 0 or list(name) == list(wanted)


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items in order, each once."""
    return tuple(dict.fromkeys(items))
