"""What a feed wants to see at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from papers.model import Paper
from papers.terms import PaperTerms, Stemmer, analyse
from papers.topics import Topic, literally_holds, parse_literal
from papers.trending._candidate import Candidate

_PAPERS = 512
"""Papers whose terms are kept: those of a day, which every feed with words looks at."""
_WORDS = 4_096


@dataclass(frozen=True, slots=True)
class Filters:
    """A feed's filters; the default ones let every paper through.

    Words and phrases match whole words of title, abstract, summary and keywords, however they are
    written (see `papers.spelling`), and may be expressions of the query language, as in `diffusion
    -guidance`. One of `include` is enough, one of `exclude` is too many. A category
    matches the primary one and cross-lists alike; `cs` and `cs.*` match all of `cs.…`. A paper
    whose categories no source has returned yet does not pass a filter on categories.
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
        included = not self.include or bool(_found(self.include, paper))
        return included and not _found(self.exclude, paper)

    def matched(self, paper: Paper) -> tuple[str, ...]:
        """Return which of the include words the paper holds, as the feed's owner wrote them."""
        return _found(self.include, paper)

    def _in_categories(self, paper: Paper) -> bool:
        return not self.categories or any(
            _in_category(category, wanted)
            for category in paper.categories
            for wanted in self.categories
        )


def _found(phrases: Iterable[str], paper: Paper) -> tuple[str, ...]:
    return tuple(phrase for phrase in phrases if _holds(phrase, paper))


def _holds(phrase: str, paper: Paper) -> bool:
    topic, stemmer = _reading(phrase)
    return topic is not None and literally_holds(topic, paper, _terms(paper), stemmer)


@lru_cache(maxsize=_WORDS)
def _reading(phrase: str) -> tuple[Topic | None, Stemmer]:
    return parse_literal(phrase), Stemmer()


@lru_cache(maxsize=_PAPERS)
def _terms(paper: Paper) -> PaperTerms:
    return analyse(paper, Stemmer(), whole=True)


def _in_category(category: str, wanted: str) -> bool:
    category = category.casefold()
    wanted = wanted.strip().casefold().removesuffix(".*")
    return category == wanted or category.startswith(f"{wanted}.")
