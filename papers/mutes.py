"""Authors and words that a person hides, compared as topics compare them."""

from collections.abc import Iterable

from papers.model import Paper
from papers.spelling import STOPWORDS, names
from papers.terms import Stemmer, analyse, names_author, names_of, words


def author_key(name: str) -> str | None:
    """Return an author's name as two are compared for equality, `None` without a word."""
    return " ".join(words(name)) or None


def word_key(text: str) -> str | None:
    """Return words as two texts of them are compared; `None` if nearly every paper has them."""
    found = words(text)
    if all(word in STOPWORDS for word in found):
        return None
    return " ".join(Stemmer().stem(found))


class Mutes:
    """Tells which papers are hidden. Keep one per pass over papers, as with a `Stemmer`."""

    def __init__(self, *, authors: Iterable[str] = (), phrases: Iterable[str] = ()) -> None:
        """Hide papers by these authors, and those whose title or abstract has a phrase."""
        self._stemmer = Stemmer()
        self._authors = [way for name in authors for way in names(name)]
        self._runs = [self._stemmer.terms(phrase) for phrase in phrases]

    def __bool__(self) -> bool:
        return bool(self._authors or self._runs)

    def hides(self, paper: Paper) -> bool:
        """Tell whether a paper is by a hidden author, or has a hidden phrase."""
        if self._authors:
            authors, _ = names_of(paper)
            if any(names_author(name, way) for name in authors for way in self._authors):
                return True
        if not self._runs:
            return False
        terms = analyse(paper, self._stemmer)
        return any(text.holds(run) for text in (terms.title, terms.abstract) for run in self._runs)

    def hidden(self, papers: Iterable[Paper]) -> set[str]:
        """Return the ids of those papers that are hidden. Takes up to a millisecond for each."""
        return {paper.id for paper in papers if self.hides(paper)} if self else set()
