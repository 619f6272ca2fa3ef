"""Measure topics: `python -m benchmarks.matching DIR... --corpus FILE.jsonl[.gz]` or `--scale`.

Each DIR holds `queries.jsonl` ({id, text}), `qrels.tsv` (query, paper, grade; a header is skipped)
and, where only some of the corpus is judged, `corpus_ids.txt`; its papers are those of its own
`corpus.jsonl`, as `benchmarks.topic_sets` writes it, or else of the corpus.

Prints JSON lines `{"bench": "matching", "set", "system", "figure", "value", ...}`. Systems:

- `and`: all of the topic's words, stemmed, somewhere in title and abstract.
- `fts`: SQLite's FTS5 with porter stems, words joined by OR, by bm25.
- `dense`: the cosine of the topic's and the paper's vector, the same that `ours` has.
- `ours`: the score that ranks matches; `ours-words`: the same without any vector.
- `ours-strict`, `ours-normal`, `ours-broad`: what the bot would send of a topic.

`ap` is the average precision of the ranking, by paper id where scores are equal. `precision`,
`recall` and `f1` are those of everything above one threshold for all topics, which the other four
fifths of the topics chose by their mean F1; `and` and the three strictnesses have none.
All are means over topics. Our neighbourhoods (papers.matching) come from the measured papers alone.

Two cores embed about 140 papers a second: `--vectors FILE.npz` keeps vectors between runs.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks._collections import read_papers
from benchmarks._matching_scale import measure_scale
from benchmarks._matching_sets import TopicSet, read_topics
from benchmarks._matching_systems import (
    Decided,
    Scored,
    all_words,
    fts,
    our_scores,
    our_sets,
)
from benchmarks._matching_vectors import VectorFile
from benchmarks._thresholds import average_precision, decided, one_threshold
from papers.embedding import load_embedder
from papers.matching import TermStatistics
from papers.model import Paper
from papers.topics import Strictness


def measure(
    topics: TopicSet, corpus: list[Paper], statistics: TermStatistics, store: VectorFile | None
) -> None:
    """Measure every system on one set."""
    papers = topics.judged(corpus)
    print(f"{topics.name}: {len(topics.texts)} topics, {len(papers)} papers", file=sys.stderr)
    texts = list(topics.texts.values())
    relevant = [topics.relevant[key] for key in topics.texts]
    ids = [paper.id for paper in papers]
    vectors = store.vectors(papers, texts) if store else None
    embedder = store.embedder.name if store else "none"
    sets: dict[str, Decided] = {"and": all_words(papers, texts)}
    scored: dict[str, Scored] = {"fts": fts(papers, texts)}
    if vectors is not None:
        scored["dense"] = vectors.topics @ vectors.papers.T
        scored["ours"] = our_scores(papers, texts, statistics, vectors)
        scored["ours-words"] = our_scores(papers, texts, statistics, None)
    else:
        scored["ours"] = our_scores(papers, texts, statistics, None)
    for strictness in Strictness:
        sets[f"ours-{strictness}"] = our_sets(papers, texts, statistics, vectors, strictness)
    for system, scores in scored.items():
        value = average_precision(scores, relevant, ids)
        say(topics.name, system, "ap", value, embedder, topics=len(texts), papers=len(papers))
        for figure, value in one_threshold(scores, relevant, ids).items():
            say(topics.name, system, figure, value, embedder)
    for system, found in sets.items():
        for figure, value in decided(found, relevant, ids).items():
            say(topics.name, system, figure, value, embedder)


def say(name: str, system: str, figure: str, value: float, embedder: str, **more: object) -> None:
    """Print one figure as a JSON line."""
    line = {"bench": "matching", "set": name, "system": system, "figure": figure}
    print(json.dumps({**line, "value": round(value, 4), "embedder": embedder, **more}), flush=True)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching")
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--corpus", type=Path, metavar="FILE")
    parser.add_argument("--vectors", type=Path, metavar="FILE.npz", help="keep vectors here")
    parser.add_argument("--embedder", default="minilm", help="minilm (default), none, or a model")
    parser.add_argument("--scale", nargs="*", type=int, metavar="TOPICS PAPERS")
    asked = parser.parse_args()
    if asked.scale is not None:
        if len(asked.scale) not in (0, 2):
            parser.error("--scale takes the number of topics and of papers, or nothing")
        measure_scale(asked.corpus, *asked.scale)
        return
    if not asked.folders:
        parser.error("name folders, or --scale")
    embedder = load_embedder(asked.embedder)
    store = VectorFile(embedder, asked.vectors) if embedder else None
    for folder in asked.folders:
        own = folder / "corpus.jsonl"
        if not own.exists() and asked.corpus is None:
            parser.error(f"{folder} has no corpus.jsonl: name --corpus FILE")
        corpus = read_papers(own if own.exists() else asked.corpus)
        print(f"{len(corpus)} papers read; counting terms", file=sys.stderr)
        measure(read_topics(folder), corpus, TermStatistics.of(corpus), store)


if __name__ == "__main__":
    main()
