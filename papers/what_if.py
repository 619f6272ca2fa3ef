"""What other settings would have made of a channel's past threads: their length, and what was saved
from them that they would have kept.

Only stricter settings are judged, since nothing is known of saves of papers that were not shown.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeVar

VOTES: Final = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100)
"""Thresholds of upvotes that are tried."""
KEPT: Final = 0.8
"""A change is worth mentioning if it keeps at least so much of what was saved..."""
LENGTH: Final = 0.9
"""...in threads of at most so much of their length."""
TOPICS: Final = 3
"""Topics that are proposed together at most."""
_SAVED_WITH: Final = 2
"""Saved papers that a keyword must have to be proposed."""

Setting = TypeVar("Setting")


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A paper of a thread."""

    paper_id: str
    saves: int
    """How many members saved it from there."""
    upvotes: int | None = None
    """At the moment it was planned; `None` where that is not known."""


@dataclass(frozen=True, slots=True)
class PastThread:
    """A thread, its papers in order."""

    papers: tuple[ShownPaper, ...]
    rest: tuple[int, ...] | None = None
    """Upvotes of the papers that the filters let through and that found no room, the highest first
    and no more than could have had a place; `None` where that is not known."""
    unshown: tuple[str, ...] = ()
    """The batch's papers that were not in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a setting would have done."""

    length: float
    """How long threads would have been, as a share of their length."""
    kept: float
    """The share of saves whose papers they would have had."""

    @property
    def helps(self) -> bool:
        """Whether it is worth mentioning."""
        return self.kept >= KEPT and self.length <= LENGTH

    @property
    def worth(self) -> float:
        """How much better it is than leaving out papers by chance."""
        return self.kept - self.length


def with_votes(threads: Sequence[PastThread], least: int) -> Outcome | None:
    """Return what a minimum of upvotes would have done, by the upvotes of the time."""
    known = [each for each in threads if knows_votes(each)]
    return _outcome(
        [
            ([p for p in each.papers if (p.upvotes or 0) >= least], each, _votes_from(each, least))
            for each in known
        ]
    )


def with_size(threads: Sequence[PastThread], size: int) -> Outcome | None:
    """Return what fewer papers would have done."""
    return _outcome([(each.papers[:size], each, 0) for each in threads])


def with_papers(threads: Sequence[PastThread], wanted: Collection[str]) -> Outcome | None:
    """Return what a filter would have done that lets these papers through."""
    return _outcome(
        [
            (
                [paper for paper in each.papers if paper.paper_id in wanted],
                each,
                sum(paper_id in wanted for paper_id in each.unshown),
            )
            for each in threads
        ]
    )


def best(outcomes: Mapping[Setting, Outcome | None]) -> tuple[Setting, Outcome] | None:
    """Return the setting that helps most; `None` where none does."""
    found = [(key, each) for key, each in outcomes.items() if each is not None and each.helps]
    return max(found, key=lambda pair: pair[1].worth, default=None)


def knows_votes(thread: PastThread) -> bool:
    """Return whether the upvotes of the time are known."""
    return thread.rest is not None and all(each.upvotes is not None for each in thread.papers)


def proposed(saved: Sequence[tuple[int, Collection[str]]]) -> tuple[str, ...]:
    """Return up to `TOPICS` keywords that together cover most saves.

    Args:
        saved: of each saved paper, by how many it was, and its keywords.
    """
    held = [(saves, {word.casefold() for word in words}) for saves, words in saved]
    papers = Counter(chain.from_iterable(words for _, words in held))
    chosen: list[str] = []
    while len(chosen) < TOPICS:
        left = [(saves, words) for saves, words in held if not words.intersection(chosen)]
        gains = Counter[str]()
        for saves, words in left:
            gains.update({word: saves for word in words if papers[word] >= _SAVED_WITH})
        if not gains:
            break
        chosen.append(max(gains, key=lambda word: (gains[word], word)))
    return tuple(chosen)


def _votes_from(thread: PastThread, least: int) -> int:
    return sum(upvotes >= least for upvotes in thread.rest or ())


def _outcome(
    parts: Sequence[tuple[Sequence[ShownPaper], PastThread, int]],
) -> Outcome | None:
    """Return the sum over threads: what stays of each, the thread, and what would move up."""
    length = sum(len(thread.papers) for _, thread, _ in parts)
    saves = sum(paper.saves for _, thread, _ in parts for paper in thread.papers)
    if not saves:
        return None
    new = sum(min(len(kept) + others, len(thread.papers)) for kept, thread, others in parts)
    return Outcome(new / length, sum(paper.saves for kept, _, _ in parts for paper in kept) / saves)
