"""An interest, learned from what was saved and dismissed, and the scores it gives to new papers.

What was saved gives two linear functions of a paper, written as weights of the saved papers:

- of its words: least squares on TF-IDF of words and pairs of words, saved papers at 1, the
  background's mean at 0. With the few papers that a person saves it ranks as a linear SVM against
  the whole background does (average precision within .005), and costs the solution of one small
  system.
- of its meaning: (Σ + λ)⁻¹ (µ₊ - µ), what distinguishes the saved papers from recent ones in the
  directions in which recent ones differ least.

Each is divided by its deviation over the background, and their sum is the liking. What was
dismissed gives another such sum, the disliking, and half of what it exceeds the liking by is taken
off. Negative weights in the functions themselves were measured to be harmful: people dismiss what
was nearly right, and shares nearly everything with what they want (average precision after ten
saved and five dismissed papers is .77 without any use of the latter, .77 with ours, and .63 with
them at -1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papers.picks._background import Background, Features
from papers.picks._calibration import EDGE, threshold_of
from papers.picks._model import Model, Weights
from papers.picks._reading import Reading
from papers.picks._rows import Floats, Places
from papers.picks._topic import with_topic
from papers.picks._why import Why, why

_PAIRS = 4_000_000
"""Pairs of papers whose likeness is held at a time: 32 MB."""
DISLIKING = np.float32(0.5)
"""Of what the disliking exceeds the liking by, so much is taken off."""


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
    liked: Weights
    disliked: Weights | None
    threshold: float
    """The score above which a paper is worth showing without being asked."""
    held_out: Floats
    """Of each of the newest saved papers, the score by the others; nothing of a single one."""

    @classmethod
    def of(
        cls, background: Background, saved: Reading, dismissed: Reading | None = None
    ) -> "Interest":
        """Learn one list, at least one saved paper, the newest last.

        Raises:
            ValueError: nothing was saved.
        """
        pool = background.features(saved)
        if dismissed is not None and len(dismissed):
            pool = pool.joined(background.features(dismissed))
        signals = Signals(np.arange(len(saved)), np.arange(len(saved), len(pool)))
        return learn(background, pool, [signals])[0]

    @property
    def edge(self) -> float:
        """The score from which on a paper below the threshold is near the edge of the interest."""
        return EDGE * self.threshold

    @property
    def places(self) -> Places:
        """The places in the pool of the papers that count."""
        if self.disliked is None:
            return self.liked.places
        return np.append(self.liked.places, self.disliked.places)

    def scores(
        self, new: Reading | Features, *, topic: tuple[Floats, Floats] | None = None
    ) -> Floats:
        """Return the score of each paper: the background's mean is 0, its deviation about 1.5.

        Args:
            new: the papers.
            topic: what the person wants in words, as scores by `papers.matching.Matcher.scores`:
                of the same papers, and of some hundred recent ones. The sum only ranks: it is no
                more to be compared with the threshold.
        """
        found = scores([self], new)[0]
        return found if topic is None else with_topic(found, len(self.liked.places), *topic)

    def why(self, new: Reading | Features, place: int) -> Why:
        """Return the saved paper that contributes most to the score of the paper at `place`."""
        one = _features(self.background, new).take(np.array([place]))
        near = self.pool.take(self.liked.places)
        words, meaning = self.background.alike(one, near)
        best = int(np.argmax(words[0] * self.liked.words + meaning[0] * self.liked.meaning))
        return why(one, near.take(np.array([best])))


def learn(background: Background, pool: Features, lists: Sequence[Signals]) -> list[Interest]:
    """Learn many lists from one pool of papers; some milliseconds for each. Call it in a thread.

    Raises:
        ValueError: a list has no saved paper.
    """
    found: list[Interest] = []
    for start, end in _parts(
        [np.append(each.saved, each.dismissed) for each in lists], len(background.sample)
    ):
        some = lists[start:end]
        known = np.unique(np.concatenate([np.append(s.saved, s.dismissed) for s in some]))
        part = pool.take(known)
        words, meaning = background.alike(part, background.sample)
        for signals in some:
            if not len(signals.saved):
                raise ValueError("an interest needs at least one saved paper")
            likes = Model(background, part, known, signals.saved, words, meaning)
            liked = likes.weights()
            usual, disliked = likes.usual(liked), None
            if len(signals.dismissed):
                dislikes = Model(background, part, known, signals.dismissed, words, meaning)
                disliked = dislikes.weights()
                usual = _without(usual, dislikes.usual(disliked))
            held_out = likes.held_out()
            threshold = threshold_of(held_out, usual)
            found.append(Interest(background, pool, liked, disliked, threshold, held_out))
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
    for start, end in _parts([each.places for each in interests], len(seen)):
        some = interests[start:end]
        known = np.unique(np.concatenate([each.places for each in some]))
        alike = background.alike(pool.take(known), seen)
        for row, one in enumerate(some, start):
            found[row] = one.liked.of(known, *alike)
            if one.disliked is not None:
                found[row] = _without(found[row], one.disliked.of(known, *alike))
    return found


def _without(liking: Floats, disliking: Floats) -> Floats:
    taken = DISLIKING * np.maximum(disliking - liking, np.float32(0))
    return (liking - taken).astype(np.float32, copy=False)


def _features(background: Background, new: Reading | Features) -> Features:
    return background.features(new) if isinstance(new, Reading) else new


def _parts(places: Sequence[Places], width: int) -> list[tuple[int, int]]:
    """Return ranges of lists, at least one each, few enough to compare with `width` papers."""
    most = max(_PAIRS // max(width, 1), 1)
    found: list[tuple[int, int]] = []
    start, known = 0, set[int]()
    for row, each in enumerate(places):
        known.update(each.tolist())
        if len(known) > most and row > start:
            found.append((start, row))
            start, known = row, set(each.tolist())
    if len(places) > start:
        found.append((start, len(places)))
    return found
