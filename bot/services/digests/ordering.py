"""Order of the papers in a digest, the reason that each is given, and the batches that count."""

import math
from datetime import date

from bot.i18n import gettext as _
from bot.i18n import ngettext, translated
from papers import calendar
from papers.matching import VOTE_WEIGHT
from storage.topic_matches import Candidate

_BATCHES = 22
"""Batches that `trending` brings the best of, at most: a month's, after as long a quiet time."""


def ordered(candidates: list[Candidate], *, by_votes: bool) -> list[list[Candidate]]:
    """Group matches by paper, the best topic first, and order the papers."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda match: (-match.score, match.topic_id)):
        groups.setdefault(candidate.paper.paper.id, []).append(candidate)

    def worth(group: list[Candidate]) -> tuple[float, str]:
        votes = group[0].paper.metrics.upvotes or 0
        points = math.log2(1 + max(votes, 0))
        score = points if by_votes else group[0].score + VOTE_WEIGHT * points
        return (score, group[0].paper.paper.id)

    return sorted(groups.values(), key=worth, reverse=True)


def reason_of(group: list[Candidate]) -> str:
    """Say why a paper is there: what its best topic found, and how many other topics did."""
    topics = list(dict.fromkeys(candidate.topic for candidate in group))
    reason = translated(group[0].reason)
    if len(topics) == 1:
        return reason
    if len(topics) == 2:
        return _("{reason}, and your topic {topic}", reason=reason, topic=topics[1])
    return ngettext(
        "{reason}, and {count} more of your topics",
        "{reason}, and {count} more of your topics",
        len(topics) - 1,
        reason=reason,
    )


def batch_days(day: date, after: date | None, *, weekly: bool) -> list[date]:
    """Return the days of the batches that a digest brings the best of, the newest first.

    These are `day` alone, or its week; with the last day that was brought, all since `after`.
    """
    if after is None:
        days = [day]
        while weekly and len(days) < len(calendar.week_days(day)):
            days.append(calendar.previous(days[-1]))
        return days
    days: list[date] = []
    while day > after and len(days) < _BATCHES:
        days.append(day)
        day = calendar.previous(day)
    return days
