"""What a roundup will say: the best of a week or a month, and what became of papers since."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from bot.i18n import gettext as _
from bot.i18n import ngettext
from bot.services.batch_ranking import BatchRanking
from bot.services.folding import Folding
from bot.services.publishing._draft import PostPayload, compose
from bot.services.publishing._order import Ordering, either, folded, notes_of
from bot.services.publishing._tags import wishes_of
from bot.services.taste import LEAST_SAVERS, SAVED_WITHIN
from bot.ui.roundup_payload import PostedBefore, RoundupLine, RoundupPayload
from bot.ui.roundups import label
from papers import roundups, zones
from papers.text import readable
from papers.trending import Candidate, Ranked
from storage import discussions, papers, posts, shelves
from storage import roundups as store
from storage.database import Database
from storage.feeds import Feed, Layout
from storage.roundups import Posted, Saved

MOST_PAPERS: Final = 10
"""Papers of a roundup: so many leave its header room for what stands below the list."""
LEAST_RISE: Final = 5
"""Upvotes that a paper has gained since it was posted, to be named as risen."""
LINES: Final = 3
"""Papers in each part below the list."""
TOPICS: Final = 6
"""Bars of the picture at most."""
_FEWEST_TOPICS: Final = 3
_LEAST_PAPERS: Final = 2
"""Papers that a keyword needs to be a topic of the period."""


class RoundupComposer:
    """Composes roundups."""

    def __init__(
        self, database: Database, ranking: BatchRanking, ordering: Ordering, folding: Folding
    ) -> None:
        self._database = database
        self._ranking = ranking
        self._ordering = ordering
        self._folding = folding

    async def draft(
        self, feed: Feed, last: date, now: datetime, *, late: bool = False
    ) -> PostPayload:
        """Return the roundup of the period that ends with batch day `last`; without cards where
        there is nothing to show."""
        period = roundups.period_until(last, feed.every)
        async with self._database.read() as conn:
            period = roundups.extended(period, feed.every, (await posts.used(conn, feed.id)).batch)
            candidates = await self._ranking.of_days(conn, period.days, now)
            prior = await self._ranking.prior_asked_for(conn, last)
        ordered = await self._ordering.of(feed, candidates, last, now, prior=prior, half_life=None)
        ranked = ordered.ranked
        size = min(feed.size, MOST_PAPERS)
        zone = zones.zone_or_utc(feed.timezone)
        since, until = roundups.stretch(feed.every, feed.weekday, feed.at, zone, now)
        async with self._database.read() as conn:
            best = [place.paper.id for place in ranked[: 4 * size]]
            groups = folded(ranked, await self._folding.likeness(conn, best), size)
            posted = await store.posted(
                conn, feed.guild_id, [place.paper.id for place in ranked], feed.channel_id
            )
            found = await store.gained_code(conn, feed.channel_id, feed.guild_id, since, until)
            known = await papers.get_many(conn, list(found))
            saved_here = await shelves.saved_here(
                conn,
                feed.guild_id,
                [group.leader.paper.id for group in groups],
                now - SAVED_WITHIN,
                LEAST_SAVERS,
            )
            discussed = await discussions.on(conn, feed.guild_id)
            saved = await store.most_saved(
                conn, feed.guild_id, since, until, least=LEAST_SAVERS, limit=LINES
            )
        coded = {place.paper.id: place.paper for place in ranked}
        coded |= {paper_id: entry.paper for paper_id, entry in known.items()}
        gained = [each for each in posted.values() if each.had_code is False]
        draft = compose(
            last,
            [group.leader for group in groups],
            folded={
                group.leader.paper.id: [each.paper.id for each in group.folded] for group in groups
            },
            total=len({candidate.paper.id for candidate in candidates}),
            late=late,
            notes=notes_of(feed),
            ping_role_id=feed.ping_role_id,
            saved_here=saved_here,
        )
        if not ranked:
            why_empty = _why_empty(feed, candidates, ordered.wanted)
            return draft.model_copy(update={"why_empty": why_empty})
        roundup = RoundupPayload(
            every=feed.every,
            first=period.first,
            rose=_rose(ranked, posted, feed.guild_id),
            saved=tuple(_saved(each, feed.guild_id) for each in saved),
            code=tuple(
                RoundupLine(
                    paper_id=each.paper_id,
                    title=readable(coded[each.paper_id].title),
                    url=card_url(feed.guild_id, each),
                    repository=coded[each.paper_id].repository,
                )
                for each in (*gained, *(found[key] for key in found if key not in posted))
                if each.paper_id in coded and coded[each.paper_id].repository
            )[:LINES],
            topics=topics_of(place.paper.keywords for place in ranked),
        )
        cards = tuple(
            card.model_copy(
                update={
                    "posted": PostedBefore(
                        day=before.posted_at.astimezone(zone).date(),
                        url=card_url(feed.guild_id, before),
                    )
                }
            )
            if (before := posted.get(card.paper_id)) is not None
            else card
            for card in draft.cards
        )
        changes: dict[str, Any] = {
            "header": draft.header.model_copy(update={"roundup": roundup}),
            "cards": cards,
            # In a forum it is always one post: its overview is what it is about.
            "kind": feed.kind,
            "discussed": discussed,
            "tags": wishes_of(replace(feed, layout=Layout.DAY), cards),
        }
        return draft.model_copy(update=changes)


def card_url(guild_id: int, card: Posted | Saved) -> str:
    """Return the address of a card that was posted."""
    return f"https://discord.com/channels/{guild_id}/{card.channel_id}/{card.message_id}"


def topics_of(keywords: Iterable[Sequence[str]]) -> tuple[tuple[str, int], ...]:
    """Return the keywords that most papers have, with how many; none where there are too few.

    Only those in ASCII, which every font draws, and that stand whole beside their bar. An acronym
    counts as what it stands for where that is a keyword too: "llms" as "large language models".

    Args:
        keywords: those of each paper.
    """
    papers_with: defaultdict[str, set[int]] = defaultdict(set)
    for number, each in enumerate(keywords):
        for word in {" ".join(readable(keyword).casefold().split()) for keyword in each}:
            if word.isascii() and word.isprintable() and len(word) > 1 and label(word) == word:
                papers_with[word].add(number)
    for word in sorted(papers_with, key=lambda word: (-len(papers_with[word]), word)):
        for short in _acronyms(word):
            papers_with[word] |= papers_with.pop(short, set())
    common = sorted(
        ((word, len(numbers)) for word, numbers in papers_with.items()),
        key=lambda pair: (-pair[1], pair[0]),
    )
    found = tuple((word, papers) for word, papers in common if papers >= _LEAST_PAPERS)[:TOPICS]
    return found if len(found) >= _FEWEST_TOPICS else ()


def _acronyms(word: str) -> tuple[str, ...]:
    """Return how a keyword of some words is shortened, as one and as many; none for one word."""
    initials = "".join(part[0] for part in re.split(r"[\s-]+", word) if part)
    return (initials, f"{initials}s") if len(initials) > 1 else ()


def _rose(
    ranked: Sequence[Ranked], posted: Mapping[str, Posted], guild_id: int
) -> tuple[RoundupLine, ...]:
    """Return the papers that gained most upvotes since they were posted, the most first."""
    risen = [
        RoundupLine(
            paper_id=place.paper.id,
            title=readable(place.paper.title),
            url=card_url(guild_id, before),
            before=before.upvotes,
            count=place.metrics.upvotes or 0,
        )
        for place in ranked
        if (before := posted.get(place.paper.id)) is not None
        and before.upvotes is not None
        and (place.metrics.upvotes or 0) - before.upvotes >= LEAST_RISE
    ]
    return tuple(sorted(risen, key=lambda line: line.before - line.count)[:LINES])


def _saved(saved: Saved, guild_id: int) -> RoundupLine:
    return RoundupLine(
        paper_id=saved.paper_id,
        title=readable(saved.title),
        url=card_url(guild_id, saved),
        count=saved.members,
    )


def _why_empty(feed: Feed, candidates: Sequence[Candidate], wanted: Collection[str]) -> str:
    """Say why there is nothing to show."""
    total = len({candidate.paper.id for candidate in candidates})
    if not total:
        return _("There were no papers.")
    if feed.topics and not wanted:
        return ngettext(
            "The only paper isn't about {topics}.",
            "None of the {count} papers is about {topics}.",
            total,
            topics=either(feed.topics),
        )
    if feed.topics:
        return _("No paper about {topics} passed the filters.", topics=either(feed.topics))
    return _("No paper passed the filters.")
