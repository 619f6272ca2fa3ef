"""What a person's topics have learned, for a digest: another order, and a few more papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from papers.model import Paper
from storage.papers import StoredPaper
from storage.topic_matches import Candidate


@dataclass(frozen=True, slots=True)
class Addition:
    """A paper that a topic did not match, and that is like what the person saved from it."""

    paper: StoredPaper
    topic_id: int
    topic: str
    score: float
    """By the topic's text."""
    margin: float
    """How far the learned score is above the one that is required."""
    near: Paper
    """The saved paper that contributes most."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What saves and dismissals say about one digest."""

    scores: Mapping[tuple[int, str], float] = field(default_factory=dict[tuple[int, str], float])
    """Of topics that learned something, by topic and paper."""
    additions: Sequence[Addition] = ()
    """The surest first."""


def reordered(
    groups: Sequence[list[Candidate]], scores: Mapping[tuple[int, str], float]
) -> list[list[Candidate]]:
    """Let the papers of each topic that learned something change places among themselves.

    Other papers stay where they are, and none is left out. A paper belongs to its best topic; one
    without a score comes after those that have one.
    """
    found = list(groups)
    places: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group[0].topic_id, []).append(place)

    def learned(group: list[Candidate]) -> float:
        best = group[0]
        return scores.get((best.topic_id, best.paper.paper.id), float("-inf"))

    for of_topic in places.values():
        # Sorting is stable: what has the same score keeps its order.
        some = sorted((groups[place] for place in of_topic), key=learned, reverse=True)
        for place, group in zip(of_topic, some, strict=True):
            found[place] = group
    return found
