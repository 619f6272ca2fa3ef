"""Topics against papers: the pass over what is new, and the preview, by one matcher."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ui.errors import UserError
from bot.ui.text import escape
from papers import calendar
from papers.embedding import Embedder, paper_text
from papers.matching import Archive, Matcher, TermStatistics, Wanted
from papers.model import Paper
from papers.sources import PaperSource
from papers.terms import Stemmer, analyse
from papers.topics import Strictness, Topic, TopicError, parse
from storage import matches, subscriptions, vectors
from storage.database import Database
from storage.matches import Announced, NewMatch
from storage.papers import StoredPaper
from storage.subscriptions import Mode, StoredTopic, TopicDraft
from storage.vectors import Embedded

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

WINDOW = timedelta(days=14)
"""What a preview looks back on, and what says how rare a word is."""

MATCHES_KEPT = timedelta(days=30)

TOO_MANY = 0.4
"""The share of all papers from which a topic is no topic."""
TOO_FEW = 1
"""Matches in a preview up to which other words are proposed."""

_PORTION = 32
"""Papers embedded and kept at a time."""

_AT_ONCE = 64
"""Papers embedded while somebody waits: about two seconds."""

_PROPOSED = 5
_NEAR = 20
"""Papers whose keywords are proposed."""


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

    @property
    def nearly_all(self) -> bool:
        """Whether the topic lets through so much that it says nothing."""
        return self.total >= 10 and len(self.found) > TOO_MANY * self.total


class Topics:
    """Matches topics; holds the vectors of topics that were asked for."""

    def __init__(
        self, database: Database, embedder: Embedder | None, sources: Sequence[PaperSource]
    ) -> None:
        """Without an embedder topics are matched by their words.

        Only what people chose and vote for is matched, where there is such a source: whole arXiv
        listings are ten times as much, and noise is what people complain about first.
        """
        self._database = database
        chosen = [source.name for source in sources if source.curated]
        self._sources = chosen or [source.name for source in sources]
        self._embedder = embedder
        self._texts: dict[str, Floats] = {}
        self._keywords: Counter[str] = Counter()

    async def match_new(self, now: datetime) -> int:
        """Match what is new against every topic, and return how many matches there are.

        Does next to nothing when nothing is new.
        """
        async with self._database.read() as conn:
            done, reachable = await matches.progress(conn), await matches.latest(conn)
            if done == reachable:
                return 0
            window = await self._window(conn, now)
            stored = await subscriptions.all_topics(conn)
        fresh = [
            item
            for item in window
            if item.paper.revision > done.revision or item.entry > done.entry
        ]
        found = await self._match(stored, fresh, window)
        async with self._database.write() as conn:
            # A topic whose last follower left meanwhile takes its matches along.
            known = {topic.id for topic in await subscriptions.all_topics(conn)}
            found = [item for item in found if item.topic_id in known]
            await matches.store(conn, found, reachable, now=now)
            await matches.prune(conn, now - MATCHES_KEPT)
        if fresh:
            log.info("matched papers=%d topics=%d n=%d", len(fresh), len(stored), len(found))
        return len(found)

    async def preview(self, draft: TopicDraft, now: datetime) -> Preview:
        """Return what a topic would have brought.

        Raises:
            UserError: it cannot be read; says where.
        """
        topic = read_topic(draft.query)
        async with self._database.read() as conn:
            window = await self._window(conn, now)
        asked = StoredTopic(0, draft.query, draft.mode)
        by_id = {item.paper.paper.id: item.paper for item in window}
        found = [
            Shown(by_id[item.paper_id], item.score, item.reason)
            for item in await self._match([asked], window, window, embed=_AT_ONCE)
            if (by_id[item.paper_id].metrics.upvotes or 0) >= draft.min_votes
        ]
        found.sort(key=lambda shown: (-shown.score, shown.paper.paper.id))
        preview = Preview(topic, len(window), tuple(found))
        if len(found) <= TOO_FEW or preview.nearly_all:
            near = [item.paper.paper for item in window]
            if preview.nearly_all:
                near = [shown.paper.paper for shown in found]
            proposals = await asyncio.to_thread(_proposals, topic, near)
            preview = Preview(topic, len(window), tuple(found), proposals)
        return preview

    async def remember(self, topic: StoredTopic, now: datetime) -> None:
        """Note what a new topic matched before, for the counts; no digest brings that."""
        if topic.mode is Mode.TRENDING:
            return
        async with self._database.read() as conn:
            window = await self._window(conn, now)
            done = await matches.progress(conn)
        seen = [
            item
            for item in window
            if item.paper.revision <= done.revision and item.entry <= done.entry
        ]
        days = {item.paper.paper.id: item.day for item in seen}
        found = await self._match([topic], seen, window, embed=0)
        async with self._database.write() as conn:
            for item in found:
                at = min(calendar.begins(days[item.paper_id]), now - timedelta(minutes=1))
                await matches.remember(conn, [item], at=at)

    async def suggest(self, typed: str, limit: int, now: datetime) -> list[str]:
        """Return topics that begin with or hold what was typed: popular ones, then keywords."""
        async with self._database.read() as conn:
            popular = list(await subscriptions.popular(conn, typed, limit))
            if not self._keywords:
                await self._window(conn, now)
        wanted = typed.casefold()
        known = [word for word, _ in self._keywords.most_common() if wanted in word]
        known.sort(key=lambda word: not word.startswith(wanted))
        return list(dict.fromkeys([*popular, *known]))[:limit]

    async def _window(self, conn: AsyncConnection, now: datetime) -> list[Announced]:
        window = await matches.announced(
            conn, calendar.batch_day(now) - WINDOW, sources=self._sources
        )
        self._keywords = Counter(
            keyword.casefold() for item in window for keyword in item.paper.paper.keywords
        )
        return window

    async def _match(
        self,
        stored: Sequence[StoredTopic],
        items: Sequence[Announced],
        background: Sequence[Announced],
        *,
        embed: int | None = None,
    ) -> list[NewMatch]:
        """Match papers; at most `embed` of them are embedded first if they are not yet."""
        readable = [(topic, read) for topic in stored if (read := _read(topic)) is not None]
        if not readable or not items:
            return []
        papers = [item.paper for item in items]
        known = [item.paper for item in background]
        texts: dict[str, Floats] = {}
        near, archive = None, None
        if (embedder := self._embedder) is not None:
            near = await self._vectors(embedder, papers, embed)
            around = await self._vectors(embedder, known, 0)
            archive = Archive(around[np.any(around, axis=1)])
            texts = await self._vectors_of_topics(embedder, readable)

        def work() -> list[NewMatch]:
            matcher = Matcher(
                [paper.paper for paper in papers],
                TermStatistics.of(paper.paper for paper in known),
                vectors=near,
                archive=archive,
            )
            wanted = [
                Wanted(
                    topic,
                    Strictness(row.mode.value),
                    np.stack([texts[text] for text in topic.texts])
                    if texts and topic.texts
                    else None,
                )
                for row, topic in readable
            ]
            return [
                NewMatch(readable[found.wanted][0].id, found.paper.id, found.score, found.reason())
                for found in matcher.match(wanted)
            ]

        return await asyncio.to_thread(work)

    async def _vectors(
        self, embedder: Embedder, papers: Sequence[StoredPaper], limit: int | None
    ) -> Floats:
        """Return a row per paper; up to `limit` that nobody embedded yet are embedded and kept.

        The rows of the others are zeros: those papers are matched by their words.
        """
        model = vectors.model_key(embedder)
        async with self._database.read() as conn:
            known = await matches.vectors_of(conn, model, papers)
        lacking = [paper for paper in papers if paper.paper.id not in known][:limit]
        for some in (lacking[at : at + _PORTION] for at in range(0, len(lacking), _PORTION)):
            made = await asyncio.to_thread(
                embedder.embed, [paper_text(paper.paper) for paper in some]
            )
            kept = [
                Embedded(paper.paper.id, paper.row, paper.revision, row)
                for paper, row in zip(some, made, strict=True)
            ]
            async with self._database.write() as conn:
                await vectors.put(conn, model, kept)
            known |= {item.paper_id: item.vector for item in kept}
        none = np.zeros(embedder.dimensions, dtype=np.float32)
        rows = [known.get(paper.paper.id, none) for paper in papers]
        return np.stack(rows) if rows else np.zeros((0, embedder.dimensions), dtype=np.float32)

    async def _vectors_of_topics(
        self, embedder: Embedder, topics: Sequence[tuple[StoredTopic, Topic]]
    ) -> dict[str, Floats]:
        texts = dict.fromkeys(text for _, topic in topics for text in topic.texts)
        lacking = [text for text in texts if text not in self._texts]
        if lacking:
            made = await asyncio.to_thread(embedder.embed, lacking)
            if len(topics) > 1:
                self._texts = {text: row for text, row in self._texts.items() if text in texts}
            self._texts |= dict(zip(lacking, made, strict=True))
        return {text: self._texts[text] for text in texts}


def read_topic(query: str) -> Topic:
    """Return the topic that a person wrote.

    Raises:
        UserError: it breaks a rule of the language; shows where.
    """
    try:
        return parse(query)
    except TopicError as error:
        line = query.replace("`", "'").replace("\n", " ")
        where = f"\n```\n{line}\n{' ' * min(error.position, len(line))}^\n```" if line else ""
        raise UserError(f"{escape(str(error))}{where}") from error


def _read(stored: StoredTopic) -> Topic | None:
    try:
        return parse(stored.query)
    except TopicError:
        log.warning("a stored topic cannot be read any more topic_id=%d", stored.id)
        return None


def _proposals(topic: Topic, papers: Sequence[Paper]) -> tuple[str, ...]:
    """Return keywords of the papers that share most with a topic's words."""
    stemmer = Stemmer()
    wanted = set(stemmer.content(topic.text)) if topic.text else set[str]()
    shared: list[tuple[int, Paper]] = []
    for paper in papers:
        terms = analyse(paper, stemmer)
        about = {*terms.title, *terms.abstract}
        about.update(stem for keyword in paper.keywords for stem in stemmer.terms(keyword))
        if common := len(wanted & about):
            shared.append((common, paper))
    shared.sort(key=lambda pair: -pair[0])
    counts = Counter(
        keyword.casefold() for _, paper in shared[:_NEAR] for keyword in paper.keywords
    )
    asked = topic.text.casefold()
    return tuple(word for word, _ in counts.most_common() if word != asked)[:_PROPOSED]
