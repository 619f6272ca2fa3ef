"""The order itself: see the package's docstring for the formula and where it comes from."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from papers.model import Metrics, Paper
from papers.presentations import STANDING
from papers.trending._candidate import Candidate
from papers.trending._filters import Filters
from papers.trending._prior import Prior
from papers.trending._reason import Reason

GROWTH = 1.0
"""How many votes one vote gained per day is worth on top of itself."""

HALF_LIFE_DAYS = 2.0
"""After so many days a paper of an older batch needs twice the interest to keep its place."""

FEW_VOTES = 5
"""Up to so many votes the reason names the prior: with more, it hardly changes the place."""

_FRESH_DAYS = 1
"""A paper seen for the first time within a day of its batch has gained all its votes since."""

_MIN_HOURS = 6.0
"""Snapshots closer than this say little about a day's pace; they count as this far apart."""

_POOL_PAPERS = 3.0
"""A batch's level leans on all batches' by so many papers: some days list a single one."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper in its place, the best at position 1."""

    paper: Paper
    metrics: Metrics
    batch: date
    score: float
    reason: Reason
    position: int
    edition: str | None = None
    """As the candidate's."""


def rank(
    candidates: Iterable[Candidate],
    *,
    day: date,
    filters: Filters | None = None,
    shown: Collection[str] = (),
    prior: Prior | None = None,
    size: int | None = None,
    half_life: float | None = HALF_LIFE_DAYS,
    boosts: Mapping[str, float] | None = None,
    votes: bool = True,
) -> list[Ranked]:
    """Return the papers to show, best first, each once and with its reason.

    Pass whole batches, also the papers that were shown or that the filters will drop: the level of
    a batch is measured over all of it.

    Args:
        candidates: the papers, in any order.
        day: the batch that the list is for; older batches are aged towards it.
        filters: what the feed wants to see at all.
        shown: ids that are never to come again. Withdrawn papers never come, either.
        prior: what to expect before anybody votes; without one all papers start equal.
        size: how many at most.
        half_life: days after which an older paper needs twice the interest; `None` for none, as in
            "the best of this month".
        boosts: what else speaks for papers, by id, in doublings of the interest.
        votes: whether people vote for papers of these sources; where not, the newer batch, how a
            conference presents them and the boosts decide.
    """
    filters = filters or Filters()
    boosts = boosts or {}
    shown = frozenset(shown)
    pool = _once(candidates)
    expected = _expected(pool, prior)
    levels = _levels(pool, day)

    def score(candidate: Candidate) -> float:
        interest = math.log2(expected[candidate.paper.id] + _interest(candidate, day))
        aged = 0.0 if half_life is None else _age(candidate, day) / half_life
        boost = boosts.get(candidate.paper.id, 0.0)
        if not votes:
            boost += STANDING.get(candidate.paper.kind or "", 0.0)
        return interest - levels[candidate.batch] - aged + boost

    wanted = [
        (score(candidate), candidate)
        for candidate in pool
        if candidate.paper.id not in shown
        and candidate.paper.withdrawn_at is None
        and filters.accepts(candidate)
    ]
    # Ties go to more votes, then more stars, then the newer id: never to the order of the input.
    wanted.sort(
        key=lambda pair: (
            pair[0],
            pair[1].metrics.upvotes or 0,
            pair[1].metrics.stars or 0,
            pair[1].paper.id,
        ),
        reverse=True,
    )
    return [
        Ranked(
            paper=candidate.paper,
            metrics=candidate.metrics,
            batch=candidate.batch,
            score=points,
            reason=_reason(candidate, filters, prior, votes=votes),
            position=position,
            edition=candidate.edition,
        )
        for position, (points, candidate) in enumerate(wanted[:size], start=1)
    ]


def raised(
    ranked: Sequence[Ranked], before: Sequence[Ranked], boosts: Mapping[str, float]
) -> list[Ranked]:
    """Return papers with the reason where a boost moved them up.

    Args:
        ranked: the papers, ordered with the boosts.
        before: all of them, ordered without.
        boosts: the boosts, by id.
    """
    places = {place.paper.id: place.position for place in before}
    return [
        replace(place, reason=replace(place.reason, taste=True))
        if place.paper.id in boosts and place.position < places[place.paper.id]
        else place
        for place in ranked
    ]


def _once(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each paper once, in its newest batch with its highest numbers, ordered by id."""
    by_id: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_id[candidate.paper.id].append(candidate)
    return [
        several[0] if len(several) == 1 else max(several, key=_precedence)
        for _, several in sorted(by_id.items())
    ]


def _precedence(candidate: Candidate) -> tuple[date, int, int, str]:
    metrics = candidate.metrics
    return (candidate.batch, metrics.upvotes or 0, metrics.stars or 0, repr(candidate))


def _age(candidate: Candidate, day: date) -> int:
    return max(0, (day - candidate.batch).days)


def _gained(candidate: Candidate) -> int | None:
    """Return the votes since the last snapshot, not below zero: votes are withdrawn, too."""
    previous = candidate.previous
    if previous is None or previous.upvotes is None or not candidate.hours_between:
        return None
    return max(0, (candidate.metrics.upvotes or 0) - previous.upvotes)


def _interest(candidate: Candidate, day: date) -> float:
    upvotes = max(0, candidate.metrics.upvotes or 0)
    gained = _gained(candidate)
    if gained is not None and candidate.hours_between is not None:
        pace = gained * 24 / max(candidate.hours_between, _MIN_HOURS)
    else:
        pace = upvotes if _age(candidate, day) <= _FRESH_DAYS else 0
    return upvotes + GROWTH * pace


def _levels(pool: Sequence[Candidate], day: date) -> Mapping[date, float]:
    """Return each batch's mean log2(1 + interest), small batches leaning on the mean of all."""
    points: defaultdict[date, list[float]] = defaultdict(list)
    for candidate in pool:
        points[candidate.batch].append(math.log2(1 + _interest(candidate, day)))
    overall = math.fsum(map(math.fsum, points.values())) / len(pool) if pool else 0.0
    return {
        batch: (math.fsum(values) + _POOL_PAPERS * overall) / (len(values) + _POOL_PAPERS)
        for batch, values in points.items()
    }


def _expected(pool: Sequence[Candidate], prior: Prior | None) -> Mapping[str, float]:
    """Return how many votes each paper starts with: 1 for an average one of its batch."""
    if prior is None:
        return dict.fromkeys((candidate.paper.id for candidate in pool), 1.0)
    batches: defaultdict[date, list[Candidate]] = defaultdict(list)
    for candidate in pool:
        batches[candidate.batch].append(candidate)
    expected: dict[str, float] = {}
    for batch, members in batches.items():
        points = prior.scores([(member.paper, member.metrics) for member in members], batch)
        expected.update(
            (member.paper.id, math.exp(point))
            for member, point in zip(members, points, strict=True)
        )
    return expected


def _reason(candidate: Candidate, filters: Filters, prior: Prior | None, *, votes: bool) -> Reason:
    upvotes = candidate.metrics.upvotes
    undecided = prior is not None and (upvotes or 0) <= FEW_VOTES
    return Reason(
        new=not votes,
        upvotes=upvotes,
        gained=_gained(candidate),
        since_hours=candidate.hours_between,
        stars=candidate.metrics.stars,
        matched=filters.matched(candidate.paper),
        prior=prior.praise(candidate.paper) if prior and undecided else None,
    )
