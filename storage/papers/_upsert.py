"""Upsert of papers: merged with what is known, so that no source erases what another returned."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers import paper_key
from papers.model import Metrics, Paper, Record
from papers.presentations import better
from papers.works import title_number
from storage.chunks import chunks
from storage.engines.statements import insert
from storage.papers._read import StoredPaper, get_many, latest_revision
from storage.papers._works import note_aliases, works
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
    "source",
    "venue",
    "journal_ref",
    "submitter",
)
"""The fields that derived indexes are made of: a change of any of them makes a new revision."""

_NO_METRICS = Metrics()

_CHANGING = [
    column for column in papers.columns if column.name not in ("row", "id", "first_seen_at")
]
_insert = insert(papers)
_UPSERT = _insert.on_conflict_do_update(
    index_elements=[papers.c.id],
    set_={column.name: _insert.excluded[column.name] for column in _CHANGING},
)
# Of papers that are there: PostgreSQL takes a new number for each row that it tries to insert.
_UPDATE = (
    update(papers)
    .where(papers.c.id == bindparam("key"))
    .values({column: bindparam(column.name) for column in _CHANGING})
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

    A record whose work is stored by another key (`storage.papers._works`) completes that paper.

    A snapshot of the numbers is kept when a record brings any and they changed, or when the last
    snapshot is an hour old.
    """
    revision = await latest_revision(conn)
    new = changed = unchanged = 0
    for part in chunks(records):
        stored_as = await works(conn, part)
        incoming: dict[str, tuple[Paper, Metrics]] = {}
        others: defaultdict[str, list[Record]] = defaultdict(list)
        for record in part:
            paper, metrics = record.paper, record.metrics
            if stored_as[paper.id] != paper.id:
                others[stored_as[paper.id]].append(record)
                continue
            if (seen := incoming.get(paper.id)) is not None:
                paper, metrics = _merged(seen[0], paper), _newest(seen[1], metrics)
            incoming[paper.id] = paper, metrics
        known = await get_many(conn, (*incoming, *others))
        snapped_at = await _last_snapshots(conn, list(known))

        added: list[dict[str, Any]] = []
        updated: list[dict[str, Any]] = []
        snaps: list[dict[str, Any]] = []
        for paper_id in dict.fromkeys((*incoming, *others)):
            before = known.get(paper_id)
            views = others.get(paper_id, [])
            paper, metrics = incoming.get(paper_id, (None, _NO_METRICS))
            for each in views:
                metrics = _newest(metrics, each.metrics)
            after = _after(before, paper, views, metrics, revision, now)
            revision = max(revision, after.revision)
            if before is None:
                added.append(_row(after))
            elif after != before:
                row = _row(after)
                changing = {column.name: row[column.name] for column in _CHANGING}
                updated.append({"key": paper_id, **changing})
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
        if added:
            await conn.execute(_UPSERT, added)
        if updated:
            await conn.execute(_UPDATE, updated)
        if snaps:
            await conn.execute(_UPSERT_SNAPSHOT, snaps)
        await note_aliases(conn, part, stored_as)
    return UpsertReport(new, changed, unchanged)


def _after(
    before: StoredPaper | None,
    paper: Paper | None,
    others: Sequence[Record],
    metrics: Metrics,
    revision: int,
    now: datetime,
) -> StoredPaper:
    """Return what is to be stored: what was, the paper as received, and as `others` have it."""
    merged = before.paper if before else None
    if paper is not None:
        merged = _merged(merged, paper) if merged else paper
    if merged is None:
        raise ValueError("a paper needs a record of its own key, or a stored one")
    for other in others:
        merged = _completed(merged, other.paper)
    if before is None:
        return StoredPaper(0, merged, metrics, now, revision + 1)
    searched = any(getattr(merged, name) != getattr(before.paper, name) for name in _SEARCHED)
    return replace(
        before,
        paper=merged,
        metrics=_newest(before.metrics, metrics),
        revision=revision + 1 if searched else before.revision,
    )


def _completed(known: Paper, other: Paper) -> Paper:
    """Return a paper with what only another source's record of the same work knows.

    Its own text stays: versions of two sources cannot be compared.
    """
    filled = replace(other, id=known.id).merged(known)
    return replace(
        filled,
        kind=better(known.kind, other.kind) if filled.venue == other.venue else filled.kind,
        categories=tuple(dict.fromkeys((*known.categories, *other.categories))),
        version=known.version,
        updated_at=known.updated_at,
        withdrawn_at=known.withdrawn_at,
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
    if received.categories:
        keep["categories"] = _categories(known, received)
    if known.published_at and received.published_at:
        keep["published_at"] = min(known.published_at, received.published_at)
    return replace(merged, **keep) if keep else merged


def _categories(known: Paper, received: Paper) -> tuple[str, ...]:
    """Return the received categories, and the known ones of sources that it has none of."""

    def source(category: str) -> str:
        return category.rpartition("/")[0]

    named = set(map(source, received.categories))
    others = (each for each in known.categories if source(each) not in named)
    return tuple(dict.fromkeys((*received.categories, *others)))


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
        "short": None if paper_key.is_arxiv(paper.id) else paper_key.short(paper.id),
        "title_number": title_number(paper),
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
