"""Digests replayed: a list is half known, and the rest of it comes day by day."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from benchmarks._matching_sets import TopicSet
from benchmarks._matching_vectors import VectorFile
from benchmarks._measures import mean, ndcg, recall
from benchmarks._picks_lines import say
from benchmarks._picks_systems import System, arxiv_sanity, centroid, nearest
from papers.model import Paper
from papers.picks import Background, Interest, Reading

SHOWN = 5
ALIKE = 0.85
LEAST_KNOWN = 100

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Replay:
    """One list: what was saved, what was known by then, and the days that follow."""

    saved: Places
    known: Places
    """Papers that came before the first of the days."""
    days: Sequence[Places]
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Day:
    """What a digest brought on one day."""

    shown: Sequence[str]
    """At most `SHOWN` papers above the threshold."""
    wanted: frozenset[str]
    """What the person would have saved of that day's papers."""
    alike: int
    """How many of the shown nearly repeat one shown before."""
    edge: str | None = None
    """The best paper at the edge of the list, on a day on which something is shown."""


def replay_of(
    dates: Sequence[date], ids: Sequence[str], wanted: set[str], *, least: int = LEAST_KNOWN
) -> Replay | None:
    """Return a list's older half and the days after it; None where nothing comes after.

    Args:
        dates: of all papers.
        ids: of all papers.
        wanted: papers of the list.
        least: papers that must have come before the first of the days.
    """
    places = sorted((at for at, each in enumerate(ids) if each in wanted), key=lambda at: dates[at])
    saved = places[: (len(places) + 1) // 2]
    if not saved:
        return None
    last = dates[saved[-1]]
    later = sorted({day for day in dates if day > last})
    known = np.array([at for at, day in enumerate(dates) if day <= last], dtype=np.int64)
    left = frozenset(ids[at] for at in places if dates[at] > last)
    if not left or len(known) < least:
        return None
    by_day: dict[date, list[int]] = {day: [] for day in later}
    for at, day in enumerate(dates):
        if day > last:
            by_day[day].append(at)
    days = [np.array(by_day[day], dtype=np.int64) for day in later]
    return Replay(np.array(saved, dtype=np.int64), known, days, left)


def summary(days: Sequence[Day]) -> Mapping[str, float]:
    """Return the figures of the digests of one list."""
    shown = sum(len(day.shown) for day in days)
    right = sum(len(day.wanted.intersection(day.shown)) for day in days)
    with_any = [day for day in days if day.wanted]
    without = [day for day in days if not day.wanted]
    found = {
        "shown": shown / max(len(days), 1),
        "found": right / max(sum(len(day.wanted) for day in days), 1),
        "missed": mean([float(not day.shown) for day in with_any]),
    }
    if shown:
        found["precision"] = right / shown
        found["alike"] = sum(day.alike for day in days) / shown
    if edges := [day for day in days if day.edge is not None]:
        found["edge"] = mean([float(day.edge in day.wanted) for day in edges])
    if without:
        found["silent"] = mean([float(not day.shown) for day in without])
    return found


def measure_days(topics: TopicSet, corpus: list[Paper], store: VectorFile) -> None:
    """Replay the digests of every topic's list."""
    papers = [paper for paper in topics.judged(corpus) if paper.published_at is not None]
    ids = [paper.id for paper in papers]
    dates = [paper.published_at.date() for paper in papers if paper.published_at is not None]
    vectors = store.vectors(papers, list(topics.texts.values())).papers
    reading = Reading.of(papers, vectors)
    ranked: dict[str, dict[str, list[float]]] = {}
    decided: dict[str, list[float]] = {}
    lists = 0
    others: dict[str, System] = {
        "centroid": centroid(vectors),
        "nearest": nearest(vectors),
        "svm": arxiv_sanity(papers),
    }
    for key in topics.texts:
        replay = replay_of(dates, ids, topics.relevant[key])
        if replay is None:
            continue
        lists += 1
        interest = Interest.of(Background(reading.take(replay.known)), reading.take(replay.saved))
        scores = {name: system(replay.saved) for name, system in others.items()}
        scores["ours"] = interest.scores(reading)
        for name, each in scores.items():
            for figure, values in _ranked(each, ids, replay).items():
                ranked.setdefault(name, {}).setdefault(figure, []).append(values)
        days = _digests(scores["ours"], interest, ids, vectors, replay)
        for figure, value in summary(days).items():
            decided.setdefault(figure, []).append(value)
    print(f"{topics.name}: {lists} lists of {len(topics.texts)} topics", file=sys.stderr)
    for name, figures in ranked.items():
        for figure, values in figures.items():
            say(topics.name, name, figure, mean(values), lists=lists)
    for figure, values in decided.items():
        say(topics.name, "ours", figure, mean(values), lists=len(values))


def _ranked(scores: Floats, ids: Sequence[str], replay: Replay) -> dict[str, float]:
    found: dict[str, list[float]] = {"ndcg@5": [], "recall@5": []}
    for day in replay.days:
        grades = {ids[at]: 1.0 for at in map(int, day) if ids[at] in replay.wanted}
        if grades:
            ranking = [ids[at] for at in map(int, day[np.argsort(-scores[day], kind="stable")])]
            found["ndcg@5"].append(ndcg(ranking, grades, SHOWN))
            found["recall@5"].append(recall(ranking, grades, SHOWN))
    return {figure: mean(values) for figure, values in found.items()}


def _digests(
    scores: Floats, interest: Interest, ids: Sequence[str], vectors: Floats, replay: Replay
) -> list[Day]:
    found: list[Day] = []
    before: list[int] = []
    for day in replay.days:
        order = day[np.argsort(-scores[day], kind="stable")]
        shown = [at for at in map(int, order[:SHOWN]) if scores[at] >= interest.threshold]
        alike = 0
        for at in shown:
            alike += bool(before) and float((vectors[before] @ vectors[at]).max()) >= ALIKE
            before.append(at)
        wanted = replay.wanted.intersection(ids[at] for at in map(int, day))
        below = order[scores[order] < interest.threshold]
        at_edge = [ids[at] for at in map(int, below) if shown and scores[at] >= interest.edge]
        edge = next(iter(at_edge), None)
        found.append(Day([ids[at] for at in shown], frozenset(wanted), alike, edge))
    return found
