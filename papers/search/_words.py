"""Words as the search index sees them: one analysis for documents and for queries.

Texts are cut and spelled by `papers.spelling` before the index gets them, which only looks for the
blanks between; so search, topics and filters agree on what is the same word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import tantivy

from papers.spelling import STOPWORDS, Spelled, spelled

MAX_QUERY_WORDS = 64
"""A longer query is cut: the time of a search grows with its words, and no sentence has more."""

_LONGEST_WORD = 40  # bytes; longer runs are no words, and would only bloat the term dictionary


@dataclass(frozen=True, slots=True)
class QueryWords:
    """A query's words in order: all of them, and those that say something, repeats kept."""

    all: tuple[str, ...]
    content: tuple[str, ...]
    forms: tuple[str, ...] = ()
    """All words as they were written, folded only."""

    @property
    def common(self) -> bool:
        """Whether there is no word but those that stand in every text."""
        return all(word in STOPWORDS for word in self.all)


class Analysis:
    """Cuts texts into folded words, and words into English stems.

    Folding is lower case without accents ("Schrödinger" → "schrodinger").
    """

    def __init__(self) -> None:
        self.words = _builder().build()
        self.stems = _builder().filter(tantivy.Filter.stemmer("English")).build()
        self.names = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build()

    def query(self, text: str) -> QueryWords:
        """Return the words of a query; if all are stopwords, all of them count."""
        found = spelled(text)
        words, forms = found.parts[:MAX_QUERY_WORDS], found.forms[:MAX_QUERY_WORDS]
        content = tuple(word for word in words if word not in STOPWORDS)
        return QueryWords(words, content or words, forms)

    def stem(self, words: Sequence[str]) -> list[str]:
        """Return one stem per folded word."""
        stems = self.stems.analyze(" ".join(words))
        if len(stems) == len(words):
            return stems
        # A "word" that is none for the analyzer: one at a time, as it was where unknown.
        return [(self.stems.analyze(word) or [word])[0] for word in words]

    def phrase(self, text: str) -> tuple[list[str], list[str]]:
        """Return the stems of a text in order: compounds as one word, and in their parts."""
        found = spelled(text)
        return self.stem(found.words), self.stem(found.parts)


def other_spellings(found: Spelled) -> list[str]:
    """Return how else the words of a text are written, each once.

    "Fine-Tuning" is also asked for as "finetuning", and "Qwen3-VL" as "qwen" and "qwen3vl".
    """
    written = found.others if found.words is found.parts else (*found.words, *found.others)
    if not written:
        return []
    new = set(written).difference(found.parts)
    return list(dict.fromkeys(filter(new.__contains__, written)))


def _builder() -> tantivy.TextAnalyzerBuilder:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(
        tantivy.Filter.remove_long(_LONGEST_WORD)
    )
