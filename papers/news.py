"""News about a paper since it was saved: code, stars, models, new versions, publication.

A paper's state is reduced to one level for each kind of news, which only rises: 0 or 1 for what
appears once, the version's number, the threshold that its stars passed. News is a level above the
one known before, so that it comes once, in whatever order the sources answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from papers.model import Metrics, Paper
from papers.text import readable

STARS: Final = (100, 1_000)
"""The numbers of stars whose passing is news."""

LONGEST_WORDS: Final = 300
"""Characters kept of a comment or a journal reference; arXiv allows several hundred."""


class Kind(StrEnum):
    """What may become of a paper, in the order in which it is reported."""

    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    VERSION = "version"
    CODE = "code"
    STARS = "stars"
    MODEL = "model"
    DATASET = "dataset"
    SPACE = "space"


class Side(StrEnum):
    """Which sources know of a kind of news."""

    ARCHIVE = "archive"
    """arXiv: versions, withdrawal, publication."""
    COMMUNITY = "community"
    """The Hub: code, its stars, and what links to the paper."""


Levels = Mapping[Kind, int]
"""How far each kind is; a kind that is missing is at 0."""

_ARCHIVE: Final = (Kind.WITHDRAWN, Kind.PUBLISHED, Kind.VERSION)


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of news; a paper has at most one of each kind and level."""

    kind: Kind
    level: int
    words: str = ""
    """The authors' comment, or the journal reference, as people read it."""
    address: str | None = None
    """Where the code is, or the DOI's page."""
    count: int | None = None
    """Stars, models, datasets or Spaces, where that is known."""


def side_of(kind: Kind) -> Side:
    """Return which sources know of a kind."""
    return Side.ARCHIVE if kind in _ARCHIVE else Side.COMMUNITY


def levels(paper: Paper, metrics: Metrics) -> dict[Kind, int]:
    """Return how far each kind is with a paper; those at 0 are left out."""
    stars = metrics.stars or 0
    found = {
        Kind.WITHDRAWN: int(paper.withdrawn_at is not None),
        Kind.PUBLISHED: int(bool(paper.journal_ref or paper.doi)),
        Kind.VERSION: paper.version or 0,
        Kind.CODE: int(paper.repository is not None),
        Kind.STARS: max((passed for passed in STARS if stars >= passed), default=0),
        Kind.MODEL: int(bool(paper.linked_models)),
        Kind.DATASET: int(bool(paper.linked_datasets)),
        Kind.SPACE: int(bool(paper.linked_spaces)),
    }
    return {kind: level for kind, level in found.items() if level}


def joined(known: Levels, found: Levels, sides: Collection[Side] = tuple(Side)) -> dict[Kind, int]:
    """Return the higher level of each kind; `found` counts only for the kinds of these sides."""
    rising = {kind: level for kind, level in found.items() if side_of(kind) in sides}
    return {
        kind: max(known.get(kind, 0), rising.get(kind, 0))
        for kind in Kind
        if kind in known or kind in rising
    }


def is_sighted(side: Side, paper: Paper) -> bool:
    """Return whether a source's answer says enough of a side for later changes to be news.

    Without a known version, any version would be news.
    """
    return side is Side.COMMUNITY or paper.version is not None


def events(
    known: Levels, paper: Paper, metrics: Metrics, sides: Collection[Side]
) -> tuple[Event, ...]:
    """Return what is news about a paper, in the order of `Kind`.

    A withdrawal is a version too, and new code comes with its stars: each is one event.

    Args:
        known: the levels known before.
        paper: the paper now.
        metrics: its numbers now.
        sides: those that were sighted before; of the others, nothing is news.
    """
    found = levels(paper, metrics)
    risen = [
        kind for kind in Kind if found.get(kind, 0) > known.get(kind, 0) and side_of(kind) in sides
    ]
    covered = {Kind.WITHDRAWN: Kind.VERSION, Kind.CODE: Kind.STARS}
    left_out = {covered[kind] for kind in risen if kind in covered}
    return tuple(
        _event(kind, found[kind], paper, metrics) for kind in risen if kind not in left_out
    )


def _event(kind: Kind, level: int, paper: Paper, metrics: Metrics) -> Event:
    match kind:
        case Kind.WITHDRAWN | Kind.VERSION:
            return Event(kind, level, words=_words(paper.comment))
        case Kind.PUBLISHED:
            address = f"https://doi.org/{paper.doi}" if paper.doi else None
            return Event(kind, level, words=_words(paper.journal_ref or paper.doi), address=address)
        case Kind.CODE | Kind.STARS:
            return Event(kind, level, address=paper.repository, count=metrics.stars)
        case Kind.MODEL:
            return Event(kind, level, count=paper.linked_models)
        case Kind.DATASET:
            return Event(kind, level, count=paper.linked_datasets)
        case Kind.SPACE:
            return Event(kind, level, count=paper.linked_spaces)


def _words(text: str | None) -> str:
    return readable(text or "")[:LONGEST_WORDS]
