"""What a feed's post will say: the day's ranking for one channel, composed and ready to be
frozen."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from cachetools import LRUCache
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.feed_topics import SHOWN_TOPIC, FeedTopics, Wish, by_wish
from bot.ui.payloads import CardPayload, HeaderPayload, header_payload, ranked_card
from bot.ui.text import plural
from papers import calendar
from papers.text import cut
from papers.trending import Candidate, Filters, Past, Prior, Ranked, rank
from storage import batches, papers, posts
from storage.batches import BatchEntry
from storage.database import Database
from storage.feeds import Feed

LOOK_BACK = 3
"""Batches that a post draws from: today's, and what came late to or rose in the two before."""

GROWTH_SINCE = timedelta(hours=20)
"""Growth is counted from the last snapshot that is at least this old: "since yesterday"."""

FOOTER = (
    "On a paper in the thread: 🔖 saves it to your library, ⭐ makes it a favourite, ✅ marks it as"
    " read. /library show has them all."
)
"""What reacting does; a plain name of the command, since people read it for years."""

PRIOR_DAYS = 365
"""How far back the authors' past votes are taken into account."""


OTHER_PRIORS = 4
"""Days whose prior is kept for people who turn the pages of an earlier day's list."""


class Draft(BaseModel):
    """A post as it will be sent: frozen into the database before anything is."""

    model_config = ConfigDict(frozen=True)

    header: HeaderPayload
    cards: tuple[CardPayload, ...]
    why_empty: str | None = None
    """Why there is no card, where there is none: half a sentence."""

    @property
    def paper_ids(self) -> list[str]:
        """The papers shown, in their order."""
        return [card.paper_id for card in self.cards]

    def without_titles(self) -> Self:
        """Return the draft with its papers listed by id alone, for a channel that blocks titles."""
        entries = tuple(
            entry.model_copy(
                update={
                    "title": f"arXiv:{entry.paper_id}",
                    "reason": replace(entry.reason, matched=(), topic=None, evidence=None),
                }
            )
            for entry in self.header.entries
        )
        header = self.header.model_copy(update={"entries": entries, "notes": ()})
        return self.model_copy(update={"header": header})

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, for the post's row."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Return the draft that `to_json` wrote."""
        return cls.model_validate(value)


class Drafter:
    """Composes posts. Keeps what all feeds of one moment share: the batch's papers and the
    prior."""

    def __init__(self, database: Database, sources: Collection[str], topics: FeedTopics) -> None:
        self._database = database
        self._sources = sources
        self._topics = topics
        # Many feeds ask at the same minute; the first one's answer serves all.
        self._asking = asyncio.Lock()
        self._candidates: tuple[tuple[date, datetime], list[Candidate]] | None = None
        self._prior: tuple[date, Prior] | None = None
        self._asking_other = asyncio.Lock()
        self._others: LRUCache[date, Prior] = LRUCache(OTHER_PRIORS)

    async def draft(self, feed: Feed, day: date, now: datetime, *, late: bool = False) -> Draft:
        """Return the post of `feed` for the batch of `day`; without cards where nothing is left
        to show."""
        async with self._database.read() as conn:
            everything = await self.candidates(conn, day, now)
            # A channel's first thread is the day's; later ones may bring back what rose since.
            first = await posts.first_batch(conn, feed.channel_id) or day
            shown = await posts.shown(conn, feed.channel_id)
            prior = await self.prior(conn, day)
        candidates = [candidate for candidate in everything if candidate.batch >= first]
        ranked = rank(
            candidates,
            day=day,
            filters=filters_of(feed),
            shown=shown,
            prior=prior,
            size=None if feed.topics else feed.size,
        )
        wishes: Mapping[str, Wish] = {}
        if feed.topics:
            there = [each.paper.id for each in everything if each.paper.withdrawn_at is None]
            wishes = await self._topics.wishes(there, feed.topics, now)
            ranked = by_wish(ranked, wishes, feed.size)
        todays = [candidate.paper.id for candidate in candidates if candidate.batch == day]
        draft = compose(
            day,
            ranked,
            total=len(todays),
            late=late,
            notes=_notes(feed),
            ping_role_id=feed.ping_role_id,
        )
        if ranked:
            return draft
        about = [paper_id for paper_id in todays if not feed.topics or paper_id in wishes]
        why_empty = _why_empty(feed, len(todays), about, shown)
        return draft.model_copy(update={"why_empty": why_empty})

    async def refreshed(
        self, conn: AsyncConnection, draft: Draft, *, now: datetime, hours: float
    ) -> Draft:
        """Return the draft with today's numbers in its header."""
        stored = await papers.get_many(conn, draft.paper_ids)
        metrics = {paper_id: paper.metrics for paper_id, paper in stored.items()}
        withdrawn = {
            paper_id for paper_id, paper in stored.items() if paper.paper.withdrawn_at is not None
        }
        header = draft.header.refreshed(metrics, now=now, hours=hours, withdrawn=withdrawn)
        return draft.model_copy(update={"header": header})

    async def candidates(self, conn: AsyncConnection, day: date, now: datetime) -> list[Candidate]:
        """Return what could be shown for `day`: its papers and those of the batches before."""
        async with self._asking:
            if self._candidates is None or self._candidates[0] != (day, now):
                self._candidates = (day, now), await self.of_days(conn, _days(day), now)
            return self._candidates[1]

    async def of_days(
        self, conn: AsyncConnection, days: Sequence[date], now: datetime
    ) -> list[Candidate]:
        """Return the papers of these batches with how their votes grew."""
        entries = await batches.papers(conn, days, sources=self._sources)
        return await _with_growth(conn, entries, now)

    async def prior(self, conn: AsyncConnection, day: date) -> Prior:
        """Return what earlier batches say about papers without votes; learnt once a day."""
        async with self._asking:
            if self._prior is None or self._prior[0] != day:
                self._prior = day, await self._learn(conn, day)
            return self._prior[1]

    async def prior_asked_for(self, conn: AsyncConnection, day: date) -> Prior:
        """Return the same for a day that a person asks for; threads neither wait for it nor learn
        theirs again because of it."""
        if self._prior is not None and self._prior[0] == day:
            return self._prior[1]
        async with self._asking_other:
            if (found := self._others.get(day)) is None:
                found = self._others[day] = await self._learn(conn, day)
            return found

    async def _learn(self, conn: AsyncConnection, day: date) -> Prior:
        first = max(date.min.toordinal(), day.toordinal() - PRIOR_DAYS)
        days = [date.fromordinal(number) for number in range(first, day.toordinal())]
        past = await batches.papers(conn, days, sources=self._sources)
        return await asyncio.to_thread(_learnt, past, day)


def _learnt(past: Sequence[BatchEntry], day: date) -> Prior:
    return Prior.learn(
        [Past(entry.paper.paper, entry.paper.metrics, entry.day) for entry in past], before=day
    )


def _days(day: date) -> list[date]:
    """Return the batch days that a post for `day` draws from."""
    days = [day]
    while len(days) < LOOK_BACK:
        days.append(calendar.previous(days[-1]))
    return days


async def _with_growth(
    conn: AsyncConnection, entries: Sequence[BatchEntry], now: datetime
) -> list[Candidate]:
    before = await papers.metrics_before(
        conn, [entry.paper.paper.id for entry in entries], now - GROWTH_SINCE
    )
    candidates: list[Candidate] = []
    for entry in entries:
        previous = before.get(entry.paper.paper.id)
        candidates.append(
            Candidate(
                paper=entry.paper.paper,
                metrics=entry.paper.metrics,
                batch=entry.day,
                previous=previous.metrics if previous else None,
                hours_between=(now - previous.at) / timedelta(hours=1) if previous else None,
            )
        )
    return candidates


def compose(
    day: date,
    ranked: Sequence[Ranked],
    *,
    total: int,
    late: bool = False,
    notes: Sequence[str] = (),
    ping_role_id: int | None = None,
) -> Draft:
    """Put a ranking into words: one header, and one card for each paper."""
    return Draft(
        header=header_payload(
            day,
            ranked,
            total=total,
            late="This thread comes late: its papers or its channel were out of reach."
            if late
            else None,
            notes=notes,
            footer=FOOTER,
            ping_role_id=ping_role_id,
        ),
        cards=tuple(map(ranked_card, ranked)),
    )


def filters_of(feed: Feed) -> Filters:
    """Return a feed's filters as the ranking takes them."""
    return Filters(
        min_votes=feed.min_votes,
        include=feed.include,
        exclude=feed.exclude,
        categories=feed.categories,
    )


def _why_empty(feed: Feed, total: int, about: Collection[str], shown: Collection[str]) -> str:
    """Say why nothing was left of a batch; `about` are its papers that the feed's topics want."""
    if feed.topics and not about:
        count = f"none of the {total} papers" if total > 1 else "the only paper"
        was = "was" if total > 1 else "was not"
        return f"{count} {was} about {_either(feed.topics)}"
    subject = f"paper about {_either(feed.topics)}" if feed.topics else "paper"
    if filters_of(feed) == Filters() or all(paper_id in shown for paper_id in about):
        return f"every {subject} was shown here before"
    return f"no {subject} passed the feed's filters"


def _either(topics: Sequence[str]) -> str:
    return " or ".join(cut(topic, SHOWN_TOPIC) for topic in topics)


def _notes(feed: Feed) -> list[str]:
    parts: list[str] = []
    if feed.topics:
        parts.append(f"about {_either(feed.topics)}")
    if feed.include:
        with_or_about = "with the words" if feed.topics else "about"
        parts.append(f"{with_or_about} {', '.join(feed.include)}")
    if feed.exclude:
        parts.append(f"without {', '.join(feed.exclude)}")
    if feed.categories:
        parts.append(f"in {', '.join(feed.categories)}")
    if feed.min_votes:
        parts.append(f"with at least {plural(feed.min_votes, 'vote')}")
    return [f"Only papers {', '.join(parts)}."] if parts else []
