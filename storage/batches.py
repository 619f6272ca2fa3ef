"""Batches: which papers a source listed on which Daily Papers day, in its order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Announcement, Batch, Record
from storage.chunks import chunks
from storage.engines.statements import delete_some, insert
from storage.papers import StoredPaper, UpsertReport, keys_of, stored, upsert
from storage.tables import batch_papers as entries
from storage.tables import batches
from storage.tables import papers as paper_table

EMPTY_KEPT = timedelta(days=90)
"""How long it is known of a day that a source had no papers: three times as long as it matters to
threads, and longer than any source is asked for a day again."""
_DAYS = 5
_REPEATING = timedelta(days=7)
"""How far back a listing is compared: a feed that stands still does so for days."""


class BatchState(StrEnum):
    """What is known of a day. No state at all means that no source has answered for it yet."""

    COMPLETE = "complete"
    EMPTY = "empty"
    """The source confirmed that there is none."""


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A paper's place in a batch."""

    paper: StoredPaper
    day: date
    source: str
    position: int
    announcement: Announcement | None = None


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One source's answer for one day: how many papers, how many unreadable records, and when."""

    day: date
    source: str
    state: BatchState
    papers: int
    broken: int
    fetched_at: datetime


async def record(
    conn: AsyncConnection, batch: Batch, source: str, *, now: datetime
) -> UpsertReport:
    """Store a source's answer for a day: its papers, their order, and that the day is known.

    Reading a batch again adds what came late and takes over the newest order; papers that the
    source lists no more stay, after the others, and a complete batch never becomes empty. An answer
    of which nothing could be read says nothing about the day, and is not recorded as one. A paper
    is new once: what a listing repeats as new from an earlier day is no part of this one, and a
    listing of nothing else is not this day's.
    """
    report = await upsert(conn, batch.records, now=now)
    await note(conn, batch, source, now=now)
    return report


async def note(conn: AsyncConnection, batch: Batch, source: str, *, now: datetime) -> None:
    """Store which papers a source's answer for a day has, and their order, as `record` does.

    The papers are stored already, large batches in portions.
    """
    stored_as = await keys_of(conn, [record.paper.id for record in batch.records])
    records = [
        replace(record, paper=replace(record.paper, id=stored_as[record.paper.id]))
        if stored_as[record.paper.id] != record.paper.id
        else record
        for record in batch.records
    ]
    repeated = await _announced_before(conn, batch.day, records, source)
    listed = [record for record in records if record.paper.id not in repeated]
    if not listed and (batch.records or batch.broken):
        return
    here = (entries.c.day == batch.day) & (entries.c.source == source)
    known = await conn.execute(
        select(entries.c.paper_id, entries.c.position, entries.c.announcement)
        .where(here)
        .order_by(entries.c.position)
    )
    before: dict[str, tuple[int, str | None]] = {
        row.paper_id: (row.position, row.announcement) for row in known
    }
    announced = {record.paper.id: record.announcement for record in listed}
    order = [*announced, *(paper_id for paper_id in before if paper_id not in announced)]
    moved: list[dict[str, object]] = []
    for position, paper_id in enumerate(order):
        dated = announced.get(paper_id)
        old_position, old_announcement = before.get(paper_id, (None, None))
        announcement = dated.value if dated else old_announcement
        if (position, announcement) != (old_position, old_announcement):
            moved.append(
                {
                    "day": batch.day,
                    "source": source,
                    "paper_id": paper_id,
                    "position": position,
                    "announcement": announcement,
                }
            )
    if moved:
        new = insert(entries)
        await conn.execute(
            new.on_conflict_do_update(
                index_elements=[entries.c.day, entries.c.source, entries.c.paper_id],
                set_={
                    "position": new.excluded.position,
                    "announcement": new.excluded.announcement,
                },
            ),
            moved,
        )
    values = {
        "state": (BatchState.COMPLETE if order else BatchState.EMPTY).value,
        "papers": len(order),
        "broken": batch.broken,
        "fetched_at": now,
    }
    await conn.execute(
        insert(batches)
        .values(day=batch.day, source=source, **values)
        .on_conflict_do_update(index_elements=[batches.c.day, batches.c.source], set_=values)
    )


async def _announced_before(
    conn: AsyncConnection, day: date, records: Sequence[Record], source: str
) -> set[str]:
    """Return the papers of a listing that are new in it and were new on one of the days before."""
    new = {r.paper.id for r in records if r.announcement is Announcement.NEW}
    if not new:
        return set()
    known = await conn.scalars(
        select(entries.c.paper_id).where(
            entries.c.day >= day - _REPEATING,
            entries.c.day < day,
            entries.c.source == source,
            entries.c.announcement == Announcement.NEW.value,
        )
    )
    return new.intersection(known)


async def papers(
    conn: AsyncConnection, days: Collection[date], *, sources: Collection[str] | None = None
) -> list[BatchEntry]:
    """Return the papers of those days by day, source and the source's order.

    A paper that two sources listed on a day appears once for each.
    """
    found: list[BatchEntry] = []
    # In portions: to make months of papers of their rows at once would hold the event loop.
    for some in chunks(sorted(days), _DAYS):
        found += await _papers(conn, some, sources)
    return found


async def _papers(
    conn: AsyncConnection, days: Collection[date], sources: Collection[str] | None
) -> list[BatchEntry]:
    statement = (
        select(
            paper_table,
            entries.c.day,
            entries.c.source.label("listed_by"),
            entries.c.position,
            entries.c.announcement,
        )
        .join(entries, entries.c.paper_id == paper_table.c.id)
        .where(entries.c.day.in_(days))
        .order_by(entries.c.day, entries.c.source, entries.c.position)
    )
    if sources is not None:
        statement = statement.where(entries.c.source.in_(sources))
    return [
        BatchEntry(
            paper=stored(row),
            day=row.day,
            source=row.listed_by,
            position=row.position,
            announcement=Announcement(row.announcement) if row.announcement else None,
        )
        for row in await conn.execute(statement)
    ]


async def state(
    conn: AsyncConnection, day: date, *, sources: Collection[str] | None = None
) -> BatchState | None:
    """Return what is known of a day: complete if any source has papers, `None` if none answered.

    Listings are recorded like voted batches: name the `sources` that count.
    """
    statement = select(batches.c.state).where(batches.c.day == day)
    if sources is not None:
        statement = statement.where(batches.c.source.in_(sources))
    states = set((await conn.execute(statement)).scalars())
    if BatchState.COMPLETE in states:
        return BatchState.COMPLETE
    return BatchState.EMPTY if states else None


async def sizes(
    conn: AsyncConnection, since: date, up_to: date, *, sources: Collection[str]
) -> dict[date, int]:
    """Return how many papers each day of that span has, 0 for one that was confirmed empty.

    A day that is missing was answered for by none of `sources`.
    """
    rows = await conn.execute(
        select(batches.c.day, func.max(batches.c.papers).label("papers"))
        .where(batches.c.day >= since, batches.c.day <= up_to, batches.c.source.in_(sources))
        .group_by(batches.c.day)
    )
    return {row.day: row.papers for row in rows}


async def newest_complete(
    conn: AsyncConnection, up_to: date, *, sources: Collection[str] | None = None
) -> date | None:
    """Return the newest day, at most `up_to`, that has papers."""
    statement = select(func.max(batches.c.day)).where(
        batches.c.day <= up_to, batches.c.state == BatchState.COMPLETE.value
    )
    if sources is not None:
        statement = statement.where(batches.c.source.in_(sources))
    return await conn.scalar(statement)


async def rows(
    conn: AsyncConnection, first: date, last: date, *, sources: Collection[str] | None = None
) -> list[BatchRow]:
    """Return what was read of the days from `first` to `last`, newest first."""
    statement = (
        select(batches)
        .where(batches.c.day >= first, batches.c.day <= last)
        .order_by(batches.c.day.desc(), batches.c.source)
    )
    if sources is not None:
        statement = statement.where(batches.c.source.in_(sources))
    return [
        BatchRow(row.day, row.source, BatchState(row.state), row.papers, row.broken, row.fetched_at)
        for row in await conn.execute(statement)
    ]


async def read_longest_ago(
    conn: AsyncConnection, first: date, last: date, source: str, before: datetime, *, limit: int
) -> list[date]:
    """Return the days from `first` to `last` with papers of a source that were last read before
    then, what was read the longest ago first."""
    rows = await conn.scalars(
        select(batches.c.day)
        .where(
            batches.c.day >= first,
            batches.c.day <= last,
            batches.c.source == source,
            batches.c.state == BatchState.COMPLETE.value,
            batches.c.fetched_at <= before,
        )
        .order_by(batches.c.fetched_at, batches.c.day)
        .limit(limit)
    )
    return list(rows)


async def forget_empty(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete that sources had no papers on days older than `EMPTY_KEPT`; return how many, 0 at the
    end. Days with papers stay."""
    empty = batches.c.state == BatchState.EMPTY.value
    old = batches.c.day < (now - EMPTY_KEPT).date()
    return await delete_some(conn, batches, empty, old, first=batches.c.day, most=most)
