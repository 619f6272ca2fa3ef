"""What a feed wants to see at all."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from papers.model import Paper
from papers.trending._candidate import Candidate

_WORD = re.compile(r"[^\W_]+[+#]*")
_HISSING = ("ches", "shes", "sses", "xes", "zzes")
_NO_PLURAL = ("ss", "us", "is")


def _folded(word: str) -> str:
    """Return a word without its English plural ending, as far as its letters tell."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(_HISSING):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_NO_PLURAL):
        return word[:-1]
    return word


def _spelled(text: str) -> str:
    """Return the folded words of a text between single spaces, so that a phrase is a substring."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return f" {' '.join(map(_folded, words))} " if words else ""


@dataclass(frozen=True, slots=True)
class Filters:
    """A feed's filters; the default ones let every paper through.

    Words and phrases match whole words of title, abstract, summary and keywords, whatever their
    case, hyphens or plural. One of `include` is enough, one of `exclude` is too many. A category
    matches the primary one and cross-lists alike; `cs` and `cs.*` match all of `cs.…`. A paper
    whose categories no source has told yet does not pass a filter on categories.
    """

    min_votes: int = 0
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def accepts(self, candidate: Candidate) -> bool:
        """Return whether the paper may be shown."""
        paper = candidate.paper
        if (candidate.metrics.upvotes or 0) < self.min_votes or not self._in_categories(paper):
            return False
        if not (self.include or self.exclude):
            return True
        texts = _texts(paper)
        included = not self.include or bool(_found(self.include, texts))
        return included and not _found(self.exclude, texts)

    def matched(self, paper: Paper) -> tuple[str, ...]:
        """Return which of the include words the paper holds, as the feed's owner wrote them."""
        return _found(self.include, _texts(paper)) if self.include else ()

    def _in_categories(self, paper: Paper) -> bool:
        return not self.categories or any(
            _in_category(category, wanted)
            for category in paper.categories
            for wanted in self.categories
        )


def _texts(paper: Paper) -> tuple[str, ...]:
    # Apart from each other, so that no phrase is found across the end of the title or of a keyword.
    return tuple(map(_spelled, (paper.title, paper.abstract, paper.summary or "", *paper.keywords)))


def _found(phrases: Iterable[str], texts: tuple[str, ...]) -> tuple[str, ...]:
    spelled = ((phrase, _spelled(phrase)) for phrase in phrases)
    return tuple(
        phrase for phrase, words in spelled if words and any(words in text for text in texts)
    )


def _in_category(category: str, wanted: str) -> bool:
    category = category.casefold()
    wanted = wanted.strip().casefold().removesuffix(".*")
    return category == wanted or category.startswith(f"{wanted}.")
