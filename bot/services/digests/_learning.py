"""Topics that learn: from the papers of each that the person who follows it saved or dismissed."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.services.background import Recent, RecentReading
from bot.services.digests._learned import Addition, Learned
from bot.services.digests._owed import brought_or_known, owed_candidates
from bot.services.topics import Topics
from papers.matching import VOTE_WEIGHT
from papers.mutes import Mutes
from papers.picks import Features, FollowedTopic, TopicSignals, learn_topics
from storage import digests, hidden, learned, papers, subscriptions
from storage.database import Database
from storage.papers import StoredPaper
from storage.subscriptions import Subscription
from storage.topic_matches import Candidate

ADDED: Final = 3
"""Papers that a digest brings at most besides what topics matched."""
_LOOKED_AT: Final = 20
"""Papers of one topic, the nearest to what was saved, that its text is asked about."""

_FIRST_DIGEST: Final = timedelta(days=7)
_BEFORE_LAST: Final = timedelta(days=1)
"""How long before a person's last digest an added paper may have come."""


@dataclass(frozen=True, slots=True)
class _Owed:
    """What a person's next digest is about."""

    signals: Mapping[int, learned.TopicSignals]
    candidates: Sequence[Candidate]
    said: Mapping[str, StoredPaper]
    """Papers that were saved or dismissed."""
    followed: Sequence[Subscription]
    unwanted: set[str]
    """Papers that are not to be added."""
    mutes: Mutes
    since: datetime


@dataclass(frozen=True, slots=True)
class _Near:
    """Papers that are near to what was saved from one topic, before its text is asked."""

    subscription: Subscription
    learned: FollowedTopic
    features: Features
    papers: Sequence[StoredPaper]


class TopicLearning:
    """Learns topics for each digest; what it computes is stored nowhere."""

    def __init__(self, database: Database, reading: RecentReading, topics: Topics) -> None:
        self._database = database
        self._reading = reading
        self._topics = topics

    async def signals(self, user_id: int) -> dict[int, learned.TopicSignals]:
        """Return what each of a person's topics learns from; no entry for one without any."""
        async with self._database.read() as conn:
            return await learned.signals(conn, user_id)

    async def forget(self, user_id: int, topic_id: int, now: datetime) -> datetime | None:
        """Let a topic begin to learn again; return the moment since which it learned, if any.

        Raises:
            UserError: the person does not follow it.
        """
        async with self._database.write() as conn:
            followed, before = await learned.forget(conn, user_id, topic_id, now)
        if not followed:
            raise UserError(_("You no longer follow this topic."))
        return before

    async def remember(
        self, user_id: int, topic_id: int, *, forgotten_at: datetime, before: datetime | None
    ) -> None:
        """Undo a `forget`.

        Raises:
            UserError: it is undone, or the topic was forgotten again since.
        """
        async with self._database.write() as conn:
            undone = await learned.remember(
                conn, user_id, topic_id, forgotten_at=forgotten_at, before=before
            )
        if not undone:
            raise UserError(_("This is undone already."))

    async def for_digest(self, user_id: int, now: datetime) -> Learned:
        """Return what a person's next digest can use: one short query where nothing was learned."""
        async with self._database.read() as conn:
            signals = await learned.signals(conn, user_id)
            if not signals:
                return Learned()
            found = await _read(conn, user_id, signals, now)
        if not found.followed:
            return Learned()
        recent = await self._reading.recent()
        scores, near = await asyncio.to_thread(self._learn, found, recent)
        additions: dict[str, Addition] = {}
        for some in near:
            for each in await self._added(some, now):
                known = additions.get(each.paper.paper.id)
                if known is None or each.margin > known.margin:
                    additions[each.paper.paper.id] = each
        best = sorted(additions.values(), key=lambda each: -each.margin)
        return Learned(scores, best[:ADDED])

    def _learn(
        self, found: _Owed, recent: Recent
    ) -> tuple[dict[tuple[int, str], float], list[_Near]]:
        of_topic: dict[int, list[Candidate]] = {}
        for candidate in found.candidates:
            if candidate.topic_id in found.signals:
                of_topic.setdefault(candidate.topic_id, []).append(candidate)
        entries = dict(found.said)
        entries |= {each.paper.paper.id: each.paper for some in of_topic.values() for each in some}
        pool, at = self._features(recent, entries)
        places = [
            TopicSignals(
                np.array([at[paper_id] for paper_id in signals.saved], dtype=np.int64),
                np.array(list(signals.saved.values()), dtype=np.float32),
                np.array([at[paper_id] for paper_id in signals.dismissed], dtype=np.int64),
            )
            for each in found.followed
            for signals in [found.signals[each.topic.id]]
        ]
        topics = learn_topics(recent.background, pool, places)
        scores: dict[tuple[int, str], float] = {}
        for subscription, topic in zip(found.followed, topics, strict=True):
            some = of_topic.get(subscription.topic.id, [])
            if not some:
                continue
            rows = pool.take(np.array([at[each.paper.paper.id] for each in some]))
            matched = np.array([_with_votes(each) for each in some], dtype=np.float32)
            for each, score in zip(some, topic.scores(rows, matched), strict=True):
                scores[subscription.topic.id, each.paper.paper.id] = float(score)
        return scores, _near(found, topics, recent)

    def _features(
        self, recent: Recent, entries: Mapping[str, StoredPaper]
    ) -> tuple[Features, dict[str, int]]:
        """Return papers as the background shows them, and the place of each; recent ones are read
        already."""
        read = {
            each.paper.id: place
            for place, each in enumerate(recent.papers)
            if each.paper.id in entries
        }
        known = recent.reading.take(np.array(list(read.values()), dtype=np.int64))
        others = [each for paper_id, each in entries.items() if paper_id not in read]
        found = recent.background.features(known)
        if others:
            found = found.joined(recent.background.features(self._reading.read(others)))
        ids = [*read, *(each.paper.id for each in others)]
        return found, {paper_id: place for place, paper_id in enumerate(ids)}

    async def _added(self, near: _Near, now: datetime) -> list[Addition]:
        """Return those of the near papers that the topic's text and the saves together let in."""
        ids = [each.paper.id for each in near.papers]
        by_text = await self._topics.scores(near.subscription.topic, ids, now)
        return await asyncio.to_thread(_additions, near, by_text)


async def _read(
    conn: AsyncConnection,
    user_id: int,
    signals: Mapping[int, learned.TopicSignals],
    now: datetime,
) -> _Owed:
    known = await brought_or_known(conn, user_id)
    mutes = await hidden.mutes_of(conn, user_id)
    candidates = await owed_candidates(conn, user_id, known, mutes, now)
    last = await digests.last_planned(conn, user_id)
    ids = {paper_id for each in signals.values() for paper_id in (*each.saved, *each.dismissed)}
    return _Owed(
        signals,
        candidates,
        await papers.get_many(conn, sorted(ids)),
        [
            each
            for each in await subscriptions.of_user(conn, user_id)
            if each.topic.id in signals and not each.paused
        ],
        known | {candidate.paper.paper.id for candidate in candidates},
        mutes,
        now - _FIRST_DIGEST if last is None else min(last, now) - _BEFORE_LAST,
    )


def _near(found: _Owed, topics: Sequence[FollowedTopic], recent: Recent) -> list[_Near]:
    """Return what is near to each topic that may add something."""
    new = [
        place
        for place, each in enumerate(recent.papers)
        if each.first_seen_at >= found.since
        and each.paper.id not in found.unwanted
        and each.paper.withdrawn_at is None
    ]
    near: list[_Near] = []
    features: Features | None = None
    for subscription, topic in zip(found.followed, topics, strict=True):
        some = [place for place in new if _wanted(recent.papers[place], subscription)]
        if topic.reached is None or not some:
            continue
        if features is None:
            features = recent.background.features(recent.reading.take(np.array(new)))
        rows = features.take(np.searchsorted(new, some))
        if chosen := topic.near(rows, _LOOKED_AT):
            shown = [
                place for place in chosen if not found.mutes.hides(recent.papers[some[place]].paper)
            ]
            of = [recent.papers[some[place]] for place in shown]
            near.append(_Near(subscription, topic, rows.take(np.array(shown, dtype=np.int64)), of))
    return near


def _wanted(paper: StoredPaper, subscription: Subscription) -> bool:
    """Return whether a paper came after the subscription, and has the votes that it takes."""
    enough = (paper.metrics.upvotes or 0) >= subscription.min_votes
    return enough and paper.first_seen_at >= subscription.created_at


def _with_votes(candidate: Candidate) -> float:
    votes = max(candidate.paper.metrics.upvotes or 0, 0)
    return candidate.score + VOTE_WEIGHT * math.log2(1 + votes)


def _additions(near: _Near, by_text: Mapping[str, float | None]) -> list[Addition]:
    ids = [each.paper.id for each in near.papers]
    places = [place for place, paper_id in enumerate(ids) if paper_id in by_text]
    if not places:
        return []
    topic, learned_topic = near.subscription.topic, near.learned
    rows = near.features.take(np.array(places))
    said = [by_text[ids[place]] for place in places]
    matched = np.array([0.0 if score is None else score for score in said], dtype=np.float32)
    margins = learned_topic.margins(rows, None if None in said else matched)
    return [
        Addition(
            paper=near.papers[place],
            topic_id=topic.id,
            topic=topic.query,
            score=float(matched[row]),
            margin=float(margins[row]),
            near=learned_topic.nearest(rows, row),
        )
        for row, place in enumerate(places)
        if margins[row] >= 0
    ]
