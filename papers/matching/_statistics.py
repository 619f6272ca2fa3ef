"""How rare each term is in an archive: what makes one shared word worth more than another."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from papers.model import Paper
from papers.terms import Stemmer


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """In how many of an archive's papers each stem occurs, in title or abstract."""

    documents: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, papers: Iterable[Paper]) -> "TermStatistics":
        """Count an archive; a few thousand papers are enough."""
        stemmer, counts, documents = Stemmer(), Counter[str](), 0
        for paper in papers:
            counts.update(stemmer.read(f"{paper.title}\n{paper.abstract}").all)
            documents += 1
        return cls(documents, counts)

    def idf(self, stem: str) -> float:
        """Return the weight of a stem, always positive, highest for one never seen."""
        found = self.frequencies.get(stem, 0)
        return math.log(1 + (self.documents - found + 0.5) / (found + 0.5))
