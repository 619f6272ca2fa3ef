"""What a feed's post will say: the day's ranking for one channel, composed and ready to be
frozen."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import ENGLISH, current
from bot.i18n import gettext as _
from bot.services.batch_ranking import Rankings
from bot.services.folding import Folding
from bot.services.publishing._order import Ordering, folded, notes_of
from bot.services.publishing._rest import rest, shown_of, why_empty
from bot.services.publishing._tags import wishes_of
from bot.services.publishing._trending import TrendingSection
from bot.services.taste import LEAST_SAVERS, SAVED_WITHIN
from bot.ui.payloads import (
    CardPayload,
    EditionPart,
    HeaderPayload,
    TagWish,
    header_payload,
    ranked_card,
)
from bot.ui.roundup_payload import RoundupPayload
from bot.ui.sources import shown_names
from papers import paper_key
from papers.folding import Likeness
from papers.sources.declared import have_votes
from papers.trending import Ranked
from storage import discussions, papers, posts, shelves
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
    discussed: bool = False
    """Whether the server's cards lead to a thread about their paper."""

    @property
    def posts_each_paper(self) -> bool:
        """Whether each paper has a post of its own, and there is no header."""
        return self.kind is Kind.FORUM and self.layout is Layout.PAPER

    @property
    def discuss(self) -> bool:
        """Whether cards have the button that opens a thread; a post of a forum is one itself."""
        return self.discussed and self.kind is not Kind.FORUM

    @property
    def paper_ids(self) -> list[str]:
        """The papers shown, in their order."""
        return [card.paper_id for card in self.cards]

    @property
    def trending(self) -> list[str]:
        """The papers that the header names because they trend."""
        return [entry.paper_id for entry in self.header.trending]

    @property
    def with_code(self) -> list[str]:
        """The papers shown whose code is known."""
        return [card.paper_id for card in self.cards if card.repository is not None]

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
        changes: dict[str, Any] = {"entries": entries, "notes": (), "trending": ()}
        if (roundup := self.header.roundup) is not None:
            changes["roundup"] = RoundupPayload(every=roundup.every, first=roundup.first)
        header = self.header.model_copy(update=changes)
        return self.model_copy(update={"header": header})

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, for the post's row."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Return the draft that `to_json` wrote."""
        return cls.model_validate(value)


_Moment = tuple[date, datetime, tuple[str, ...]]


class PostComposer:
    """Composes posts."""

    def __init__(
        self,
        database: Database,
        rankings: Rankings,
        ordering: Ordering,
        folding: Folding,
    ) -> None:
        self._database = database
        self._rankings = rankings
        self._ordering = ordering
        self._folding = folding
        self._trending = TrendingSection(database, ordering)
        # The first one's answer serves all feeds of the minute.
        self._comparing = asyncio.Lock()
        self._compared: tuple[_Moment, Likeness] | None = None

    async def draft(
        self, feed: Feed, day: date, now: datetime, *, late: bool = False
    ) -> PostPayload:
        """Return the post of `feed` for the batch of `day`; without cards where nothing is left
        to show."""
        ranking, votes = self._rankings.of(feed.sources), have_votes(feed.sources)
        async with self._database.read() as conn:
            everything = await ranking.candidates(conn, day, now)
            # A channel's first thread is the day's; later ones may bring back what rose since.
            first = await posts.first_batch(conn, feed.channel_id) or day
            ids = [candidate.paper.id for candidate in everything]
            shown = await _works(conn, ids, await posts.shown(conn, feed.channel_id))
            prior = await ranking.prior(conn, day) if votes else None
            open_editions = await ranking.editions.open(conn, day)
            of_editions = [each.paper.id for each in everything if each.edition is not None]
            saved = await _saved_here(conn, feed, of_editions, now)
            likeness = await self._likeness(conn, (day, now, feed.sources), ids)
        candidates = [candidate for candidate in everything if candidate.batch >= first]
        ordered = await self._ordering.of(
            feed,
            candidates,
            day,
            now,
            prior=prior,
            matched=everything,
            shown=shown,
            saved=saved,
        )
        ranked = ordered.ranked
        groups = folded(ranked, likeness, feed.size)
        async with self._database.read() as conn:
            leaders = [group.leader.paper.id for group in groups]
            saved_here = await _saved_here(conn, feed, leaders, now)
            discussed = await discussions.on(conn, feed.guild_id)
            works = await papers.all_keys(conn, leaders)
        todays = [candidate.paper.id for candidate in candidates if candidate.batch == day]
        draft = compose(
            day,
            [group.leader for group in groups],
            folded={
                group.leader.paper.id: [each.paper.id for each in group.folded] for group in groups
            },
            total=len(todays)
            if votes
            else sum(each.batch == day and each.edition is None for each in ranked),
            late=late,
            notes=notes_of(feed),
            ping_role_id=feed.ping_role_id,
            saved_here=saved_here,
            sources=() if votes else shown_names(ranking.listing, feed.named),
            editions=shown_of(open_editions, [group.leader for group in groups], day),
        )
        draft = draft.model_copy(
            update={
                "kind": feed.kind,
                "layout": feed.layout,
                "discussed": discussed,
                "tags": wishes_of(feed, draft.cards),
                "cards": tuple(
                    card.model_copy(
                        update={
                            "elsewhere": paper_key.elsewhere(card.paper_id, works[card.paper_id])
                        }
                    )
                    for card in draft.cards
                ),
            }
        )
        if ranked and feed.trending:
            trending = await self._trending.of(
                feed,
                day,
                now,
                shown=shown,
                there={*draft.paper_ids, *chain(*draft.folded.values())},
            )
            header = draft.header.model_copy(update={"trending": trending})
            draft = draft.model_copy(update={"header": header})
        if ranked:
            return draft.model_copy(update={"rest": rest(ranked, groups, feed.size)})
        about = [paper_id for paper_id in todays if paper_id in ordered.wanted]
        return draft.model_copy(update={"why_empty": why_empty(feed, len(todays), about, shown)})

    async def _likeness(
        self, conn: AsyncConnection, moment: _Moment, ids: Sequence[str]
    ) -> Likeness:
        """Compare the candidates of a day, moment and set of sources with each other."""
        async with self._comparing:
            if self._compared is None or self._compared[0] != moment:
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


async def _works(conn: AsyncConnection, ids: Sequence[str], shown: Collection[str]) -> set[str]:
    """Return what was shown, with those of `ids` that were shown under another key."""
    keys = await papers.all_keys(conn, ids)
    shown = set(shown)
    return shown | {paper_id for paper_id, others in keys.items() if shown & others}


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
    sources: Sequence[str] = (),
    editions: Sequence[EditionPart] = (),
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
            sources=sources,
            editions=editions,
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


async def _saved_here(
    conn: AsyncConnection, feed: Feed, paper_ids: Sequence[str], now: datetime
) -> dict[str, int]:
    return await shelves.saved_here(
        conn, feed.guild_id, paper_ids, now - SAVED_WITHIN, LEAST_SAVERS
    )


def _footer() -> str:
    """Say what reacting does; the command's name is plain, since people read it for years."""
    # Translators: one line below the day's list of papers; reactions are emoji on a message.
    return _(
        "React to a paper in the thread: 🔖 saves it, ⭐ makes it a favourite, ✅ marks it as read."
        " Find them with /library show."
    )
