"""Measure picks: `python -m benchmarks.picks DIR... --corpus FILE.jsonl[.gz]` or `--scale`.

Each DIR holds topics and the papers that a person filed under each, as for benchmarks.matching.

A topic stands for a person's list: some of its papers, drawn by chance, were saved, and a system
ranks all others. `ap` is the average precision with which the rest of the topic comes, the mean
over topics and draws; a topic without more papers than were saved is left out. Systems:

- `ours`: the score of picks (papers.picks), learned against the measured papers, by the vectors
  that topics are matched with; `ours-whole`: by those of whole abstracts, which search has.
- `centroid`: the cosine with the mean of the saved papers; `nearest`: with the nearest of them.
- `svm`: arxiv-sanity-lite's linear SVM on TF-IDF.
- `topic`: the text of the topic alone, as a digest is ranked; nothing was saved.
- `ours+topic` (`--topic`): ours and the text of the topic.

`--days` replays digests: the older half of each topic's papers was saved, and the rest comes day by
day among all papers of those days. `ndcg@5` and `recall@5` are means over days with a paper of the
topic. Of ours, `shown` counts papers above the threshold, five a day at most; `precision` is the
share of them that belongs to the topic, `found` the share of the topic's papers that they are, and
`alike` the share that nearly repeats one shown before (cosine .85). `silent` is the share of days
without a paper of the topic on which nothing was shown, `missed` the share of the others. `edge` is
the share that belongs to the topic of the best papers just below the threshold, one a day on which
something is shown.

`--follow` replays followed topics: some of what a topic matched strictly was saved, some dismissed.
`ap` is that of the rest of the matches, by the `text` alone as digests were ordered, and by `ours`;
`added` counts the papers that the topic adds of all others, and `right` is the share of them that
the person wants. With `wants` `topic` that is all that belongs to the topic; with `part` five
topics are followed as one, and it is what belongs to one of them.

`--scale` measures many lists at once: seconds and memory of learning and of scoring.

Prints JSON lines `{"bench": "picks", "set", "system", "figure", "value", ...}`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from benchmarks._collections import read_papers
from benchmarks._matching_sets import TopicSet, read_topics
from benchmarks._matching_systems import our_scores
from benchmarks._matching_vectors import VectorFile
from benchmarks._picks_days import Day, measure_days, replay_of, summary
from benchmarks._picks_follow import measure_followed
from benchmarks._picks_lines import say
from benchmarks._picks_scale import measure_scale
from benchmarks._picks_systems import System, arxiv_sanity, centroid, nearest, ours
from benchmarks._thresholds import average_precision
from papers.embedding import load_embedder
from papers.matching import TermStatistics
from papers.model import Paper
from papers.picks import Background, Interest, Reading

__all__ = ["Day", "centroid", "main", "nearest", "replay_of", "summary"]

SAVED = (1, 3, 5, 10)
DRAWS = 4


def measure(
    topics: TopicSet, corpus: list[Paper], store: VectorFile, *, draws: int, topic: bool
) -> None:
    """Measure every system on one set."""
    papers = topics.judged(corpus)
    texts = list(topics.texts.values())
    print(f"{topics.name}: {len(texts)} topics, {len(papers)} papers", file=sys.stderr)
    vectors = store.vectors(papers, texts)
    reading = Reading.of(papers, vectors.papers)
    background = Background(reading)
    whole = Reading(reading.papers, reading.terms, store.whole(papers))
    by_text = our_scores(papers, texts, TermStatistics.of(papers), vectors)
    systems: dict[str, System] = {
        "ours": ours(background, reading),
        "ours-whole": ours(Background(whole), whole),
        "centroid": centroid(vectors.papers),
        "nearest": nearest(vectors.papers),
        "svm": arxiv_sanity(papers),
    }
    ids = np.array([paper.id for paper in papers])
    relevant = [topics.relevant[key] for key in topics.texts]
    for saved in SAVED:
        found: dict[str, list[list[float]]] = {}
        counted = [row for row, ids_of in enumerate(relevant) if len(ids_of) > saved]
        for row in counted:
            values: dict[str, list[float]] = {}
            of_topic = np.flatnonzero(np.isin(ids, list(relevant[row])))
            for draw in range(draws):
                seeds = np.random.default_rng((draw, row)).permutation(of_topic)[:saved]
                scores = {name: system(seeds) for name, system in systems.items()}
                scores["topic"] = by_text[row]
                if topic:
                    interest = Interest.of(background, reading.take(seeds))
                    mixed = interest.scores(reading, topic=(by_text[row], by_text[row]))
                    scores["ours+topic"] = mixed
                rest = np.setdiff1d(np.arange(len(ids)), seeds)
                wanted = relevant[row] - set(ids[seeds].tolist())
                for name, each in scores.items():
                    value = average_precision(each[None, rest], [wanted], ids[rest].tolist())
                    values.setdefault(name, []).append(value)
            for name, each in values.items():
                found.setdefault(name, []).append(each)
        for name, each in found.items():
            value = float(np.mean([np.mean(of_topic) for of_topic in each]))
            more = {"saved": saved, "topics": len(counted), "draws": draws}
            say(topics.name, name, "ap", value, **more)


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picks")
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--corpus", type=Path, metavar="FILE")
    parser.add_argument("--vectors", type=Path, metavar="FILE.npz", help="keep vectors here")
    parser.add_argument("--embedder", default="minilm", help="minilm (default) or a model")
    parser.add_argument("--draws", type=int, default=DRAWS, help="of saved papers, for each topic")
    parser.add_argument("--topic", action="store_true", help="add the topic's text to the saves")
    parser.add_argument("--days", action="store_true", help="replay digests")
    parser.add_argument("--follow", action="store_true", help="replay followed topics")
    parser.add_argument("--scale", nargs="*", type=int, metavar="LISTS PAPERS")
    asked = parser.parse_args()
    if asked.corpus is None:
        parser.error("name --corpus FILE")
    corpus = read_papers(asked.corpus)
    if asked.scale is not None:
        if len(asked.scale) not in (0, 2):
            parser.error("--scale takes the number of lists and of papers, or nothing")
        measure_scale(corpus, *asked.scale)
        return
    if not asked.folders:
        parser.error("name folders, or --scale")
    embedder = load_embedder(asked.embedder)
    if embedder is None:
        parser.error("picks need an embedder")
    store = VectorFile(embedder, asked.vectors)
    for folder in asked.folders:
        topics = read_topics(folder)
        if asked.follow:
            measure_followed(topics, corpus, store, draws=asked.draws)
        elif asked.days:
            measure_days(topics, corpus, store)
        else:
            measure(topics, corpus, store, draws=asked.draws, topic=asked.topic)


if __name__ == "__main__":
    main()
