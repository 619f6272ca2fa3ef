"""What members saved from a channel's threads lately, and what other settings would have done."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.runtime.clock import Clock
from bot.services.batch_ranking import Rankings
from bot.services.feeds import MIN_PAPERS
from bot.services.publishing import filters_of
from bot.services.topics import Topics
from papers import calendar, what_if
from papers.matching import Matcher, Wanted
from papers.trending import Candidate
from papers.what_if import Outcome, PastThread, ShownPaper
from storage import batches, papers, thread_saves
from storage.database import Database
from storage.feeds import Feed
from storage.thread_saves import SavedThread

LOOK_BACK: Final = timedelta(days=28)
"""Posts are kept a little longer than that (`storage.posts.POSTS_KEPT`)."""
LEAST_SAVES: Final = 10
"""With fewer saves, what was saved says nothing about settings."""


@dataclass(frozen=True, slots=True)
class ThreadInsights:
    """The threads of the last four weeks, the newest first."""

    threads: tuple[SavedThread, ...]
    savers: int
    """Different members who saved something from any of them."""

    @property
    def papers(self) -> int:
        """How many papers were shown."""
        return sum(len(each.papers) for each in self.threads)

    @property
    def saves(self) -> int:
        """How often one of them was saved."""
        return sum(each.saves for each in self.threads)

    @property
    def saved(self) -> int:
        """How many of them were saved."""
        return sum(each.saved for each in self.threads)


@dataclass(frozen=True, slots=True)
class OtherSettings:
    """What stricter settings would have done, of each kind the one that helps most."""

    min_votes: tuple[int, Outcome] | None = None
    papers: tuple[int, Outcome] | None = None
    without_topic: tuple[str, Outcome] | None = None
    topics: tuple[tuple[str, ...], Outcome] | None = None
    """Topics for a feed that has none."""
    unknown: int = 0
    """Threads whose papers' upvotes were not noted, and which say nothing about `min_votes`."""


class FeedInsights:
    """Reads what members saved from threads, in numbers, and replays threads."""

    def __init__(
        self, database: Database, rankings: Rankings, topics: Topics, clock: Clock
    ) -> None:
        self._database = database
        self._rankings = rankings
        self._topics = topics
        self._clock = clock

    async def of_feed(self, feed: Feed) -> ThreadInsights:
        """Return a feed's threads of the last four weeks, with what was saved from them."""
        since = calendar.batch_day(self._clock.now()) - LOOK_BACK
        async with self._database.read() as conn:
            threads, savers = await thread_saves.of_feed(conn, feed.id, since)
        return ThreadInsights(tuple(threads), savers)

    async def other_settings(self, feed: Feed, found: ThreadInsights) -> OtherSettings | None:
        """Return what other settings would have done; `None` with fewer than `LEAST_SAVES` saves.

        It takes a second or two.
        """
        if found.saves < LEAST_SAVES:
            return None
        past = await self._replayed(feed, found.threads)
        votes = [least for least in what_if.VOTES if least > feed.min_votes]
        sizes = range(MIN_PAPERS, feed.size)
        return OtherSettings(
            min_votes=what_if.best({least: what_if.with_votes(past, least) for least in votes}),
            papers=what_if.best({size: what_if.with_size(past, size) for size in sizes}),
            without_topic=await self._without_topic(feed, past),
            topics=None if feed.topics else await self._new_topics(past),
            unknown=sum(not what_if.knows_votes(each) for each in past),
        )

    async def _replayed(self, feed: Feed, threads: Sequence[SavedThread]) -> list[PastThread]:
        """Return threads with the papers of their batches that they might have shown."""
        days = [each.batch_day for each in threads]
        async with self._database.read() as conn:
            sources = self._rankings.of(feed.sources).sources
            entries = await batches.papers(conn, days, sources=sources)
        filters = filters_of(feed)
        shown = {paper.paper_id for each in threads for paper in each.papers}
        others: dict[object, dict[str, None]] = {}
        for entry in entries:
            paper = entry.paper.paper
            candidate = Candidate(paper, entry.paper.metrics, entry.day)
            if paper.id not in shown and filters.accepts(candidate):
                others.setdefault(entry.day, {})[paper.id] = None
        return [
            PastThread(
                tuple(
                    ShownPaper(paper.paper_id, paper.savers, paper.upvotes) for paper in each.papers
                ),
                each.rest,
                tuple(others.get(each.batch_day, ())),
            )
            for each in threads
        ]

    async def _without_topic(
        self, feed: Feed, past: Sequence[PastThread]
    ) -> tuple[str, Outcome] | None:
        if len(feed.topics) < 2:
            return None
        about = await self._about(feed.topics, past)
        outcomes: dict[str, Outcome | None] = {}
        for topic in about:
            others = [papers for other, papers in about.items() if other != topic]
            outcomes[topic] = what_if.with_papers(past, set[str]().union(*others))
        return what_if.best(outcomes)

    async def _new_topics(
        self, past: Sequence[PastThread]
    ) -> tuple[tuple[str, ...], Outcome] | None:
        saves = {
            paper.paper_id: paper.saves for each in past for paper in each.papers if paper.saves
        }
        async with self._database.read() as conn:
            known = await papers.get_many(conn, list(saves))
        keywords = [(saves[key], entry.paper.keywords) for key, entry in known.items()]
        topics = what_if.proposed(keywords)
        if not topics:
            return None
        about = await self._about(topics, past)
        wanted = set[str]().union(*about.values())
        return what_if.best({tuple(about): what_if.with_papers(past, wanted)})

    async def _about(
        self, topics: Collection[str], past: Sequence[PastThread]
    ) -> dict[str, set[str]]:
        """Return which of the threads' and batches' papers each topic matches."""
        ids = {paper.paper_id for each in past for paper in each.papers}
        ids.update(paper_id for each in past for paper_id in each.unshown)
        wanted = await self._topics.wanted(topics)
        matcher = await self._topics.matcher(sorted(ids), self._clock.now())
        return await asyncio.to_thread(_matched, matcher, wanted)


def _matched(matcher: Matcher, wanted: Mapping[str, Wanted]) -> dict[str, set[str]]:
    written = list(wanted)
    about: dict[str, set[str]] = {topic: set() for topic in written}
    for match in matcher.match(list(wanted.values())):
        about[written[match.wanted]].add(match.paper.id)
    return about
