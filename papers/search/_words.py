"""Words as the search index sees them: one analysis for documents and for queries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import tantivy

from papers.terms import STOPWORDS

MAX_QUERY_WORDS = 64
"""A longer query is cut: the time of a search grows with its words, and no sentence has more."""

_COMPOUND = re.compile(r"\b[^\W\d_][^\W_]*(?:-[^\W_]+)+")
_NUMBERED = re.compile(r"\b([^\W\d_]{3,})\d[^\W_]*")
_COMPOUND_PARTS = 3  # what has more, as "state-of-the-art", nobody writes as one word
_LONGEST_WORD = 40  # bytes; longer runs are no words, and would only bloat the term dictionary


@dataclass(frozen=True, slots=True)
class QueryWords:
    """A query's words in order: all of them, and those that say something, repeats kept."""

    all: tuple[str, ...]
    content: tuple[str, ...]


class Analysis:
    """Cuts texts into folded words, and words into English stems.

    `words` and `stems` are also given to the index, so that both sides always agree. Folding is
    lower case without accents ("Schrödinger" → "schrodinger").
    """

    def __init__(self) -> None:
        self.words = _builder().build()
        self.stems = _builder().filter(tantivy.Filter.stemmer("English")).build()
        self.names = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build()

    def query(self, text: str) -> QueryWords:
        """Return the words of a query; if all are stopwords, all of them count."""
        words = self.words.analyze(text)[:MAX_QUERY_WORDS]
        content = [word for word in words if word not in STOPWORDS]
        return QueryWords(tuple(words), tuple(content or words))

    def stem(self, words: Sequence[str]) -> list[str]:
        """Return one stem per folded word."""
        stems = self.stems.analyze(" ".join(words))
        if len(stems) == len(words):
            return stems
        # A "word" that is none for the analyzer (or two): one at a time, as it was where unknown.
        return [(self.stems.analyze(word) or [word])[0] for word in words]


def other_spellings(text: str) -> list[str]:
    """Return how else people write the compounds of a text, each once, in lower case.

    "Fine-Tuning" is also asked for as "finetuning", and "Qwen3-VL" as "qwen" and "qwen3vl".
    """
    # Most words are letters alone: the patterns take ten times longer to find that out.
    if not text.isascii():
        text = text.replace("\u2010", "-").replace("\u2011", "-")
    odd = [word for word in text.split() if not word.isalpha()]
    compounds = _COMPOUND.findall(" ".join([word for word in odd if "-" in word]))
    found = [one.replace("-", "") for one in compounds if one.count("-") < _COMPOUND_PARTS]
    found += _NUMBERED.findall(" ".join(odd))
    return list(dict.fromkeys([word.lower() for word in found]))


def _builder() -> tantivy.TextAnalyzerBuilder:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
