"""Speed and memory of learning and scoring many lists at once."""

import resource
import sys
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks._picks_lines import say
from papers.embedding import unit_rows
from papers.model import Paper
from papers.picks import Background, Reading, Signals, learn, scores

_SEED = 20261127
_DIMENSIONS = 384  # what a vector means makes no difference to what it costs
_BACKGROUND = 3_000
_POOL = 5_000
"""Distinct papers that people saved: many save the same."""
_SAVED = (3, 20)
_DISMISSED = 5


def measure_scale(corpus: list[Paper], lists: int = 10_000, papers: int = 500) -> None:
    """Measure lists of 3 to 20 saved papers, and up to five dismissed, against new papers."""
    rng = np.random.default_rng(_SEED)
    chosen = [corpus[at] for at in map(int, rng.permutation(len(corpus)))]
    name = f"scale-{lists}x{papers}"
    new = chosen[:papers]
    recent = chosen[papers : papers + _BACKGROUND]
    saved = chosen[papers : papers + _POOL]
    vectors = [_directions(rng, len(each)) for each in (new, recent, saved)]
    before = _memory()
    began = time.perf_counter()
    batch, known, pool = map(Reading.of, (new, recent, saved), vectors)
    read = time.perf_counter()
    background = Background(known)
    features, seen = background.features(pool), background.features(batch)
    prepared = time.perf_counter()
    signals = [_signals(rng, len(saved)) for _ in range(lists)]
    drawn = time.perf_counter()
    interests = learn(background, features, signals)
    learned = time.perf_counter()
    found = scores(interests, seen)
    scored = time.perf_counter()
    passed = found >= np.array([each.threshold for each in interests])[:, None]
    reasons = [(one, int(np.argmax(row))) for one, row in zip(interests[:100], found, strict=False)]
    asked = time.perf_counter()
    for one, place in reasons:
        one.why(seen, place)
    explained = time.perf_counter()
    say(name, "ours", "read_s", read - began, papers=len(new) + len(recent) + len(saved))
    say(name, "ours", "background_s", prepared - read, papers=len(recent))
    say(name, "ours", "learn_s", learned - drawn, saved=len(saved))
    say(name, "ours", "score_s", scored - learned, above=int(passed.sum()))
    say(name, "ours", "reason_ms", (explained - asked) / len(reasons) * 1e3)
    say(name, "ours", "rss_mb", _memory(), before_mb=round(before))


def _signals(rng: np.random.Generator, pool: int) -> Signals:
    """Return a list of papers that stand near each other in the pool, popular ones more often."""
    counts = int(rng.integers(*_SAVED, endpoint=True)), int(rng.integers(_DISMISSED + 1))
    places = np.unique((pool * rng.random(sum(counts) * 2) ** 2).astype(np.int64))
    places = rng.permutation(places)[: sum(counts)]
    return Signals(places[: max(len(places) - counts[1], 1)], places[counts[0] :][: counts[1]])


def _directions(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    return unit_rows(rng.standard_normal((count, _DIMENSIONS), dtype=np.float32) + np.float32(0.5))


def _memory() -> float:
    """Return the most memory that this process ever held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "linux" else peak / 1024**2
