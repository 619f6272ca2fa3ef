"""Matching topics with papers of one pool of recent ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.services.topics._recent_papers import RecentPapers
from papers.matching import PRECISION, Matcher, Wanted
from storage.papers import StoredPaper

_BEHIND: Final = timedelta(days=3)
"""How much older the newest batch of one source may be than another's: a weekend."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper that a topic would have brought, and why."""

    paper: StoredPaper
    score: float
    reason: str


def passed(
    recent: RecentPapers, wanted: Sequence[Wanted], some: Sequence[StoredPaper]
) -> list[tuple[int, Shown]]:
    """Return what topics want of some papers, with the place of each topic. Blocking."""
    stored = {each.paper.id: each for each in some}
    return [
        (match.wanted, Shown(stored[match.paper.id], match.score, match.reason()))
        for match in matcher_of(recent, some).match(wanted)
    ]


def matcher_of(recent: RecentPapers, some: Sequence[StoredPaper]) -> Matcher:
    """Return the matcher of some papers among the recent ones. Blocking."""
    return Matcher(
        [each.paper for each in some],
        recent.statistics(),
        vectors=recent.rows([each.paper.id for each in some]),
        archive=recent.archive(),
    )


def newest_first(recent: RecentPapers) -> list[str]:
    """Return the ids of the recent papers, the newest first."""
    return list(reversed(recent.papers))


def newest_day(recent: Iterable[RecentPapers]) -> date | None:
    """Return the newest day of the source whose newest is the oldest, but none of long ago: what
    came since then is new to a person who begins to follow a topic."""
    days = [max(each.day for each in some.papers.values()) for some in recent if some.papers]
    return min((day for day in days if max(days) - day <= _BEHIND), default=None)


def precision_of(wanted: Wanted, recent: Iterable[RecentPapers]) -> float | None:
    """Return the share on topic of what matches; `None` where rules decide, not scores. Blocking,
    for a moment."""
    archives = [some.archive() for some in recent if some.papers]
    scored = archives and all(archive and archive.calibrates for archive in archives)
    return PRECISION[wanted.strictness] if scored and wanted.topic.text else None
