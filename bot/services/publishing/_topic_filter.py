"""Which of a batch's papers a feed's topics want: the matcher of subscriptions, asked for
channels."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.i18n import translated
from bot.services.topics import Topics
from papers.matching import VOTE_WEIGHT, Matcher, Wanted
from papers.text import cut
from papers.trending import Ranked, Reason
from storage import topic_matches
from storage.database import Database
from storage.topic_matches import Progress

SHOWN_TOPIC, SHOWN_EVIDENCE = 60, 110
"""Characters of each in the line that says why a paper is there."""


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A paper that one of a feed's topics wants: how much, which topic, and why."""

    score: float
    topic: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Some papers, ready to be matched, and what feeds asked of them already."""

    paper_ids: tuple[str, ...]
    known: Progress
    """What the database held: newer papers ask for another preparation."""
    matcher: Matcher
    matches: dict[tuple[str, ...], dict[str, TopicMatch]]


class TopicFilter:
    """Matches the batch of the moment with feeds' topics; the feeds of an hour share it."""

    def __init__(self, database: Database, topics: Topics) -> None:
        self._database = database
        self._topics = topics
        self._asking = asyncio.Lock()
        self._prepared: _Prepared | None = None

    async def matches(
        self, paper_ids: Sequence[str], topics: Sequence[str], now: datetime
    ) -> dict[str, TopicMatch]:
        """Return what the topics want of these papers, by paper; of each its best topic.

        Call it with no connection at hand: it takes its own, and others wait for their turn.
        """
        async with self._asking:
            prepared = await self._prepare(tuple(paper_ids), now)
            key = tuple(topics)
            if key not in prepared.matches:
                wanted = await self._topics.wanted(key)
                prepared.matches[key] = await asyncio.to_thread(_match, prepared.matcher, wanted)
            return prepared.matches[key]

    async def _prepare(self, paper_ids: tuple[str, ...], now: datetime) -> _Prepared:
        async with self._database.read() as conn:
            known = await topic_matches.latest(conn)
        prepared = self._prepared
        if prepared is None or (prepared.paper_ids, prepared.known) != (paper_ids, known):
            matcher = await self._topics.matcher(paper_ids, now)
            prepared = self._prepared = _Prepared(paper_ids, known, matcher, {})
        return prepared


def rank_by_topic(ranked: Sequence[Ranked], matches: Mapping[str, TopicMatch]) -> list[Ranked]:
    """Return the papers that are wished for, the best match first, each with its topic and why."""

    def worth(place: Ranked) -> float:
        return matches[place.paper.id].score + VOTE_WEIGHT * place.score

    wanted = sorted(
        (place for place in ranked if place.paper.id in matches), key=worth, reverse=True
    )
    return [
        replace(place, position=position, reason=_because(place.reason, matches[place.paper.id]))
        for position, place in enumerate(wanted, 1)
    ]


def _because(reason: Reason, wish: TopicMatch) -> Reason:
    return replace(reason, topic=cut(wish.topic, SHOWN_TOPIC), evidence=wish.evidence)


def _match(matcher: Matcher, topics: Mapping[str, Wanted]) -> dict[str, TopicMatch]:
    """Return each paper's best topic."""
    written = list(topics)
    best: dict[str, TopicMatch] = {}
    for found in matcher.match(list(topics.values())):
        known = best.get(found.paper.id)
        if known is None or found.score > known.score:
            evidence = cut(translated(found.reason()), SHOWN_EVIDENCE)
            best[found.paper.id] = TopicMatch(found.score, written[found.wanted], evidence)
    return best
