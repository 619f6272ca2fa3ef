"""Papers that are followed because they are on a list: when each is asked about, what is known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.news import Event, Kind, Levels, Side, events, is_sighted, joined, levels
from storage.chunks import chunks
from storage.engines.statements import insert as upserting
from storage.papers import families, get_many, work_of
from storage.tables import (
    batch_papers,
    followed_papers,
    lists,
    news,
    paper_aliases,
    person_news,
    preferences,
    saves,
)

BETWEEN_ANSWERS: Final = timedelta(days=7)
"""How soon a source that answered about a paper is asked about it again."""

AFTER_FAILURE: Final = timedelta(hours=6)
"""How soon one that did not answer is asked again."""

_DUE: Final = {
    Side.ARCHIVE: followed_papers.c.archive_due_at,
    Side.COMMUNITY: followed_papers.c.community_due_at,
}
_SEEN: Final = {
    Side.ARCHIVE: followed_papers.c.archive_seen_at,
    Side.COMMUNITY: followed_papers.c.community_seen_at,
}
_ALIAS: Final = exists().where(paper_aliases.c.alias == followed_papers.c.paper_id)
"""That the paper turned out to be another, which is followed in its place."""
_SAVED: Final = ~_ALIAS & or_(
    exists().where(saves.c.paper_id == followed_papers.c.paper_id, saves.c.kept == 1),
    exists().where(
        paper_aliases.c.paper_id == followed_papers.c.paper_id,
        saves.c.paper_id == paper_aliases.c.alias,
        saves.c.kept == 1,
    ),
)


@dataclass(frozen=True, slots=True)
class Followed:
    """What was last known of a followed paper."""

    paper_id: str
    levels: Levels
    sighted: frozenset[Side]
    """The sides whose sources have answered; what they said first was no news."""


async def unfollowed(
    conn: AsyncConnection, *, newest: int | None = None
) -> list[tuple[str, datetime]]:
    """Return the saved papers that are not followed yet, or were saved again, each with when.

    Args:
        conn: a reader.
        newest: how many of the newest saves are looked at; `None` for all. Ids of saves are given
            out again when the newest is deleted, so that none of them could be a watermark.
    """
    work = work_of(saves.c.paper_id).label("paper_id")
    kept = select(work, saves.c.saved_at).where(saves.c.kept == 1)
    if newest is not None:
        kept = kept.order_by(saves.c.id.desc()).limit(newest)
    recent = kept.subquery()
    known = exists().where(
        followed_papers.c.paper_id == recent.c.paper_id,
        followed_papers.c.saved_at >= recent.c.saved_at,
    )
    rows = await conn.execute(
        select(recent.c.paper_id, func.max(recent.c.saved_at).label("saved_at"))
        .where(~known)
        .group_by(recent.c.paper_id)
    )
    return [(row.paper_id, row.saved_at) for row in rows]


async def follow(conn: AsyncConnection, saved: Sequence[tuple[str, datetime]]) -> None:
    """Follow these papers, each with its newest save."""
    new = upserting(followed_papers)
    statement = new.on_conflict_do_update(
        index_elements=[followed_papers.c.paper_id], set_={"saved_at": new.excluded.saved_at}
    )
    rows: list[dict[str, Any]] = [
        {
            "paper_id": paper_id,
            "saved_at": saved_at,
            "archive_due_at": saved_at,
            "community_due_at": saved_at,
            "levels": {},
        }
        for paper_id, saved_at in saved
    ]
    if rows:
        await conn.execute(statement, rows)


async def due(conn: AsyncConnection, side: Side, now: datetime, *, most: int) -> list[str]:
    """Return the papers that a source of one side is to be asked about, newest saves first."""
    found = await conn.scalars(
        select(followed_papers.c.paper_id)
        .where(_DUE[side] <= now, _SAVED)
        .order_by(followed_papers.c.saved_at.desc(), followed_papers.c.paper_id)
        .limit(most)
    )
    return list(found)


async def claim(
    conn: AsyncConnection, side: Side, paper_ids: Sequence[str], now: datetime
) -> list[str]:
    """Put off what is due, so that it is asked about once; return what was, in this order.

    Neither another process nor the next minute asks about it as well; after a crash, it is due
    again when a failure would be.
    """
    taken = await conn.scalars(
        update(followed_papers)
        .where(followed_papers.c.paper_id.in_(paper_ids), _DUE[side] <= now)
        .values({_DUE[side].name: now + AFTER_FAILURE})
        .returning(followed_papers.c.paper_id)
    )
    claimed = set(taken)
    return [paper_id for paper_id in paper_ids if paper_id in claimed]


async def _put_off(
    conn: AsyncConnection, side: Side, paper_ids: Collection[str], until: datetime
) -> None:
    if paper_ids:
        await conn.execute(
            update(followed_papers)
            .where(followed_papers.c.paper_id.in_(paper_ids))
            .values({_DUE[side].name: until})
        )


async def listed(conn: AsyncConnection, day: date, source: str) -> list[str]:
    """Return the followed papers of one batch."""
    rows = await conn.scalars(
        select(followed_papers.c.paper_id)
        .select_from(batch_papers)
        .join(followed_papers, followed_papers.c.paper_id == work_of(batch_papers.c.paper_id))
        .where(batch_papers.c.day == day, batch_papers.c.source == source)
        .distinct()
    )
    return list(rows)


async def sight(
    conn: AsyncConnection,
    paper_ids: Sequence[str],
    now: datetime,
    *,
    answered: Side | None = None,
) -> int:
    """Compare followed papers with what was last known of them; return how many events there were.

    What is new becomes news for everyone who follows the paper. A side that a source has answered
    for the first time is only remembered.

    Args:
        conn: a writer.
        paper_ids: those to compare; papers that are not followed are left out.
        now: when the news counts as found.
        answered: the side whose source has just answered about all of them.
    """
    count = 0
    for part in chunks(paper_ids):
        known = await get_many(conn, part)
        rows = await conn.execute(
            select(followed_papers).where(followed_papers.c.paper_id.in_(part))
        )
        for before in map(_followed, rows.all()):
            entry = known[before.paper_id]
            found = events(before.levels, entry.paper, entry.metrics, before.sighted)
            sighted = before.sighted
            if answered is not None and is_sighted(answered, entry.paper):
                sighted |= {answered}
            after = joined(before.levels, levels(entry.paper, entry.metrics), sighted)
            await _remember(conn, before, after, sighted, now)
            for event in found:
                count += await _publish(conn, before.paper_id, event, now)
        if answered is not None:
            await _put_off(conn, answered, part, now + BETWEEN_ANSWERS)
    return count


async def _remember(
    conn: AsyncConnection,
    before: Followed,
    after: Levels,
    sighted: frozenset[Side],
    now: datetime,
) -> None:
    values: dict[str, Any] = {_SEEN[side].name: now for side in sighted - before.sighted}
    if after != before.levels:
        values["levels"] = after
    if values:
        await conn.execute(
            update(followed_papers)
            .where(followed_papers.c.paper_id == before.paper_id)
            .values(**values)
        )


async def _publish(conn: AsyncConnection, paper_id: str, event: Event, now: datetime) -> int:
    """Store an event and for whom it is, once; return whether it was new."""
    news_id = await conn.scalar(
        upserting(news)
        .values(
            paper_id=paper_id,
            kind=event.kind.value,
            level=event.level,
            words=event.words,
            address=event.address,
            number=event.count,
            found_at=now,
        )
        .on_conflict_do_nothing()
        .returning(news.c.id)
    )
    if news_id is None:
        return 0
    keys = await families(conn, [paper_id])
    readers = await conn.scalars(
        select(saves.c.user_id)
        .join(lists, lists.c.id == saves.c.list_id)
        .where(saves.c.paper_id.in_(keys), saves.c.kept == 1, lists.c.news == 1)
        .where(~exists().where(preferences.c.user_id == saves.c.user_id, preferences.c.news == 0))
        .distinct()
    )
    people = [{"user_id": user_id, "news_id": news_id} for user_id in readers]
    if people:
        await conn.execute(insert(person_news), people)
    return 1


async def forget_unsaved(conn: AsyncConnection, now: datetime, *, most: int = 200) -> int:
    """Stop following papers that are on no list any more; return how many, 0 at the end.

    Each goes when it would be asked about: put back on a list before, it has missed nothing.
    """
    some = (
        select(followed_papers.c.paper_id)
        .where(
            or_(
                followed_papers.c.archive_due_at <= now,
                followed_papers.c.community_due_at <= now,
            ),
            ~_SAVED,
        )
        .limit(most)
    )
    result = await conn.execute(
        delete(followed_papers).where(followed_papers.c.paper_id.in_(some.scalar_subquery()))
    )
    return result.rowcount


def _followed(row: Row[Any]) -> Followed:
    seen = {side: getattr(row, column.name) for side, column in _SEEN.items()}
    return Followed(
        row.paper_id,
        {Kind(kind): level for kind, level in row.levels.items()},
        frozenset(side for side, moment in seen.items() if moment is not None),
    )
