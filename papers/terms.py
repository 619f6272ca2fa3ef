"""Cut text into the terms that matching compares: folded, without accents, stemmed.

The stemmer is tantivy's Snowball English, the one the search index uses, so that a topic and a
search agree on what counts as the same word.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import tantivy

from papers.model import Paper

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"“(\[])")

_STOPWORDS = """
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing down during each few for from further had has
have having he her here hers him his how i if in into is it its itself just may me might more
most my no nor not of off on once only or other our out over own per same she should so some
such than that the their them then there these they this those through to too toward towards
under until up upon us very via was we were what when where which while who whom why will with
within without would you your
"""
STOPWORDS = frozenset(_STOPWORDS.split())


def fold(text: str) -> str:
    """Return the text without case, accents, compatibility forms and invisible characters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))


def words(text: str) -> list[str]:
    """Return the folded words of the text in order, stopwords included."""
    return _WORD.findall(fold(text))


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
        unknown = [word for word in dict.fromkeys(folded) if word not in known]
        if unknown:
            stems: list[str] = self._analyzer.analyze(" ".join(unknown))
            known.update(zip(unknown, stems, strict=True))
        return [known[word] for word in folded]

    def terms(self, text: str) -> list[str]:
        """Return the stems of all words of the text in order, stopwords included."""
        return self.stem(words(text))

    def content(self, text: str) -> list[str]:
        """Return the stems of the words that are no stopwords; all of them if none is."""
        found = words(text)
        return self.stem([word for word in found if word not in STOPWORDS] or found)


@dataclass(frozen=True, slots=True)
class PaperTerms:
    """One paper as the query language sees it: stems of title and abstract, folded names."""

    title: tuple[str, ...]
    abstract: tuple[str, ...]
    authors: tuple[tuple[str, ...], ...]
    """The words of each author's name, and each claimed account name as one of its own."""
    organization: tuple[str, ...]


def analyse(paper: Paper, stemmer: Stemmer) -> PaperTerms:
    """Return the terms of one paper."""
    names = [tuple(words(author.name)) for author in paper.authors]
    accounts = [tuple(words(a.username)) for a in paper.authors if a.username]
    return PaperTerms(
        title=tuple(stemmer.terms(paper.title)),
        abstract=tuple(stemmer.terms(paper.abstract)),
        authors=tuple(name for name in (*names, *accounts) if name),
        organization=tuple(words(paper.organization or "")),
    )


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
