"""What ours is measured against, each as its makers or its manual would set it up."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
import tantivy
from numpy.typing import NDArray

from papers.embedding import Embedder, paper_text
from papers.model import Paper
from papers.terms import STOPWORDS

Baseline = Callable[[str, int], list[str]]
"""Returns at most so many paper ids for a text."""

_RRF = 60  # Cormack, Clarke and Büttcher (2009)


def content(text: str) -> list[str]:
    """Return the words of a query that are no stopwords, repeats kept."""
    words = re.findall(r"[^\W_]+", text.lower())
    return [word for word in words if word not in STOPWORDS] or words


def _names(papers: Sequence[Paper]) -> Callable[[int], str]:
    return lambda place: papers[place].id


def fts5(
    papers: Sequence[Paper], path: Path | None = None, id_of: Callable[[int], str] | None = None
) -> Baseline:
    """SQLite's BM25 over title and abstract, Porter stems, any of the words.

    Made in `path` or in memory; what is there already is used. `id_of` names papers by place.
    """
    name = id_of or _names(papers)
    made = path is not None and path.exists()
    connection = sqlite3.connect(path or ":memory:")
    if not made:
        connection.execute(
            "CREATE VIRTUAL TABLE found USING fts5(title, abstract, tokenize = 'porter unicode61')"
        )
        connection.executemany(
            "INSERT INTO found (rowid, title, abstract) VALUES (?, ?, ?)",
            ((place, paper.title, paper.abstract) for place, paper in enumerate(papers, 1)),
        )
        connection.commit()

    def search(text: str, limit: int) -> list[str]:
        words = content(text)
        if not words:
            return []
        rows = connection.execute(
            "SELECT rowid, bm25(found) AS score FROM found WHERE found MATCH ?"
            " ORDER BY score LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), limit),
        )
        return [name(int(row) - 1) for row, _ in rows]

    return search


def tantivy_bm25(
    papers: Sequence[Paper], path: Path | None = None, id_of: Callable[[int], str] | None = None
) -> Baseline:
    """tantivy's BM25 over title and abstract, English stems, any of the words.

    Made in `path` or in memory; what is there already is used. `id_of` names papers by place.
    """
    name = id_of or _names(papers)
    made = path is not None and path.exists()
    if path is not None:
        path.mkdir(exist_ok=True)
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("place", fast=True)
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("abstract", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build(), path=None if path is None else str(path))
    if not made:
        writer = index.writer(num_threads=1)
        for place, paper in enumerate(papers):
            document = tantivy.Document(title=paper.title, abstract=paper.abstract)
            document.add_integer("place", place)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
    searcher = index.searcher()

    def search(text: str, limit: int) -> list[str]:
        words = content(text)
        if not words:
            return []
        query = index.parse_query(" ".join(f'"{word}"' for word in words), ["title", "abstract"])
        hits = searcher.search(query, limit, count=False).hits
        places = searcher.fast_field_values("place", [address for _, address in hits])
        return [name(int(place or 0)) for place in places]

    return search


def bm25s_lucene(papers: Sequence[Paper]) -> Baseline:
    """bm25s with its defaults and the stemmer its manual recommends."""
    import bm25s  # pyright: ignore[reportMissingTypeStubs]
    import Stemmer  # pyright: ignore[reportMissingTypeStubs]

    library, stemmer = cast("Any", bm25s), cast("Any", Stemmer).Stemmer("english")
    options = {"stopwords": "en", "stemmer": stemmer, "show_progress": False}
    retriever = library.BM25()
    retriever.index(
        library.tokenize([paper_text(paper) for paper in papers], **options), show_progress=False
    )

    def search(text: str, limit: int) -> list[str]:
        tokens = library.tokenize([text], **options)
        count = min(limit, len(papers))
        places, scores = retriever.retrieve(tokens, k=count, show_progress=False)
        return [
            papers[int(place)].id
            for place, score in zip(places[0], scores[0], strict=True)
            if score > 0
        ]

    return search


def arxiv_sanity(papers: Sequence[Paper]) -> Baseline:
    """TF-IDF as arxiv-sanity-lite's compute.py sets it up, ranked by cosine with the query."""
    from sklearn.feature_extraction.text import (  # pyright: ignore[reportMissingTypeStubs]
        TfidfVectorizer,
    )

    vectorizer = cast("Any", TfidfVectorizer)(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",  # noqa: S106 - a pattern of words, no secret
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    )
    matrix = vectorizer.fit_transform([paper_text(paper) for paper in papers])

    def search(text: str, limit: int) -> list[str]:
        found = matrix @ vectorizer.transform([text]).T
        scores: NDArray[np.float64] = np.asarray(found.todense()).ravel()
        order = np.argsort(-scores, kind="stable")[:limit]
        return [papers[int(place)].id for place in order if scores[place] > 0]

    return search


def embeddings(papers: Sequence[Paper], embedder: Embedder) -> Baseline:
    """Nearest papers by cosine, nothing else."""
    rows = [
        embedder.embed([paper_text(paper) for paper in papers[start : start + 256]])
        for start in range(0, len(papers), 256)
    ]
    matrix: NDArray[np.float32] = np.concatenate(rows)

    def search(text: str, limit: int) -> list[str]:
        scores = matrix @ embedder.embed([text])[0]
        order = np.argsort(-scores, kind="stable")[:limit]
        return [papers[int(place)].id for place in order]

    return search


def reciprocal_rank_fusion(*baselines: Baseline) -> Baseline:
    """The baselines' top hundreds merged by plain reciprocal rank."""

    def search(text: str, limit: int) -> list[str]:
        scores: dict[str, float] = {}
        for baseline in baselines:
            for place, paper in enumerate(baseline(text, 100), 1):
                scores[paper] = scores.get(paper, 0.0) + 1 / (_RRF + place)
        return sorted(scores, key=lambda paper: -scores[paper])[:limit]

    return search


def all_baselines(papers: Sequence[Paper], embedder: Embedder | None) -> dict[str, Baseline]:
    """Return every baseline by name; without an embedder those that need none."""
    lexical = tantivy_bm25(papers)
    baselines = {"tantivy-bm25": lexical, "fts5-bm25": fts5(papers), "bm25s": bm25s_lucene(papers)}
    with suppress(ValueError):  # too few papers for words that five of them share
        baselines["tfidf-arxiv-sanity"] = arxiv_sanity(papers)
    if embedder is not None:
        near = embeddings(papers, embedder)
        baselines |= {"embeddings": near, "rrf": reciprocal_rank_fusion(lexical, near)}
    return baselines
