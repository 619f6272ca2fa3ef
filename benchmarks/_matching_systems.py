"""The systems that benchmarks.matching compares: each scores or chooses papers for topics."""

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks._matching_vectors import Vectors
from papers.matching import Archive, Matcher, TermStatistics, Wanted
from papers.model import Paper
from papers.terms import STOPWORDS, Stemmer, words
from papers.topics import Strictness, parse_plain

Scored = NDArray[np.float32]
"""Topics x papers, higher is better."""
Decided = NDArray[np.bool_]

_BATCH = 4_096
_ARCHIVE = 20_000
"""Papers that neighbourhoods are looked for in: what a year of batches amounts to."""


def all_words(papers: Sequence[Paper], texts: Sequence[str]) -> Decided:
    """Choose the papers that hold all of a topic's words, stemmed."""
    stemmer = Stemmer()
    wanted = [set(stemmer.content(text)) for text in texts]
    found = np.zeros((len(texts), len(papers)), dtype=np.bool_)
    for place, paper in enumerate(papers):
        held = set(stemmer.terms(f"{paper.title}\n{paper.abstract}"))
        found[:, place] = [terms <= held for terms in wanted]
    return found


def fts(papers: Sequence[Paper], texts: Sequence[str]) -> Scored:
    """Score by FTS5's bm25 of any of the words."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create virtual table p using fts5(title, abstract, tokenize='porter')")
    rows = ((place, paper.title, paper.abstract) for place, paper in enumerate(papers))
    connection.executemany("insert into p(rowid, title, abstract) values (?, ?, ?)", rows)
    scores = np.zeros((len(texts), len(papers)), dtype=np.float32)
    for row, text in enumerate(texts):
        found = words(text)
        query = " OR ".join(f'"{w}"' for w in [w for w in found if w not in STOPWORDS] or found)
        hits = connection.execute("select rowid, -bm25(p) from p where p match ?", (query,))
        for place, score in hits:
            scores[row, place] = score
    connection.close()
    return scores


def our_scores(
    papers: Sequence[Paper],
    texts: Sequence[str],
    statistics: TermStatistics,
    vectors: Vectors | None,
) -> Scored:
    """Score as a digest is ranked."""
    wanted = _wanted(texts, vectors, Strictness.STRICT)
    parts = [
        np.stack([matcher.scores(item) for item in wanted])
        for _, matcher in _matchers(papers, statistics, vectors)
    ]
    return np.concatenate(parts, axis=1)


def our_sets(
    papers: Sequence[Paper],
    texts: Sequence[str],
    statistics: TermStatistics,
    vectors: Vectors | None,
    strictness: Strictness,
) -> Decided:
    """Choose what a digest would bring."""
    found = np.zeros((len(texts), len(papers)), dtype=np.bool_)
    wanted = _wanted(texts, vectors, strictness)
    for start, matcher in _matchers(papers, statistics, vectors):
        columns = matcher.match(wanted).columns
        found[columns.wanted, columns.paper + start] = True
    return found


def _wanted(texts: Sequence[str], vectors: Vectors | None, strictness: Strictness) -> list[Wanted]:
    """Return topics of plain words, so that a sign in a set's texts means nothing."""
    return [
        Wanted(
            parse_plain(text), strictness, None if vectors is None else vectors.topics[at : at + 1]
        )
        for at, text in enumerate(texts)
    ]


def _matchers(
    papers: Sequence[Paper], statistics: TermStatistics, vectors: Vectors | None
) -> Iterator[tuple[int, Matcher]]:
    """Yield matchers for parts of the papers: a hundred thousand are no batch."""
    archive = None
    if vectors is not None:
        rng = np.random.default_rng(0)
        sample = np.sort(rng.permutation(len(papers))[:_ARCHIVE])
        archive = Archive(vectors.papers[sample])
    for start in range(0, len(papers), _BATCH):
        part = slice(start, start + _BATCH)
        some = None if vectors is None else vectors.papers[part]
        yield start, Matcher(papers[part], statistics, vectors=some, archive=archive)
