"""What a feed's post will say: the day's ranking for one channel, composed and ready to be
frozen."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import ENGLISH, alternatives, current, ngettext
from bot.i18n import gettext as _
from bot.services.batch_ranking import BatchRanking
from bot.services.folding import Folding
from bot.services.publishing._tags import wishes_of
from bot.services.publishing._topic_filter import (
    SHOWN_TOPIC,
    TopicFilter,
    TopicMatch,
    rank_by_topic,
)
from bot.services.taste import LEAST_SAVERS, SAVED_WITHIN, ServerTaste
from bot.ui.feeds import describe_filters
from bot.ui.payloads import CardPayload, HeaderPayload, TagWish, header_payload, ranked_card
from papers import paper_key
from papers.folding import Group, Likeness, fold
from papers.text import cut
from papers.trending import Candidate, Filters, Ranked, raised, rank
from storage import papers, posts, shelves
from storage.database import Database
from storage.feeds import Feed, Kind, Layout


class PostPayload(BaseModel):
    """A post as it will be sent: frozen into the database before anything is."""

    model_config = ConfigDict(frozen=True)

    header: HeaderPayload
    cards: tuple[CardPayload, ...]
    language: str = ENGLISH.code
    """The code of the language that it is written in."""
    rest: tuple[int, ...] = Field(default=(), exclude=True)
    """Upvotes of papers that found no room, the highest first, as many as have room at most."""
    why_empty: str | None = None
    """Why there is no card, where there is none: a sentence."""
    kind: Kind = Kind.CHANNEL
    """What its channel is."""
    layout: Layout = Layout.DAY
    """What one post of a forum has; elsewhere it is one of the day."""
    tags: tuple[tuple[TagWish, ...], ...] = ()
    """The tags that each post of a forum should get: that of the day, or that of each card."""

    @property
    def posts_each_paper(self) -> bool:
        """Whether each paper has a post of its own, and there is no header."""
        return self.kind is Kind.FORUM and self.layout is Layout.PAPER

    @property
    def paper_ids(self) -> list[str]:
        """The papers shown, in their order."""
        return [card.paper_id for card in self.cards]

    @property
    def folded(self) -> dict[str, tuple[str, ...]]:
        """The papers without a card of their own, by the paper whose card lists them."""
        return {card.paper_id: card.folded for card in self.cards if card.folded}

    def without_titles(self) -> Self:
        """Return the draft with its papers listed by id alone, for a channel that blocks titles."""
        entries = tuple(
            entry.model_copy(
                update={
                    "title": paper_key.label(entry.paper_id),
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


class PostComposer:
    """Composes posts."""

    def __init__(
        self,
        database: Database,
        ranking: BatchRanking,
        topics: TopicFilter,
        folding: Folding,
        taste: ServerTaste,
    ) -> None:
        self._database = database
        self._ranking = ranking
        self._topics = topics
        self._taste = taste
        self._folding = folding
        # The first one's answer serves all feeds of the minute.
        self._comparing = asyncio.Lock()
        self._compared: tuple[tuple[date, datetime], Likeness] | None = None

    async def draft(
        self, feed: Feed, day: date, now: datetime, *, late: bool = False
    ) -> PostPayload:
        """Return the post of `feed` for the batch of `day`; without cards where nothing is left
        to show."""
        async with self._database.read() as conn:
            everything = await self._ranking.candidates(conn, day, now)
            # A channel's first thread is the day's; later ones may bring back what rose since.
            first = await posts.first_batch(conn, feed.channel_id) or day
            shown = await posts.shown(conn, feed.channel_id)
            prior = await self._ranking.prior(conn, day)
            likeness = await self._likeness(conn, (day, now), everything)
        candidates = [candidate for candidate in everything if candidate.batch >= first]
        matches: Mapping[str, TopicMatch] = {}
        if feed.topics:
            there = [each.paper.id for each in everything if each.paper.withdrawn_at is None]
            matches = await self._topics.matches(there, feed.topics, now)
        boosts = await self._taste.boosts(feed, candidates, now)

        def ordered(boosts: Mapping[str, float]) -> list[Ranked]:
            ranked = rank(
                candidates,
                day=day,
                filters=filters_of(feed),
                shown=shown,
                prior=prior,
                boosts=boosts,
            )
            return rank_by_topic(ranked, matches) if feed.topics else ranked

        ranked = ordered({})
        if boosts:
            ranked = raised(ordered(boosts), ranked, boosts)
        groups = _folded(ranked, likeness, feed.size)
        async with self._database.read() as conn:
            saved_here = await shelves.saved_here(
                conn,
                feed.guild_id,
                [group.leader.paper.id for group in groups],
                now - SAVED_WITHIN,
                LEAST_SAVERS,
            )
        todays = [candidate.paper.id for candidate in candidates if candidate.batch == day]
        draft = compose(
            day,
            [group.leader for group in groups],
            folded={
                group.leader.paper.id: [each.paper.id for each in group.folded] for group in groups
            },
            total=len(todays),
            late=late,
            notes=_notes(feed),
            ping_role_id=feed.ping_role_id,
            saved_here=saved_here,
        )
        draft = draft.model_copy(
            update={
                "kind": feed.kind,
                "layout": feed.layout,
                "tags": wishes_of(feed, draft.cards),
            }
        )
        if ranked:
            return draft.model_copy(update={"rest": _rest(ranked, groups, feed.size)})
        about = [paper_id for paper_id in todays if not feed.topics or paper_id in matches]
        why_empty = _why_empty(feed, len(todays), about, shown)
        return draft.model_copy(update={"why_empty": why_empty})

    async def _likeness(
        self, conn: AsyncConnection, moment: tuple[date, datetime], candidates: Sequence[Candidate]
    ) -> Likeness:
        """Compare the candidates of a day and moment with each other."""
        async with self._comparing:
            if self._compared is None or self._compared[0] != moment:
                ids = [candidate.paper.id for candidate in candidates]
                self._compared = moment, await self._folding.likeness(conn, ids)
            return self._compared[1]

    async def refreshed(
        self, conn: AsyncConnection, draft: PostPayload, *, now: datetime, hours: float
    ) -> PostPayload:
        """Return the draft with today's numbers in its header."""
        stored = await papers.get_many(conn, draft.paper_ids)
        metrics = {paper_id: paper.metrics for paper_id, paper in stored.items()}
        withdrawn = {
            paper_id for paper_id, paper in stored.items() if paper.paper.withdrawn_at is not None
        }
        header = draft.header.refreshed(metrics, now=now, hours=hours, withdrawn=withdrawn)
        return draft.model_copy(update={"header": header})


def compose(
    day: date,
    ranked: Sequence[Ranked],
    *,
    total: int,
    folded: Mapping[str, Sequence[str]] = {},
    late: bool = False,
    notes: Sequence[str] = (),
    ping_role_id: int | None = None,
    saved_here: Mapping[str, int] = {},
) -> PostPayload:
    """Put a ranking into words: one header, and one card for each paper.

    A card also lists what is `folded` behind its paper, and says how many members saved it.
    """
    return PostPayload(
        header=header_payload(
            day,
            ranked,
            total=total,
            late=_("This thread is late: its papers or its channel couldn't be reached in time.")
            if late
            else None,
            notes=notes,
            footer=_footer(),
            ping_role_id=ping_role_id,
        ),
        cards=tuple(
            ranked_card(
                place,
                day,
                folded=folded.get(place.paper.id, ()),
                saved_here=saved_here.get(place.paper.id),
            )
            for place in ranked
        ),
        language=current().code,
    )


def _folded(ranked: Sequence[Ranked], likeness: Likeness, size: int) -> list[Group[Ranked]]:
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


def _rest(ranked: Sequence[Ranked], groups: Sequence[Group[Ranked]], size: int) -> tuple[int, ...]:
    """Return the upvotes of the papers that are neither leaders nor folded behind one."""
    shown = {each.paper.id for group in groups for each in (group.leader, *group.folded)}
    others = (each.metrics.upvotes or 0 for each in ranked if each.paper.id not in shown)
    return tuple(sorted(others, reverse=True)[:size])


def filters_of(feed: Feed) -> Filters:
    """Return a feed's filters as the ranking takes them."""
    return Filters(
        min_votes=feed.min_votes,
        include=feed.include,
        exclude=feed.exclude,
        categories=feed.categories,
    )


def _footer() -> str:
    """Say what reacting does; the command's name is plain, since people read it for years."""
    # Translators: one line below the day's list of papers; reactions are emoji on a message.
    return _(
        "React to a paper in the thread: 🔖 saves it, ⭐ makes it a favourite, ✅ marks it as read."
        " Find them with /library show."
    )


def _why_empty(feed: Feed, total: int, about: Collection[str], shown: Collection[str]) -> str:
    """Say why nothing was left of a batch; `about` are its papers that the feed's topics want."""
    if feed.topics and not about:
        return ngettext(
            "The only paper of the day isn't about {topics}.",
            "None of the day's {count} papers is about {topics}.",
            total,
            topics=_either(feed.topics),
        )
    seen = filters_of(feed) == Filters() or all(paper_id in shown for paper_id in about)
    if feed.topics:
        topics = _either(feed.topics)
        if seen:
            return _("Every paper about {topics} was already posted here.", topics=topics)
        return _("No paper about {topics} passed the filters.", topics=topics)
    if seen:
        return _("Every paper was already posted here.")
    return _("No paper passed the filters.")


def _either(topics: Iterable[str]) -> str:
    return alternatives(cut(topic, SHOWN_TOPIC) for topic in topics)


def _notes(feed: Feed) -> list[str]:
    filters = describe_filters(feed, words=alternatives, topics=_either)
    return [_("Filters: {filters}", filters=filters)] if filters else []
