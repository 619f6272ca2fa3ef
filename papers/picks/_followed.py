"""Followed topics, learned from what a person saved and dismissed among their own papers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papers.matching import LEAST
from papers.model import Paper
from papers.picks._background import Background, Features
from papers.picks._interest import DISLIKING, Interest, Signals, learn
from papers.picks._rows import Floats, Places
from papers.topics import Strictness

LEAST_SIGNALS = 5
"""Papers saved or dismissed from which on a topic also brings papers that its text missed."""
LEAST_SAVED = 3
"""How many of these must be saved ones: what one or two papers have in common may be chance."""

_TEXT = 2.0
"""Weight of a topic's deviations beside the saves', whose deviation is about 1.5. Among papers that
a topic matched, its text is the better judge of what belongs to it, and the saves of what a person
wants of that: see docs/relevance.md."""
_DEVIATION = 0.1
"""Of the scores by `papers.matching` that recent papers have for one topic; those scores are made
to be comparable between topics (.099 ± .016 for 26 topics)."""
_REACHED = 0.25
"""The share of its own saved papers that an added paper must surpass. In a replay with five or ten
saved papers .43 to .50 of what is added is on the topic by the lists, as is .74 of what it matches;
without the text it is .23 to .28."""
_REACHED_ALONE = 0.75
"""The same where nothing is known of the text."""


@dataclass(frozen=True, slots=True)
class TopicSignals:
    """What a person said of a topic's papers, by their places in a pool, the newest last."""

    saved: Places
    matched: Floats
    """The score of each saved paper by the topic's text."""
    dismissed: Places


@dataclass(frozen=True, slots=True)
class FollowedTopic:
    """What a person wants of one topic; valid for the background that it was learned against."""

    interest: Interest
    """What was saved; what was dismissed while nothing is saved."""
    saved: int
    """How many saved papers it was learned from."""
    reached: float | None
    """What a paper must reach to be added; `None` while too little is known."""
    reached_alone: float
    """The same without the topic's text."""

    def scores(self, new: Features, matched: Floats) -> Floats:
        """Return the learned score of papers: what the saves say, and the topic's text twice.

        Args:
            new: the papers.
            matched: the score of each by the topic's text.
        """
        found = self.interest.scores(new)
        if not self.saved:
            found = -DISLIKING * np.maximum(found, np.float32(0))
        return (found + _weighed(matched)).astype(np.float32)

    def near(self, new: Features, limit: int) -> list[int]:
        """Return the places of at most `limit` papers that the saves let through, nearest first.

        These are few enough to be scored by the topic's text; `margins` says which are added.
        """
        if self.reached is None or not len(new):
            return []
        found = self.interest.scores(new)
        order = map(int, np.argsort(-found, kind="stable")[:limit])
        return [place for place in order if found[place] >= self.interest.threshold]

    def margins(self, new: Features, matched: Floats | None) -> Floats:
        """Return how far papers are above what is required to be added, negative below.

        What the text of a paper lacks of a match, its likeness to what was saved must make up for.

        Args:
            new: the papers.
            matched: the score of each by the topic's text; `None` where such scores say nothing.

        Raises:
            ValueError: too little is known.
        """
        if self.reached is None:
            raise ValueError("too little was saved or dismissed to add anything")
        found = self.interest.scores(new)
        if matched is None:
            return found - np.float32(self.reached_alone)
        return found + _weighed(_up_to_match(matched)) - np.float32(self.reached)

    def nearest(self, new: Features, place: int) -> Paper:
        """Return the saved paper that contributes most to the score of the paper at `place`."""
        paper_id = self.interest.why(new, place).paper_id
        return next(each for each in self.interest.pool.papers if each.id == paper_id)


def learn_topics(
    background: Background, pool: Features, topics: Sequence[TopicSignals]
) -> list[FollowedTopic]:
    """Learn topics, each from at least one paper of the pool. Call it in a thread.

    Raises:
        ValueError: nothing of a topic was saved nor dismissed.
    """
    none = np.zeros(0, dtype=np.int64)
    signals = [
        Signals(each.saved, each.dismissed) if len(each.saved) else Signals(each.dismissed, none)
        for each in topics
    ]
    return [
        FollowedTopic(interest, len(each.saved), *_reached(interest, each))
        for interest, each in zip(learn(background, pool, signals), topics, strict=True)
    ]


def _reached(interest: Interest, signals: TopicSignals) -> tuple[float | None, float]:
    saved, dismissed = len(signals.saved), len(signals.dismissed)
    if saved < LEAST_SAVED or saved + dismissed < LEAST_SIGNALS:
        return None, 0.0
    held_out = interest.held_out
    own = held_out + _weighed(_up_to_match(signals.matched[saved - len(held_out) :]))
    return float(np.quantile(own, _REACHED)), float(np.quantile(held_out, _REACHED_ALONE))


def _weighed(matched: Floats) -> Floats:
    return matched.astype(np.float32) * np.float32(_TEXT / _DEVIATION)


def _up_to_match(matched: Floats) -> Floats:
    """Return scores without what exceeds a match: how well its words fit says no more then."""
    return np.minimum(matched, np.float32(LEAST[Strictness.STRICT]))
