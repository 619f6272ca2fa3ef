"""Upsert of papers: merged with what is known, so that no source erases what another returned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Metrics, Paper, Record
from storage.chunks import chunks
from storage.papers._read import StoredPaper, get_many, latest_revision
from storage.sqlite import insert
from storage.tables import papers, snapshots

SNAPSHOT_INTERVAL = timedelta(hours=1)
"""How often unchanged numbers are stored: a paper without new votes then differs from one that was
not read."""

_SEARCHED = (
    "title",
    "abstract",
    "authors",
    "categories",
    "summary",
    "keywords",
    "organization",
    "repository",
    "published_at",
)
"""The fields that derived indexes are made of: a change of any of them makes a new revision."""

_NO_METRICS = Metrics()

_insert = insert(papers)
_UPSERT = _insert.on_conflict_do_update(
    index_elements=[papers.c.id],
    set_={
        column.name: _insert.excluded[column.name]
        for column in papers.columns
        if column.name not in ("row", "id", "first_seen_at")
    },
)
_insert_snapshot = insert(snapshots)
_UPSERT_SNAPSHOT = _insert_snapshot.on_conflict_do_update(
    index_elements=[snapshots.c.paper_id, snapshots.c.at],
    set_={name: _insert_snapshot.excluded[name] for name in ("upvotes", "stars", "comments")},
)


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """How many papers were new, changed in anything but their numbers, and the same as before."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


async def upsert(
    conn: AsyncConnection, records: Sequence[Record], *, now: datetime
) -> UpsertReport:
    """Merge papers and their numbers into what is known; putting the same in twice changes nothing.

    A snapshot of the numbers is kept when a record brings any and they changed, or when the last
    snapshot is an hour old.
    """
    revision = await latest_revision(conn)
    new = changed = unchanged = 0
    for part in chunks(records):
        incoming: dict[str, tuple[Paper, Metrics]] = {}
        for record in part:
            paper, metrics = record.paper, record.metrics
            if (seen := incoming.get(paper.id)) is not None:
                paper, metrics = _merged(seen[0], paper), _newest(seen[1], metrics)
            incoming[paper.id] = paper, metrics
        known = await get_many(conn, incoming)
        snapped_at = await _last_snapshots(
            conn, [paper_id for paper_id in incoming if paper_id in known]
        )

        rows: list[dict[str, Any]] = []
        snaps: list[dict[str, Any]] = []
        for paper_id, (paper, metrics) in incoming.items():
            before = known.get(paper_id)
            after = _after(before, paper, metrics, revision, now)
            revision = max(revision, after.revision)
            if after != before:
                rows.append(_row(after))
            if before is None:
                new += 1
            elif after.paper != before.paper:
                changed += 1
            else:
                unchanged += 1
            if metrics != _NO_METRICS:
                last = snapped_at.get(paper_id)
                moved = before is None or after.metrics != before.metrics
                if moved or last is None or now - last >= SNAPSHOT_INTERVAL:
                    snaps.append(_snapshot(paper_id, after.metrics, now))
        if rows:
            await conn.execute(_UPSERT, rows)
        if snaps:
            await conn.execute(_UPSERT_SNAPSHOT, snaps)
    return UpsertReport(new, changed, unchanged)


def _after(
    before: StoredPaper | None, paper: Paper, metrics: Metrics, revision: int, now: datetime
) -> StoredPaper:
    if before is None:
        return StoredPaper(0, paper, metrics, now, revision + 1)
    merged = _merged(before.paper, paper)
    searched = any(getattr(merged, name) != getattr(before.paper, name) for name in _SEARCHED)
    return replace(
        before,
        paper=merged,
        metrics=_newest(before.metrics, metrics),
        revision=revision + 1 if searched else before.revision,
    )


def _merged(known: Paper, received: Paper) -> Paper:
    """Merge two views of a paper so that two sources that alternate do not undo each other forever.

    Each undoing would be a new revision, to be embedded and indexed again. So: the text of a known
    version is replaced only by that of a known version as new, not by a source that knows none;
    spaces are no change; a name keeps its account; and the earliest time of publication wins.
    """
    if known == received:
        return known
    merged = known.merged(received)
    keep: dict[str, Any] = {}
    outdated = known.version is not None and (
        received.version is None or received.version < known.version
    )
    for name in ("title", "abstract"):
        old, new = getattr(known, name), getattr(merged, name)
        if old != new and old and (outdated or old.split() == new.split()):
            keep[name] = old
    if known.authors and merged.authors != known.authors:
        accounts = {author.name: author.username for author in known.authors}
        keep["authors"] = (
            known.authors
            if outdated and len(known.authors) != len(received.authors)
            else tuple(
                author if author.username else replace(author, username=accounts.get(author.name))
                for author in merged.authors
            )
        )
    if outdated:
        keep |= {
            name: getattr(known, name)
            for name in ("version", "comment", "updated_at", "doi", "journal_ref")
            if getattr(known, name) is not None
        }
    elif None not in (known.version, received.version) and known.version != received.version:
        # A newer version that is not withdrawn brings the paper back; a source that knows no
        # versions does not.
        keep["withdrawn_at"] = received.withdrawn_at
    if known.published_at and received.published_at:
        keep["published_at"] = min(known.published_at, received.published_at)
    return replace(merged, **keep) if keep else merged


def _newest(known: Metrics, received: Metrics) -> Metrics:
    """Return the new figures, and the known ones where there is no new one."""
    if received == known:
        return known
    return Metrics(
        upvotes=known.upvotes if received.upvotes is None else received.upvotes,
        stars=known.stars if received.stars is None else received.stars,
        comments=known.comments if received.comments is None else received.comments,
    )


def _row(entry: StoredPaper) -> dict[str, Any]:
    paper = entry.paper
    values = {name: getattr(paper, name) for name in paper.__slots__}
    values |= {
        "authors": [(author.name, author.username) for author in paper.authors],
        "upvotes": entry.metrics.upvotes,
        "stars": entry.metrics.stars,
        "comments": entry.metrics.comments,
        "first_seen_at": entry.first_seen_at,
        "revision": entry.revision,
    }
    return values


def _snapshot(paper_id: str, metrics: Metrics, at: datetime) -> dict[str, Any]:
    return {
        "paper_id": paper_id,
        "at": at,
        "upvotes": metrics.upvotes,
        "stars": metrics.stars,
        "comments": metrics.comments,
    }


async def _last_snapshots(conn: AsyncConnection, paper_ids: Sequence[str]) -> dict[str, datetime]:
    if not paper_ids:
        return {}
    statement = (
        select(snapshots.c.paper_id, func.max(snapshots.c.at).label("at"))
        .where(snapshots.c.paper_id.in_(paper_ids))
        .group_by(snapshots.c.paper_id)
    )
    return {row.paper_id: row.at for row in await conn.execute(statement)}
