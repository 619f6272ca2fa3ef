"""The pass over new papers, and the preview."""

import asyncio
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from bot.services.topics._matching import (
    Shown,
    matcher_of,
    newest_day,
    newest_first,
    passed,
    precision_of,
)
from bot.services.topics._pools import Pools, reached
from bot.services.topics._reading import read_stored, read_topic
from bot.services.topics._recent_papers import RecentPapers
from bot.services.topics._vectors import Floats, TopicVectors
from papers import calendar
from papers.embedding import Embedder
from papers.matching import Matcher, Wanted, propose
from papers.sources import PaperSource
from papers.sources.declared import pools
from papers.topics import Strictness, Topic
from storage import papers, subscriptions, topic_matches
from storage.database import Database
from storage.subscriptions import Mode, StoredTopic, TopicDraft
from storage.topic_matches import NewMatch

log = logging.getLogger(__name__)

TOO_MANY = 0.4
"""The share of all papers from which a topic is no topic."""
TOO_FEW = 1
"""Matches in a preview up to which other words are proposed."""

_PAPERS = 1_024
"""Papers read and matched at a time: 30 MB."""
_AT_ONCE = 64
"""Papers embedded while a user waits: about a second."""
_AT_A_TIME = 256
"""Papers embedded after a pass, when many lack it: at the first start, or with a new model."""
_MAX_NEAREST_PAPERS = 50
"""Papers whose words are proposed."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a topic would have brought in the last 14 days, best first."""

    topic: Topic
    total: int
    found: tuple[Shown, ...]
    proposals: tuple[str, ...] = ()
    precision: float | None = None
    """The share of what matches that is on topic; None where rules decide, not scores."""
    newest: date | None = None
    """The newest day that any paper of those days is from."""

    @property
    def nearly_all(self) -> bool:
        """Whether the topic lets through so much that it says nothing."""
        return self.total >= 10 and len(self.found) > TOO_MANY * self.total


class Topics:
    """Matches topics; holds the vectors of topics, and the words of the last two weeks' papers."""

    def __init__(
        self, database: Database, embedder: Embedder | None, sources: Sequence[PaperSource]
    ) -> None:
        """Without an embedder topics are matched by their words."""
        self._database = database
        self._vectors = TopicVectors(embedder) if embedder is not None else None
        self._pools = Pools(database, embedder, sources)

    async def match_new(self, now: datetime) -> int:
        """Match what is new against every topic, and return how many matches there are.

        Does next to nothing when nothing is new.
        """
        async with self._database.read() as conn:
            done, reachable = await topic_matches.progress(conn), await topic_matches.latest(conn)
        if done == reachable:
            await self._catch_up()
            return 0
        async with self._database.read() as conn:
            groups = await subscriptions.source_groups(conn)
        used, lost = await self._pools.of([(), *groups], now), await self._pools.lost(groups)
        self._pools.keep(used)
        async with self._database.read() as conn:
            stored = await subscriptions.all_topics(conn)
        rows = await self._wanted(stored, only=True)
        found: list[NewMatch] = []
        matched = 0
        for pool, recent in used.items():
            fresh = [
                item.paper_id
                for item in recent.papers.values()
                if item.revision > done.revision or item.entry > done.entry
            ]
            await recent.embed(fresh)
            some = [each for each in rows if pool in pools(each[0].sources, lost=lost)]
            found += [
                NewMatch(some[place][0].id, shown.paper.paper.id, shown.score, shown.reason)
                for place, shown in await self._match(recent, [each for _, each in some], fresh)
            ]
            matched += len(fresh)
        async with self._database.write() as conn:
            # A topic whose last follower left meanwhile takes its matches along.
            known = {topic.id for topic in await subscriptions.all_topics(conn)}
            found = [item for item in found if item.topic_id in known]
            await topic_matches.store(conn, found, reached(used.values()), now=now)
        if matched:
            log.info("matched papers=%d topics=%d n=%d", matched, len(stored), len(found))
        await self._catch_up()
        return len(found)

    async def preview(self, draft: TopicDraft, now: datetime) -> Preview:
        """Return what a topic would have brought.

        Raises:
            UserError: it cannot be read; says where.
        """
        topic = read_topic(draft.query)
        recent = tuple((await self._pools.of([draft.sources], now)).values())
        row = StoredTopic(0, draft.query, draft.mode, draft.sources)
        ((_, wanted),) = await self._wanted([row])
        best: dict[str, Shown] = {}
        for some in recent:
            await some.embed(newest_first(some), _AT_ONCE)
            possible = await asyncio.to_thread(some.possible, wanted)
            for _, shown in await self._match(some, [wanted], possible):
                known = best.get(shown.paper.paper.id)
                if (shown.paper.metrics.upvotes or 0) >= draft.min_votes and (
                    known is None or shown.score > known.score
                ):
                    best[shown.paper.paper.id] = shown
        found = sorted(best.values(), key=lambda shown: (-shown.score, shown.paper.paper.id))
        preview = Preview(
            topic,
            len({paper_id for some in recent for paper_id in some.papers}),
            tuple(found),
            precision=await asyncio.to_thread(precision_of, wanted, recent),
            newest=newest_day(recent),
        )
        if not recent or (len(found) > TOO_FEW and not preview.nearly_all):
            return preview
        return replace(preview, proposals=await self._propose(wanted, preview, recent))

    async def _propose(
        self, wanted: Wanted, preview: Preview, recent: Sequence[RecentPapers]
    ) -> tuple[str, ...]:
        largest = max(recent, key=lambda some: len(some.papers))
        if preview.nearly_all:
            near = [shown.paper.paper for shown in preview.found]
        else:
            ids = await asyncio.to_thread(largest.nearest, wanted, _MAX_NEAREST_PAPERS)
            async with self._database.read() as conn:
                near = [each.paper for each in (await papers.get_many(conn, ids)).values()]
        statistics = await asyncio.to_thread(largest.statistics)
        return tuple(await asyncio.to_thread(propose, wanted.topic, near, statistics))

    async def remember(self, topic: StoredTopic, now: datetime) -> None:
        """Note what a new topic matched before, for the counts; no digest brings that."""
        if topic.mode is Mode.TRENDING:
            return
        async with self._database.read() as conn:
            done = await topic_matches.progress(conn)
        recent = await self._pools.of([topic.sources], now)
        rows = await self._wanted([topic])
        for some, (_, wanted) in itertools.product(recent.values(), rows):
            seen = some.papers
            possible = [
                paper_id
                for paper_id in await asyncio.to_thread(some.possible, wanted)
                if (known := seen.get(paper_id)) is not None
                and known.revision <= done.revision
                and known.entry <= done.entry
            ]
            found = [shown for _, shown in await self._match(some, [wanted], possible)]
            async with self._database.write() as conn:
                for shown in found:
                    paper_id = shown.paper.paper.id
                    match = NewMatch(topic.id, paper_id, shown.score, shown.reason)
                    begun = calendar.begins(seen[paper_id].day)
                    at = min(begun, now - timedelta(minutes=1))
                    await topic_matches.remember(conn, [match], at=at)

    async def matcher(self, paper_ids: Sequence[str], now: datetime) -> Matcher:
        """Return the matcher of some papers as a pass would have it, for others than subscribers.

        A paper that is not embedded yet is embedded now.
        """
        (recent,) = (await self._pools.of([()], now)).values()
        return await self._prepared(recent, paper_ids)

    async def _prepared(self, recent: RecentPapers, paper_ids: Sequence[str]) -> Matcher:
        await recent.embed(paper_ids)
        async with self._database.read() as conn:
            some = list((await papers.get_many(conn, paper_ids)).values())
        return await asyncio.to_thread(matcher_of, recent, some)

    async def wanted(self, queries: Iterable[str]) -> dict[str, Wanted]:
        """Return topics as the matcher takes them, without those that cannot be read any more."""
        rows = await self._wanted([StoredTopic(0, query, Mode.STRICT) for query in queries])
        return {row.query: wanted for row, wanted in rows}

    async def scores(
        self, topic: StoredTopic, paper_ids: Sequence[str], now: datetime
    ) -> dict[str, float | None]:
        """Return how papers that a topic did not match score by its text.

        Only papers of the last two weeks that its conditions let through; none for a topic that is
        nothing but conditions. `None` stands for a score that rules would decide instead.
        """
        rows = await self._wanted([topic])
        if not rows or not rows[0][1].topic.text:
            return {}
        wanted = rows[0][1]
        found: dict[str, float | None] = {}
        for recent in (await self._pools.of([topic.sources], now)).values():
            ids = [paper_id for paper_id in paper_ids if paper_id in recent.papers]
            if not ids:
                continue
            matcher = await self._prepared(recent, ids)
            scores = await asyncio.to_thread(matcher.scores, wanted)
            scored = precision_of(wanted, [recent]) is not None
            found |= {
                paper.id: float(score) if scored else None
                for paper, score in zip(matcher.papers, scores, strict=True)
                if np.isfinite(score)
            }
        return found

    async def suggest(self, typed: str, limit: int, now: datetime) -> list[str]:
        """Return topics that begin with or hold what was typed: popular ones, then keywords."""
        async with self._database.read() as conn:
            popular = list(await subscriptions.popular(conn, typed, limit))
        recent = self._pools.default
        if not recent.papers:
            await recent.refresh(now)
        wanted = typed.casefold()
        known = [word for word, _ in recent.keywords().most_common() if wanted in word]
        known.sort(key=lambda word: not word.startswith(wanted))
        return list(dict.fromkeys([*popular, *known]))[:limit]

    async def _catch_up(self) -> None:
        """Embed some papers that came before there was a model."""
        for recent in self._pools.all():
            await recent.embed(newest_first(recent), _AT_A_TIME)

    async def _wanted(
        self, stored: Sequence[StoredTopic], *, only: bool = False
    ) -> list[tuple[StoredTopic, Wanted]]:
        """Return those topics that can be read as the matcher takes them."""

        def read() -> list[tuple[StoredTopic, Wanted]]:
            rows = read_stored(stored)
            topics = [topic for _, topic in rows]
            vectors: list[Floats | None] = [None] * len(topics)
            if self._vectors is not None:
                vectors = self._vectors.of(topics, only=only)
            return [
                (row, Wanted(topic, Strictness(row.mode.value), found))
                for (row, topic), found in zip(rows, vectors, strict=True)
            ]

        return await asyncio.to_thread(read)

    async def _match(
        self, recent: RecentPapers, wanted: Sequence[Wanted], ids: Sequence[str]
    ) -> list[tuple[int, Shown]]:
        """Return what the topics want of these papers, with the place of each topic."""
        found: list[tuple[int, Shown]] = []
        if not wanted:
            return found
        for start in range(0, len(ids), _PAPERS):
            async with self._database.read() as conn:
                some = list((await papers.get_many(conn, ids[start : start + _PAPERS])).values())
            found += await asyncio.to_thread(passed, recent, wanted, some)
        return found
