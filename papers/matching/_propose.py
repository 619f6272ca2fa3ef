"""Words for a topic that brings nothing, or nearly everything."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from papers.matching._statistics import TermStatistics
from papers.model import Paper
from papers.terms import STOPWORDS, Stemmer, words
from papers.topics import Topic

FEW = 0.002
"""Share of papers that makes a title's words too rare to propose: they name one paper's method."""
MANY = 0.2
"""Share of papers that makes a word too common to propose."""
_ENOUGH = 50
"""Papers from which shares say something."""


def propose(
    topic: Topic, near: Sequence[Paper], statistics: TermStatistics, *, limit: int = 5
) -> list[str]:
    """Return words that people near this topic use, the most distinctive first.

    Args:
        topic: what the user asked for; what it says already is not proposed.
        near: the papers nearest to it, or those that it matches if it matches too many. Their
            keywords are counted, and neighbouring words of their titles.
        statistics: of the archive; words that are everywhere are not proposed.
        limit: how many to return at most.
    """
    stemmer = Stemmer()
    asked = set(stemmer.content(topic.text))
    votes: Counter[tuple[str, ...]] = Counter()
    spellings: dict[tuple[str, ...], Counter[str]] = {}
    keywords: set[tuple[str, ...]] = set()
    for paper in near:
        named = {tuple(stemmer.content(word)): word for word in paper.keywords}
        keywords |= named.keys()
        for key, phrase in {**_title_pairs(paper.title, stemmer), **named}.items():
            votes[key] += 1
            spellings.setdefault(key, Counter())[phrase] += 1
    worth = {
        key: count * sum(map(statistics.idf, key)) / len(key)
        for key, count in votes.items()
        if count > 1
        and not set(key) <= asked
        and not _common(key, statistics)
        and (key in keywords or not _rare(key, statistics))
    }
    chosen: list[tuple[str, ...]] = []
    for key in sorted(worth, key=lambda key: (-worth[key], key)):
        # "video diffusion" beside "diffusion models" proposes one thing twice.
        if not any(set(key) & set(other) for other in chosen):
            chosen.append(key)
        if len(chosen) == limit:
            break
    return [spellings[key].most_common(1)[0][0].lower() for key in chosen]


def _common(key: Iterable[str], statistics: TermStatistics) -> bool:
    most = max(MANY * statistics.documents, _ENOUGH)
    return all(statistics.frequencies.get(stem, 0) > most for stem in key)


def _rare(key: Iterable[str], statistics: TermStatistics) -> bool:
    least = max(2.0, FEW * statistics.documents)
    return any(statistics.frequencies.get(stem, 0) < least for stem in key)


def _title_pairs(title: str, stemmer: Stemmer) -> dict[tuple[str, ...], str]:
    found = words(title)
    pairs = [pair for pair in pairwise(found) if not set(pair) & STOPWORDS]
    return {tuple(stemmer.stem(pair)): " ".join(pair) for pair in pairs}
