"""An interest, learned from what was saved and dismissed, and the scores it gives to new papers.

An interest is two linear functions of a paper, written as weights of the saved and dismissed ones:

- of its words: least squares on TF-IDF of words and pairs of words, saved papers at 1, dismissed
  ones at -1, the background's mean at 0. With the few papers that a person saves it ranks as a
  linear SVM against the whole background does (average precision within .005), and costs the
  solution of one small system.
- of its meaning: (Σ + λ)⁻¹ (µ₊ - µ), what distinguishes the saved papers from recent ones in the
  directions in which recent ones differ least.

Each is divided by its deviation over the background, and the score is their sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from papers.picks._background import Background, Features
from papers.picks._calibration import threshold_of
from papers.picks._reading import Reading
from papers.picks._rows import Floats, Places
from papers.picks._why import Why, why

_RIDGE = 1.0
_MAX_PAPERS = 200
"""Saved papers, and dismissed ones, that count: the newest."""
_POOL = 4_096
"""Distinct papers whose likeness to others is held at a time: 16 MB with 500 new papers."""
_DISMISSED = 0.5
"""What the dismissed papers' mean counts against that of the saved ones."""
_LEAST = 0.02
"""A deviation is at least so much of what a saved paper scores, lest a tiny background explode."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Signals:
    """What a person said of papers of a pool, by their places in it, the newest last."""

    saved: Places
    dismissed: Places


@dataclass(frozen=True, slots=True)
class Interest:
    """What was learned from one list; valid for the background that it was learned against."""

    background: Background
    pool: Features
    """Papers, among them those that the interest was learned from."""
    places: Places
    """Which of the pool count, saved ones first."""
    saved: int
    """How many of them were saved; the others were dismissed."""
    words: Floats
    """Weight of each by words, in units of the score."""
    meaning: Floats
    """Weight of each by meaning, in units of the score."""
    threshold: float
    """The score above which a paper is worth showing without being asked."""

    @classmethod
    def of(
        cls, background: Background, saved: Reading, dismissed: Reading | None = None
    ) -> "Interest":
        """Learn one list, at least one saved paper, the newest last.

        Raises:
            ValueError: nothing was saved.
        """
        kept = [background.features(saved)]
        if dismissed is not None and len(dismissed):
            kept.append(background.features(dismissed))
        pool = kept[0] if len(kept) == 1 else kept[0].joined(kept[1])
        signals = Signals(np.arange(len(saved)), np.arange(len(saved), len(pool)))
        return learn(background, pool, [signals])[0]

    def scores(self, new: Reading | Features) -> Floats:
        """Return the score of each paper: the background's mean is 0, its deviation about 1.5."""
        return scores([self], new)[0]

    def why(self, new: Reading | Features, place: int) -> Why:
        """Return the saved paper that contributes most to the score of the paper at `place`."""
        one = _features(self.background, new).take(np.array([place]))
        liked = self.places[: self.saved]
        near = self.pool.take(liked)
        words, meaning = self.background.alike(one, near)
        shares = words[0] * self.words[: self.saved] + meaning[0] * self.meaning[: self.saved]
        best = int(np.argmax(shares))
        return why(one, near.take(np.array([best])))


def learn(background: Background, pool: Features, lists: Sequence[Signals]) -> list[Interest]:
    """Learn many lists from one pool of papers; half a millisecond for each. Call it in a thread.

    Raises:
        ValueError: a list has no saved paper.
    """
    found: list[Interest] = []
    for start, end in _parts([np.append(each.saved, each.dismissed) for each in lists]):
        some = lists[start:end]
        known = np.unique(np.concatenate([np.append(s.saved, s.dismissed) for s in some]))
        part = pool.take(known)
        words, meaning = background.alike(part, background.sample)
        for signals in some:
            if not len(signals.saved):
                raise ValueError("an interest needs at least one saved paper")
            liked, others = signals.saved[-_MAX_PAPERS:], signals.dismissed[-_MAX_PAPERS:]
            places = np.append(liked, others)
            at = np.searchsorted(known, places)
            chosen = part.take(at)
            inner = background.alike(chosen, chosen)
            model = _Model(len(liked), inner, (words[at].T, meaning[at].T))
            by_words, by_meaning = model.weights(np.arange(len(places)))
            usual = words[at].T @ by_words + meaning[at].T @ by_meaning
            threshold = threshold_of(model.held_out(), usual)
            found.append(
                Interest(background, pool, places, len(liked), by_words, by_meaning, threshold)
            )
    return found


def scores(interests: Sequence[Interest], new: Reading | Features) -> Floats:
    """Return the score of each new paper for each interest, shape (len(interests), len(new)).

    The interests have one background and one pool, as `learn` returns them.
    10,000 lists and 500 papers take about a second. Call it in a thread.
    """
    found = np.zeros((len(interests), len(new)), dtype=np.float32)
    if not interests:
        return found
    background, pool = interests[0].background, interests[0].pool
    seen = _features(background, new)
    for start, end in _parts([each.places for each in interests]):
        known = np.unique(np.concatenate([each.places for each in interests[start:end]]))
        words, meaning = background.alike(pool.take(known), seen)
        for row in range(start, end):
            one = interests[row]
            at = np.searchsorted(known, one.places)
            found[row] = one.words @ words[at] + one.meaning @ meaning[at]
    return found


class _Model:
    """The saved and dismissed papers of a list, and how alike they and the background's are."""

    def __init__(
        self, saved: int, inner: tuple[Floats, Floats], outer: tuple[Floats, Floats]
    ) -> None:
        self._saved = saved
        self._words, self._meaning = (each.astype(np.float64) for each in inner)
        self._usual_words, self._usual_meaning = outer

    def weights(self, used: Places) -> tuple[Floats, Floats]:
        """Return the weights by words and by meaning of the papers used, in units of the score."""
        liked = used < self._saved
        target = np.where(liked, 1.0, -1.0)
        system = self._words[np.ix_(used, used)] + _RIDGE * np.eye(len(used))
        words = np.linalg.solve(system, target).astype(np.float64, copy=False)
        dismissed = max(int((~liked).sum()), 1)
        meaning = np.where(liked, 1 / int(liked.sum()), -_DISMISSED / dismissed)
        return (
            self._in_units(words, self._words, self._usual_words, used),
            self._in_units(meaning, self._meaning, self._usual_meaning, used),
        )

    def _in_units(self, weights: Doubles, inner: Doubles, usual: Floats, used: Places) -> Floats:
        deviation = float(np.std(usual[:, used] @ weights))
        own = float(np.abs(inner[np.ix_(used, used)] @ weights).max())
        return (weights / max(deviation, _LEAST * own, 1e-9)).astype(np.float32)

    def held_out(self) -> Floats:
        """Return the score of each saved paper by the others; nothing of a single one."""
        size = len(self._words)
        if self._saved < 2:
            return np.empty(0, dtype=np.float32)
        found: list[float] = []
        for place in range(max(0, self._saved - _HELD_OUT), self._saved):
            used = np.delete(np.arange(size), place)
            words, meaning = self.weights(used)
            found.append(
                float(self._words[place, used] @ words + self._meaning[place, used] @ meaning)
            )
        return np.array(found, dtype=np.float32)


_HELD_OUT = 20
"""Saved papers, the newest, that are held out one at a time to find the threshold."""


def _features(background: Background, new: Reading | Features) -> Features:
    return background.features(new) if isinstance(new, Reading) else new


def _parts(places: Sequence[Places]) -> list[tuple[int, int]]:
    """Return ranges of lists that have at most `_POOL` distinct papers, one list at least."""
    found: list[tuple[int, int]] = []
    start, known = 0, set[int]()
    for row, each in enumerate(places):
        known.update(each.tolist())
        if len(known) > _POOL and row > start:
            found.append((start, row))
            start, known = row, set(each.tolist())
    if len(places) > start:
        found.append((start, len(places)))
    return found
