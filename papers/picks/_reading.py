"""What a paper is to a learned interest: its words, its pairs of words, and its vector."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final
from zlib import crc32

import numpy as np
from cachetools import LRUCache

from papers._resting import collector_resting
from papers.model import Paper
from papers.picks._rows import Columns, Floats, Places, Rows
from papers.terms import STOPWORDS, Stemmer, texts_of

TITLE_TIMES = 3
"""A word of the title counts as so many: average precision of the words alone after five saved
papers is .488 with 1, .540 with 3 and .566 with 6 on topics that a person filed papers under, and
.209, .208 and .204 on arXiv's categories."""
REMEMBERED: Final = 6_000
"""Papers whose words are remembered: about 12 MB."""

Row = tuple[Columns, Floats]


@dataclass(frozen=True, slots=True)
class Reading:
    """Papers as they were read, once and for any background."""

    papers: tuple[Paper, ...]
    terms: Rows
    """A row for each paper; columns are hashes of stems and of two neighbouring stems, values
    1 + ln of how often they occur."""
    vectors: Floats
    """Unit rows as `papers.matching.embed_papers` makes them, zeros for a paper without."""

    def __len__(self) -> int:
        return len(self.papers)

    @staticmethod
    def of(papers: Sequence[Paper], vectors: Floats | None = None) -> "Reading":
        """Read papers; about a thousand a second.

        Args:
            papers: in the order of the rows of `vectors`.
            vectors: of `papers.matching.embed_papers`, a row of zeros for a paper without one;
                None if there is no embedder, and words alone decide.

        Raises:
            ValueError: there is not one vector for each paper.
        """
        return _reading(papers, _read(papers), vectors)

    def take(self, places: Places) -> "Reading":
        """Return the papers at the places, in their order."""
        chosen = tuple(self.papers[place] for place in map(int, places))
        return Reading(chosen, self.terms.take(places), self.vectors[places])


class Reader:
    """Reads papers, and remembers the words of the last ones. Threads may share it."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._rows: LRUCache[Hashable, Row] = LRUCache(most)
        self._lock = Lock()

    def read(
        self, papers: Sequence[Paper], keys: Sequence[Hashable], vectors: Floats | None = None
    ) -> Reading:
        """Return what `Reading.of` does.

        Args:
            papers: in the order of the rows of `vectors`.
            keys: of the papers; another one when a paper's text changes.
            vectors: as for `Reading.of`.

        Raises:
            ValueError: there is not one key and one vector for each paper.
        """
        by_key = dict(zip(keys, papers, strict=True))
        with self._lock:
            known = {key: row for key in by_key if (row := self._rows.get(key)) is not None}
        missing = [key for key in by_key if key not in known]
        made = dict(zip(missing, _read([by_key[key] for key in missing]), strict=True))
        with self._lock:
            self._rows.update(made)
        known |= made
        return _reading(papers, [known[key] for key in keys], vectors)


def features(words: Sequence[str], stems: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the stems that say something and neighbouring ones, with their first and last place."""
    before = ""
    for place, (word, stem) in enumerate(zip(words, stems, strict=True)):
        if word in STOPWORDS or word.isdigit():
            before = ""
            continue
        yield stem, place, place
        if before:
            yield f"{before} {stem}", place - 1, place
        before = stem


def number(feature: str) -> int:
    """Return the column of a feature: a hash, so that no vocabulary has to be kept or agreed on."""
    return crc32(feature.encode("utf-8", "surrogatepass"))


def _reading(papers: Sequence[Paper], rows: Sequence[Row], vectors: Floats | None) -> Reading:
    if vectors is None:
        vectors = np.zeros((len(papers), 1), dtype=np.float32)
    if len(vectors) != len(papers):
        raise ValueError(f"{len(vectors)} vectors for {len(papers)} papers")
    return Reading(tuple(papers), Rows.of(rows), vectors.astype(np.float32, copy=False))


def _read(papers: Sequence[Paper]) -> list[Row]:
    stemmer = Stemmer()
    with collector_resting():
        return [_row(paper, stemmer) for paper in papers]


def _row(paper: Paper, stemmer: Stemmer) -> Row:
    counts = Counter[int]()
    for place, text in enumerate(texts_of(paper)):
        weight = 1 if place else TITLE_TIMES
        for feature, _, _ in features(text.words, stemmer.stem(text.words)):
            counts[number(feature)] += weight
    columns = np.fromiter(counts.keys(), np.uint32, len(counts))
    times = np.fromiter(counts.values(), np.float32, len(counts))
    order = np.argsort(columns)
    return columns[order], (1 + np.log(times[order])).astype(np.float32)
