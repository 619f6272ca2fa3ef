"""Which papers a person's digest brings: what their topics matched, best first, nothing twice."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.i18n import current
from bot.services.batch_ranking import BatchRanking
from bot.services.digests._found import Found, folded
from bot.services.digests._learned import Addition, Learned, reordered
from bot.services.digests._owed import brought_or_known, owed_candidates
from bot.services.digests._payload import (
    LONGEST,
    MAX_MORE,
    DigestEntry,
    DigestPayload,
    entry_of,
)
from bot.services.digests.ordering import batch_days, ordered, reason_of
from bot.services.folding import Folding
from bot.services.picks import Pick, Suggested
from bot.ui.lists import list_name
from bot.ui.news import SHOWN, SHOWN_ALONE, NewsEntry
from bot.ui.parts import reason_text
from bot.ui.picks import edge_reason, like_reason, near_reason
from papers.mutes import Mutes
from papers.picks import mixed
from papers.text import readable
from papers.trending import rank
from storage import digests, hidden, news, papers, picks, subscriptions
from storage import learned as learned_papers
from storage.digests import Digest, DueDigest
from storage.learned import LearnedPaper
from storage.library import ReadingList
from storage.news import News
from storage.subscriptions import Every, Mode, Subscriber

NO_PICKS = Suggested()
NOTHING_LEARNED = Learned()

_TRENDING = 10
"""Papers that the topic `trending` brings in a digest."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What a digest brings."""

    payload: DigestPayload | None
    """`None` when there is nothing to bring."""
    batch_day: date | None = None
    """The newest batch whose best papers were considered, for readers of `trending`."""
    added: tuple[Addition, ...] = ()
    """Papers among them that topics did not match."""


async def compose(
    ranking: BatchRanking,
    folding: Folding,
    conn: AsyncConnection,
    due: DueDigest,
    now: datetime,
    *,
    suggested: Suggested = NO_PICKS,
    learned: Learned = NOTHING_LEARNED,
    longest: int = LONGEST,
    max_more: int = MAX_MORE,
) -> Composed:
    """Return what a person's digest brings: `longest` papers, and `max_more` that it only names.

    That is everything that was matched since their last digest, however long ago it was, and no
    digest brought. What a paused topic matched comes once it is resumed. The matches of a month are
    kept (`storage.topic_matches.MATCHES_KEPT`). What topics have `learned` changes the order of
    their papers and adds a few. Of the papers `suggested` because of a list, it brings the best few
    that nothing brought before. Near-duplicates stand behind the first of them.
    """
    followed = [
        subscription
        for subscription in await subscriptions.of_user(conn, due.user_id)
        if not subscription.paused
    ]
    known = await brought_or_known(conn, due.user_id)
    mutes = await hidden.mutes_of(conn, due.user_id)
    candidates = await owed_candidates(conn, due.user_id, known, mutes, now)
    weekly = due.every is Every.WEEK
    found = [
        Found(group[0].paper, group[0].topic, reason_of(group))
        for group in reordered(ordered(candidates, by_votes=weekly), learned.scores)
    ]
    batch_day = None
    if any(subscription.topic.mode is Mode.TRENDING for subscription in followed):
        batch_day = await ranking.publishable(conn, now)
        listed = known | {candidate.paper.paper.id for candidate in candidates}
        covered = await digests.covered_batch(conn, due.user_id)
        found += await best_of_batches(
            ranking, conn, listed, now, weekly=weekly, after=covered, mutes=mutes
        )
    listed = known | {each.paper.paper.id for each in found}
    new = [each for each in learned.additions if each.paper.paper.id not in listed]
    added = tuple(new[: max(longest - len(found), 0)])
    found += map(_added, added)
    listed |= {each.paper.paper.id for each in added}
    near, edge = (
        [each for each in some if each[1].paper.paper.id not in listed]
        for some in (suggested.near, suggested.edge)
    )
    most = longest + max_more
    left_out = len(found[most:])
    found, fresh = await folded(folding, found[:most], Suggested(near, edge))
    entries = [each.entry() for each in found[:longest]]
    room = max(min(await picks.in_digest(conn, due.user_id), longest - len(entries)), 0)
    chosen = mixed(fresh.near, fresh.edge, user_id=due.user_id, day=due.local_date, room=room)
    entries += [_pick(of, pick) for of, pick in chosen]
    owed = tuple(map(news_entry, await news.pending(conn, due.user_id)))
    pieces = SHOWN if entries else SHOWN_ALONE
    payload = DigestPayload(
        day=due.local_date,
        entries=tuple(entries),
        topics=len(followed),
        more=tuple(each.named() for each in found[longest:]),
        left_out=left_out,
        news=owed[:pieces],
        news_left=len(owed[pieces:]),
        language=current().code,
    )
    return Composed(None if payload.is_empty else payload, batch_day, added)


async def freeze(
    conn: AsyncConnection,
    due: DueDigest,
    composed: Composed,
    state: str,
    now: datetime,
) -> int | None:
    """Store a digest as it is to be sent; return its id, `None` if its day was used.

    Its news counts as brought from now on. What the inbox has brought since is left out; a digest
    that is empty without it is stored as one.
    """
    composed, claimed = await _claim_news(conn, due.user_id, composed, now)
    payload = composed.payload
    if payload is None:
        state = digests.EMPTY
    digest_id = await digests.plan(
        conn,
        due,
        [] if payload is None else payload.paper_ids,
        payload=None if payload is None else payload.model_dump(mode="json"),
        state=state,
        now=now,
        batch_day=composed.batch_day,
    )
    await news.attach(conn, due.user_id, claimed, digest_id)
    if digest_id is not None:
        await _count_added(conn, due.user_id, composed)
    return digest_id


async def fill(conn: AsyncConnection, empty: Digest, composed: Composed, now: datetime) -> None:
    """Put what came since into a digest that a person asked for, and that had nothing."""
    composed, claimed = await _claim_news(conn, empty.user_id, composed, now)
    payload = composed.payload
    if payload is None:
        return
    filled = await digests.show(
        conn,
        empty,
        now,
        payload=payload.model_dump(mode="json"),
        paper_ids=payload.paper_ids,
        batch_day=composed.batch_day,
    )
    await news.attach(conn, empty.user_id, claimed, empty.id if filled else None)
    if filled:
        await _count_added(conn, empty.user_id, composed)


async def _count_added(conn: AsyncConnection, user_id: int, composed: Composed) -> None:
    """Let topics learn from what becomes of the papers that they added."""
    await learned_papers.add(
        conn,
        user_id,
        [LearnedPaper(each.topic_id, each.paper.paper.id, each.score) for each in composed.added],
    )


async def _claim_news(
    conn: AsyncConnection, user_id: int, composed: Composed, now: datetime
) -> tuple[Composed, list[int]]:
    """Take the news of a digest for it; return the digest with what could be taken, and its ids."""
    if composed.payload is None:
        return composed, []
    offered = composed.payload.news
    claimed = await news.claim_for(conn, user_id, [each.news_id for each in offered], now)
    kept = tuple(each for each in offered if each.news_id in claimed)
    payload = composed.payload.model_copy(update={"news": kept})
    return replace(composed, payload=None if payload.is_empty else payload), claimed


def news_entry(known: News) -> NewsEntry:
    """Return a piece of news as it is frozen, its title readable."""
    event = known.event
    return NewsEntry(
        news_id=known.id,
        paper_id=known.paper_id,
        title=readable(known.title),
        kind=event.kind,
        level=event.level,
        words=event.words,
        address=event.address,
        count=event.count,
    )


def wanted(digest: Digest, person: Subscriber, followed: Collection[str]) -> bool:
    """Return whether a digest that waits is still what its reader asked for.

    It is not once they follow nothing any more, or want quiet. One that was never tried and holds
    papers of a topic that has ended is composed again: what is withdrawn is owed again.
    """
    quiet = person.quiet_until is not None and digest.local_date < person.quiet_until
    if quiet or not followed:
        return False
    payload = DigestPayload.model_validate(digest.payload)
    matched = [entry.topic for entry in payload.entries if not entry.is_pick]
    topics = {*matched, *(entry.topic for entry in payload.more)}
    return digest.state != digests.PLANNED or topics <= set(followed)


def _pick(of: ReadingList, pick: Pick) -> DigestEntry:
    name, near = list_name(of), readable(pick.near.paper.title)
    reason = edge_reason(name, near) if pick.explores else near_reason(near, pick.why.words)
    topic = "" if pick.explores else name
    return entry_of(pick.paper, topic=topic, reason=reason, is_pick=True, folded=pick.folded)


def _added(addition: Addition) -> Found:
    reason = like_reason(readable(addition.near.title))
    return Found(addition.paper, addition.topic, reason)


async def best_of_batches(
    ranking: BatchRanking,
    conn: AsyncConnection,
    known: Collection[str],
    now: datetime,
    *,
    weekly: bool,
    after: date | None = None,
    mutes: Mutes,
) -> list[Found]:
    """Return the best of the newest settled batch, or of the week before it.

    With a batch day `after`, the best of those that came since; none if none did. Papers that are
    `known` or hidden are left out.
    """
    day = await ranking.publishable(conn, now)
    days = [] if day is None else batch_days(day, after, weekly=weekly)
    if day is None or not days:
        return []
    candidates = await ranking.of_days(conn, days, now)
    if mutes:
        batch = [candidate.paper for candidate in candidates]
        known = {*known, *await asyncio.to_thread(mutes.hidden, batch)}
    best = rank(
        candidates,
        day=day,
        shown=known,
        prior=await ranking.prior(conn, day),
        size=_TRENDING,
        half_life=None,
    )
    stored = await papers.get_many(conn, [place.paper.id for place in best])
    return [Found(stored[place.paper.id], "trending", reason_text(place.reason)) for place in best]
