"""The order of papers in a feed's view: its filters, its topics, and its server's taste."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.i18n import alternatives
from bot.i18n import gettext as _
from bot.services.publishing._topic_filter import (
    SHOWN_TOPIC,
    TopicFilter,
    TopicMatch,
    rank_by_topic,
)
from bot.services.taste import ServerTaste
from bot.ui.feeds import describe_filters
from papers.folding import Group, Likeness, fold
from papers.sources.declared import have_votes
from papers.text import cut
from papers.trending import HALF_LIFE_DAYS, Candidate, Filters, Prior, Ranked, raised, rank
from storage.feeds import Feed


@dataclass(frozen=True, slots=True)
class Ordered:
    """Papers in a feed's view, the best first."""

    ranked: list[Ranked]
    wanted: frozenset[str]
    """The papers that the feed's topics want, whatever its filters say; all if it has none."""


class Ordering:
    """Orders papers for feeds."""

    def __init__(self, topics: TopicFilter, taste: ServerTaste) -> None:
        self._topics = topics
        self._taste = taste

    async def of(
        self,
        feed: Feed,
        candidates: Sequence[Candidate],
        day: date,
        now: datetime,
        *,
        prior: Prior | None,
        matched: Sequence[Candidate] | None = None,
        shown: Collection[str] = (),
        half_life: float | None = HALF_LIFE_DAYS,
        saved: Mapping[str, int] = {},
    ) -> Ordered:
        """Return the papers that a feed wants, best first. Call it with no connection at hand.

        Args:
            feed: the feed.
            candidates: the papers of whole batches.
            day: the batch that the list is for.
            now: the present instant.
            prior: what to expect before anybody votes; `None` where there are no votes.
            matched: candidates that are matched with topics, where that is done for many feeds.
            shown: ids that are never to come again.
            half_life: days after which an older paper needs twice the interest.
            saved: how many members saved papers that have no votes, by id.
        """
        wanted = frozenset(each.paper.id for each in candidates)
        matches: Mapping[str, TopicMatch] = {}
        if feed.topics:
            there = [
                each.paper.id
                for each in (candidates if matched is None else matched)
                if each.paper.withdrawn_at is None
            ]
            matches = await self._topics.matches(there, feed.topics, now)
            wanted = frozenset(matches)
        taste = await self._taste.boosts(feed, candidates, now)
        saves = {paper_id: math.log2(1 + members) for paper_id, members in saved.items()}

        def ordered(boosts: Mapping[str, float]) -> list[Ranked]:
            ranked = rank(
                candidates,
                day=day,
                filters=filters_of(feed),
                shown=shown,
                prior=prior,
                half_life=half_life,
                boosts=boosts,
                votes=have_votes(feed.sources),
            )
            return rank_by_topic(ranked, matches) if feed.topics else ranked

        ranked = ordered(saves)
        if taste:
            both = {
                paper_id: taste.get(paper_id, 0.0) + saves.get(paper_id, 0.0)
                for paper_id in (*taste, *saves)
            }
            ranked = raised(ordered(both), ranked, taste)
        return Ordered(ranked, wanted)


def filters_of(feed: Feed) -> Filters:
    """Return a feed's filters as the ranking takes them."""
    return Filters(
        min_votes=feed.min_votes,
        include=feed.include,
        exclude=feed.exclude,
        categories=feed.categories,
    )


def folded(ranked: Sequence[Ranked], likeness: Likeness, size: int) -> list[Group[Ranked]]:
    """Return at most `size` groups of near-duplicates of one batch, their leaders renumbered."""
    groups = fold(
        ranked,
        likeness,
        paper_id=lambda place: place.paper.id,
        within=lambda place: place.batch,
        size=size,
    )
    return [
        Group(replace(group.leader, position=position), group.folded)
        for position, group in enumerate(groups, 1)
    ]


def notes_of(feed: Feed) -> list[str]:
    """Return what stands above a list: the feed's filters, if it has any."""
    filters = describe_filters(feed, words=alternatives, topics=either)
    return [_("Filters: {filters}", filters=filters)] if filters else []


def either(topics: Iterable[str]) -> str:
    """Return topics as alternatives, each shortened."""
    return alternatives(cut(topic, SHOWN_TOPIC) for topic in topics)
