"""The pass over new papers, and the preview."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from bot.services.topics._reading import read_stored, read_topic
from bot.services.topics._recent_papers import RecentPapers
from bot.services.topics._vectors import Floats, TopicVectors
from papers import calendar
from papers.embedding import Embedder
from papers.matching import PRECISION, Matcher, Wanted, propose
from papers.sources import DatedSource, PaperSource
from papers.topics import Strictness, Topic
from storage import papers, subscriptions, topic_matches
from storage.database import Database
from storage.papers import StoredPaper
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
class Shown:
    """A paper that a topic would have brought, and why."""

    paper: StoredPaper
    score: float
    reason: str


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
        # What is asked for threads alone is matched with no topic.
        listed = [source.name for source in sources if not isinstance(source, DatedSource)]
        self._window = RecentPapers(database, embedder, listed)

    async def match_new(self, now: datetime) -> int:
        """Match what is new against every topic, and return how many matches there are.

        Does next to nothing when nothing is new.
        """
        async with self._database.read() as conn:
            done, reachable = await topic_matches.progress(conn), await topic_matches.latest(conn)
        if done == reachable:
            await self._catch_up()
            return 0
        window = self._window
        await window.refresh(now)
        fresh = [
            item.paper_id
            for item in window.papers.values()
            if item.revision > done.revision or item.entry > done.entry
        ]
        async with self._database.read() as conn:
            stored = await subscriptions.all_topics(conn)
        await window.embed(fresh)
        rows = await self._wanted(stored, only=True)
        found = [
            NewMatch(rows[place][0].id, shown.paper.paper.id, shown.score, shown.reason)
            for place, shown in await self._match([wanted for _, wanted in rows], fresh)
        ]
        async with self._database.write() as conn:
            # A topic whose last follower left meanwhile takes its matches along.
            known = {topic.id for topic in await subscriptions.all_topics(conn)}
            found = [item for item in found if item.topic_id in known]
            await topic_matches.store(conn, found, window.reached, now=now)
        if fresh:
            log.info("matched papers=%d topics=%d n=%d", len(fresh), len(stored), len(found))
        await self._catch_up()
        return len(found)

    async def preview(self, draft: TopicDraft, now: datetime) -> Preview:
        """Return what a topic would have brought.

        Raises:
            UserError: it cannot be read; says where.
        """
        topic = read_topic(draft.query)
        await self._window.refresh(now)
        await self._window.embed(self._newest(), _AT_ONCE)
        ((_, wanted),) = await self._wanted([StoredTopic(0, draft.query, draft.mode)])
        possible = await asyncio.to_thread(self._window.possible, wanted)
        found = [
            shown
            for _, shown in await self._match([wanted], possible)
            if (shown.paper.metrics.upvotes or 0) >= draft.min_votes
        ]
        found.sort(key=lambda shown: (-shown.score, shown.paper.paper.id))
        precision = await asyncio.to_thread(self._precision, wanted)
        days = [each.day for each in self._window.papers.values()]
        preview = Preview(
            topic, len(days), tuple(found), precision=precision, newest=max(days, default=None)
        )
        if len(found) > TOO_FEW and not preview.nearly_all:
            return preview
        return replace(preview, proposals=await self._propose(wanted, preview))

    def _precision(self, wanted: Wanted) -> float | None:
        archive = self._window.archive()
        scored = archive is not None and archive.calibrates and wanted.topic.text
        return PRECISION[wanted.strictness] if scored else None

    async def _propose(self, wanted: Wanted, preview: Preview) -> tuple[str, ...]:
        if preview.nearly_all:
            near = [shown.paper.paper for shown in preview.found]
        else:
            ids = await asyncio.to_thread(self._window.nearest, wanted, _MAX_NEAREST_PAPERS)
            async with self._database.read() as conn:
                near = [each.paper for each in (await papers.get_many(conn, ids)).values()]
        statistics = await asyncio.to_thread(self._window.statistics)
        return tuple(await asyncio.to_thread(propose, wanted.topic, near, statistics))

    async def remember(self, topic: StoredTopic, now: datetime) -> None:
        """Note what a new topic matched before, for the counts; no digest brings that."""
        if topic.mode is Mode.TRENDING:
            return
        async with self._database.read() as conn:
            done = await topic_matches.progress(conn)
        await self._window.refresh(now)
        seen = self._window.papers
        rows = await self._wanted([topic])
        for _, wanted in rows:
            possible = [
                paper_id
                for paper_id in await asyncio.to_thread(self._window.possible, wanted)
                if (known := seen.get(paper_id)) is not None
                and known.revision <= done.revision
                and known.entry <= done.entry
            ]
            found = [shown for _, shown in await self._match([wanted], possible)]
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
        await self._window.refresh(now)
        await self._window.embed(paper_ids)
        async with self._database.read() as conn:
            some = list((await papers.get_many(conn, paper_ids)).values())
        return await asyncio.to_thread(self._matcher, some)

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
        await self._window.refresh(now)
        ids = [paper_id for paper_id in paper_ids if paper_id in self._window.papers]
        rows = await self._wanted([topic])
        if not ids or not rows or not rows[0][1].topic.text:
            return {}
        matcher = await self.matcher(ids, now)
        scores = await asyncio.to_thread(matcher.scores, rows[0][1])
        scored = self._precision(rows[0][1]) is not None
        return {
            paper.id: float(score) if scored else None
            for paper, score in zip(matcher.papers, scores, strict=True)
            if np.isfinite(score)
        }

    async def suggest(self, typed: str, limit: int, now: datetime) -> list[str]:
        """Return topics that begin with or hold what was typed: popular ones, then keywords."""
        async with self._database.read() as conn:
            popular = list(await subscriptions.popular(conn, typed, limit))
        if not self._window.papers:
            await self._window.refresh(now)
        wanted = typed.casefold()
        known = [word for word, _ in self._window.keywords().most_common() if wanted in word]
        known.sort(key=lambda word: not word.startswith(wanted))
        return list(dict.fromkeys([*popular, *known]))[:limit]

    async def _catch_up(self) -> None:
        """Embed some papers that came before there was a model."""
        await self._window.embed(self._newest(), _AT_A_TIME)

    def _newest(self) -> list[str]:
        return list(reversed(self._window.papers))

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

    async def _match(self, wanted: Sequence[Wanted], ids: Sequence[str]) -> list[tuple[int, Shown]]:
        """Return what the topics want of these papers, with the place of each topic."""
        found: list[tuple[int, Shown]] = []
        if not wanted:
            return found
        for start in range(0, len(ids), _PAPERS):
            async with self._database.read() as conn:
                some = list((await papers.get_many(conn, ids[start : start + _PAPERS])).values())
            found += await asyncio.to_thread(self._pass, wanted, some)
        return found

    def _pass(
        self, wanted: Sequence[Wanted], some: Sequence[StoredPaper]
    ) -> list[tuple[int, Shown]]:
        stored = {each.paper.id: each for each in some}
        return [
            (match.wanted, Shown(stored[match.paper.id], match.score, match.reason()))
            for match in self._matcher(some).match(wanted)
        ]

    def _matcher(self, some: Sequence[StoredPaper]) -> Matcher:
        window = self._window
        return Matcher(
            [each.paper for each in some],
            window.statistics(),
            vectors=window.rows([each.paper.id for each in some]),
            archive=window.archive(),
        )
