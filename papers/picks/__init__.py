"""Picks: what of the new papers is like the papers that a person saved to a list, and why."""

from papers.picks._background import Background, Features
from papers.picks._exploration import mixed
from papers.picks._followed import FollowedTopic, TopicSignals, learn_topics
from papers.picks._interest import Interest, Signals, learn, scores
from papers.picks._reading import Reader, Reading
from papers.picks._why import Why

__all__ = [
    "Background",
    "Features",
    "FollowedTopic",
    "Interest",
    "Reader",
    "Reading",
    "Signals",
    "TopicSignals",
    "Why",
    "learn",
    "learn_topics",
    "mixed",
    "scores",
]
