"""Which papers a person's digest brings: what their topics matched, best first, nothing twice."""

import math
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digests._payload import LONGEST, DigestEntry, DigestPayload, entry_of
from bot.drafts import Drafter
from papers import calendar
from papers.trending import rank
from storage import library, matches, papers, subscriptions
from storage.digests import DueDigest
from storage.matches import Candidate
from storage.subscriptions import Every, Mode

if TYPE_CHECKING:
    from bot.client import PaperBot

LOOK_BACK = timedelta(days=8)
"""How old a match may be: a week, for weekly digests and for papers whose votes come late."""

_VOTE_WEIGHT = 0.02
"""What doubling a paper's votes is worth beside the matcher's score (about 1): a tie-break."""

_TRENDING = 10
"""Papers that the topic `trending` brings in a day."""


async def compose(
    bot: "PaperBot", conn: AsyncConnection, due: DueDigest, now: datetime
) -> DigestPayload | None:
    """Return a person's digest, `None` when there is nothing to bring."""
    followed = [
        subscription
        for subscription in await subscriptions.of_user(conn, due.user_id)
        if not subscription.paused
    ]
    known = await brought_or_saved(conn, due.user_id)
    candidates = [
        candidate
        for candidate in await matches.unseen(conn, due.user_id, now - LOOK_BACK)
        if candidate.paper.paper.id not in known
    ]
    weekly = due.every is Every.WEEK
    entries = [_entry(group) for group in _ordered(candidates, by_votes=weekly)]
    if any(subscription.topic.mode is Mode.TRENDING for subscription in followed):
        listed = known | {entry.paper_id for entry in entries}
        entries += await trending_entries(bot, conn, listed, now, weekly=weekly)
    if not entries:
        return None
    return DigestPayload(day=due.local_date, entries=tuple(entries[:LONGEST]), topics=len(followed))


async def brought_or_saved(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return the papers that no digest brings a person: those that one brought, and saved ones."""
    return await matches.brought(conn, user_id) | await library.saved_papers(conn, user_id)


def _ordered(candidates: list[Candidate], *, by_votes: bool) -> list[list[Candidate]]:
    """Group matches by paper, the best topic first, and order the papers."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda match: (-match.score, match.topic_id)):
        groups.setdefault(candidate.paper.paper.id, []).append(candidate)

    def worth(group: list[Candidate]) -> tuple[float, str]:
        votes = group[0].paper.metrics.upvotes or 0
        points = math.log2(1 + max(votes, 0))
        score = points if by_votes else group[0].score + _VOTE_WEIGHT * points
        return (score, group[0].paper.paper.id)

    return sorted(groups.values(), key=worth, reverse=True)


def _entry(group: list[Candidate]) -> DigestEntry:
    best = group[0]
    topics = list(dict.fromkeys(candidate.topic for candidate in group))
    also = f", and {len(topics) - 1} more of your topics" if len(topics) > 2 else ""
    also = f", and your topic {topics[1]}" if len(topics) == 2 else also
    return entry_of(best.paper, topic=best.topic, reason=f"{best.reason}{also}")


async def trending_entries(
    bot: "PaperBot",
    conn: AsyncConnection,
    known: Collection[str],
    now: datetime,
    *,
    weekly: bool,
) -> list[DigestEntry]:
    """Return the best of the newest settled batch, or of the week before it."""
    day = await bot.publisher.publishable(conn, now)
    if day is None:
        return []
    days = [day]
    while weekly and len(days) < len(calendar.week_days(day)):
        days.append(calendar.previous(days[-1]))
    drafter: Drafter = bot.publisher.drafter
    candidates = await drafter.of_days(conn, days, now)
    best = rank(
        candidates,
        day=day,
        shown=known,
        prior=await drafter.prior(conn, day),
        size=_TRENDING,
        half_life=None,
    )
    stored = await papers.get_many(conn, [place.paper.id for place in best])
    return [
        entry_of(stored[place.paper.id], topic="trending", reason=place.reason.text("“{}”".format))
        for place in best
    ]
