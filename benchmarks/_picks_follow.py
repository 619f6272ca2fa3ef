"""Followed topics replayed: a person saves and dismisses some of what a topic matched."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._matching_sets import TopicSet
from benchmarks._matching_systems import our_scores, our_sets
from benchmarks._matching_vectors import VectorFile
from benchmarks._measures import mean
from benchmarks._picks_lines import say
from benchmarks._thresholds import average_precision
from papers.matching import TermStatistics
from papers.model import Paper
from papers.picks import Background, Reading, TopicSignals, learn_topics
from papers.topics import Strictness

SIGNALS = ((1, 0), (3, 0), (5, 0), (10, 0), (0, 3), (3, 2), (5, 3))
"""Saved and dismissed papers."""
OTHERS = 4
"""Topics that are followed as one with the topic whose papers are saved, for `part`."""

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Case:
    """One topic, what it matched, and what its follower wants of that."""

    scores: Floats
    """Of all papers by the topic's text."""
    matched: Places
    wanted: NDArray[np.bool_]
    """Of all papers."""


def measure_followed(
    topics: TopicSet, corpus: list[Paper], store: VectorFile, *, draws: int
) -> None:
    """Measure the order of what topics match, and what they add, on one set.

    Vectors are those that the bot has for it: of whole abstracts.
    """
    papers = topics.judged(corpus)
    texts = list(topics.texts.values())
    vectors = store.vectors(papers, texts)
    statistics = TermStatistics.of(papers)
    text = our_scores(papers, texts, statistics, vectors)
    matches = our_sets(papers, texts, statistics, vectors, Strictness.STRICT)
    ids = np.array([paper.id for paper in papers])
    relevant = np.stack([np.isin(ids, list(topics.relevant[key])) for key in topics.texts])
    reading = Reading.of(papers, store.whole(papers))
    background = Background(reading)
    seen = background.features(reading)
    print(f"{topics.name}: {len(texts)} topics, {len(papers)} papers", file=sys.stderr)
    for part in (False, True):
        for saved, dismissed in SIGNALS:
            found: dict[str, list[float]] = {}
            for case, rng in _cases(text, matches, relevant, draws, part=part):
                order = rng.permutation(case.matched)
                good, bad = order[case.wanted[order]], order[~case.wanted[order]]
                if len(good) < saved + 2 or len(bad) < dismissed + 1:
                    continue
                signals = TopicSignals(good[:saved], case.scores[good[:saved]], bad[:dismissed])
                (topic,) = learn_topics(background, seen, [signals])
                rest = np.append(good[saved:], bad[dismissed:])
                rest.sort()
                for name, scores in (
                    ("text", case.scores),
                    ("ours", topic.scores(seen, case.scores)),
                ):
                    wanted = [set(ids[rest[case.wanted[rest]]].tolist())]
                    value = average_precision(scores[None, rest], wanted, ids[rest].tolist())
                    found.setdefault(name, []).append(value)
                if topic.reached is not None:
                    others = np.setdiff1d(np.arange(len(ids)), case.matched)
                    near = topic.near(seen.take(others), len(others))
                    places = others[near]
                    if len(places):
                        margins = topic.margins(seen.take(places), case.scores[places])
                        places = places[margins >= 0]
                    found.setdefault("added", []).append(len(places))
                    found.setdefault("right", []).append(int(case.wanted[places].sum()))
            _say(topics.name, found, part=part, saved=saved, dismissed=dismissed)


def _cases(
    text: Floats,
    matches: NDArray[np.bool_],
    relevant: NDArray[np.bool_],
    draws: int,
    *,
    part: bool,
) -> Iterator[tuple[_Case, np.random.Generator]]:
    for row in range(len(text)):
        for draw in range(draws):
            rng = np.random.default_rng((draw, row))
            rows = [row]
            if part:
                rows += rng.permutation(np.delete(np.arange(len(text)), row))[:OTHERS].tolist()
            matched = np.flatnonzero(matches[rows].any(axis=0))
            yield _Case(text[rows].max(axis=0), matched, relevant[row]), rng


def _say(
    name: str, found: dict[str, list[float]], *, part: bool, saved: int, dismissed: int
) -> None:
    wants = "part" if part else "topic"
    more = {"wants": wants, "saved": saved, "dismissed": dismissed}
    for system in ("text", "ours"):
        if values := found.get(system):
            say(name, system, "ap", mean(values), **more, runs=len(values))
    if added := found.get("added"):
        say(name, "ours", "added", mean(added), **more)
        if sum(added):
            say(name, "ours", "right", sum(found["right"]) / sum(added), **more)
