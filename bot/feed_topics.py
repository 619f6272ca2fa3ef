"""Which of a batch's papers a feed's topics want: the matcher of subscriptions, asked for
channels."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.topics import WINDOW, embed_and_keep
from papers.embedding import Embedder
from papers.matching import Archive, Matcher, TermStatistics, Wanted
from papers.text import cut
from papers.topics import Topic, TopicError, parse
from papers.trending import Ranked, Reason
from storage import matches
from storage.database import Database
from storage.matches import Progress
from storage.papers import StoredPaper

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]

VOTE_WEIGHT = 0.02
"""What doubling the interest in a paper is worth beside the matcher's score, as in digests: it
decides between papers that match about equally well."""

SHOWN_TOPIC, SHOWN_EVIDENCE = 60, 110
"""Characters of each in the line that says why a paper is there."""

_TEXTS_KEPT = 20_000
"""Vectors of topics kept in memory: 30 MB."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A paper that one of a feed's topics wants: how much, which topic, and why."""

    score: float
    topic: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The papers of some days, ready to be matched, and what feeds asked of them already."""

    days: tuple[date, ...]
    known: Progress
    """What the database held: newer papers ask for another preparation."""
    matcher: Matcher
    wishes: dict[tuple[str, ...], dict[str, Wish]]


class FeedTopics:
    """Matches batches with feeds' topics; without an embedder, by words.

    Holds the batch of the moment: the feeds of an hour share it.
    """

    def __init__(
        self, database: Database, embedder: Embedder | None, sources: Collection[str]
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._sources = sources
        self._asking = asyncio.Lock()
        self._prepared: _Prepared | None = None
        self._texts: dict[str, Floats] = {}

    async def wishes(
        self, conn: AsyncConnection, days: Sequence[date], topics: Sequence[str]
    ) -> dict[str, Wish]:
        """Return what the topics want of the batches of `days`, by paper; each paper's best.

        A paper that nobody embedded yet is embedded now.
        """
        read = {text: topic for text in topics if (topic := _read(text)) is not None}
        async with self._asking:
            prepared = self._prepared
            known = await matches.latest(conn)
            if prepared is None or (prepared.days, prepared.known) != (tuple(days), known):
                prepared = self._prepared = await self._prepare(conn, tuple(days), known)
            key = tuple(read)
            if key not in prepared.wishes:
                texts = await self._embedded(list(read.values()))
                prepared.wishes[key] = await asyncio.to_thread(
                    _match, prepared.matcher, read, texts
                )
            return prepared.wishes[key]

    async def _prepare(
        self, conn: AsyncConnection, days: tuple[date, ...], known: Progress
    ) -> _Prepared:
        """Compare with the same two weeks that subscriptions are compared with."""
        window = await matches.announced(conn, max(days) - WINDOW, sources=self._sources)
        items = [item.paper for item in window if item.day in days]
        around = [item.paper for item in window]
        rows: Floats | None = None
        archive: Archive | None = None
        if (embedder := self._embedder) is not None:
            embedded = await self._vectors(conn, embedder, around, wanted=items)
            if len(embedded) > 1:
                archive = Archive(np.stack(list(embedded.values())))
            if items:
                rows = np.stack([embedded[paper.paper.id] for paper in items])

        def work() -> Matcher:
            return Matcher(
                [paper.paper for paper in items],
                TermStatistics.of(paper.paper for paper in around),
                vectors=rows,
                archive=archive,
            )

        return _Prepared(days, known, await asyncio.to_thread(work), {})

    async def _vectors(
        self,
        conn: AsyncConnection,
        embedder: Embedder,
        papers: Sequence[StoredPaper],
        *,
        wanted: Sequence[StoredPaper],
    ) -> dict[str, Floats]:
        """Return the vectors that there are, and those of the `wanted` papers in any case."""
        ids = [paper.paper.id for paper in papers]
        known = await matches.vectors_of(conn, matches.model_key(embedder), ids)
        lacking = [paper for paper in wanted if paper.paper.id not in known]
        return known | await embed_and_keep(self._database, embedder, lacking)

    async def _embedded(self, topics: Sequence[Topic]) -> dict[str, Floats]:
        if self._embedder is None:
            return {}
        if len(self._texts) > _TEXTS_KEPT:
            self._texts.clear()
        texts = dict.fromkeys(text for topic in topics for text in topic.texts)
        lacking = [text for text in texts if text not in self._texts]
        if lacking:
            made = await asyncio.to_thread(self._embedder.embed, lacking)
            self._texts |= dict(zip(lacking, made, strict=True))
        return {text: self._texts[text] for text in texts}


def by_wish(ranked: Sequence[Ranked], wishes: Mapping[str, Wish], size: int) -> list[Ranked]:
    """Return the papers that are wished for, the best match first, each with its topic and why."""

    def worth(place: Ranked) -> float:
        return wishes[place.paper.id].score + VOTE_WEIGHT * place.score

    wanted = sorted(
        (place for place in ranked if place.paper.id in wishes), key=worth, reverse=True
    )
    return [
        replace(place, position=position, reason=_because(place.reason, wishes[place.paper.id]))
        for position, place in enumerate(wanted[:size], 1)
    ]


def _because(reason: Reason, wish: Wish) -> Reason:
    return replace(reason, topic=cut(wish.topic, SHOWN_TOPIC), evidence=wish.evidence)


def _read(written: str) -> Topic | None:
    try:
        return parse(written)
    except TopicError:
        log.warning("a feed's topic cannot be read any more")
        return None


def _match(
    matcher: Matcher, topics: Mapping[str, Topic], texts: Mapping[str, Floats]
) -> dict[str, Wish]:
    """Return each paper's best topic."""
    written = list(topics)
    wanted = [
        Wanted(
            topic,
            vectors=np.stack([texts[text] for text in topic.texts])
            if texts and topic.texts
            else None,
        )
        for topic in topics.values()
    ]
    best: dict[str, Wish] = {}
    for found in matcher.match(wanted):
        known = best.get(found.paper.id)
        if known is None or found.score > known.score:
            evidence = cut(found.reason(), SHOWN_EVIDENCE)
            best[found.paper.id] = Wish(found.score, written[found.wanted], evidence)
    return best
