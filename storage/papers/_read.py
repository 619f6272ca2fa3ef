"""Reading papers back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.model import Author, Metrics, Paper
from storage.chunks import chunks
from storage.engines.statements import folded, item, items
from storage.tables import papers, snapshots


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper with what only the database knows of it.

    `row` is its number in derived indexes, `metrics` its newest numbers, and `revision` rises above
    every other paper's whenever its searchable text changes.
    """

    row: int
    paper: Paper
    metrics: Metrics
    first_seen_at: datetime
    revision: int


class Heading(NamedTuple):
    """A paper's number in derived indexes, and of the paper its title and its DOI alone."""

    row: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A paper's numbers as they were at one moment."""

    at: datetime
    metrics: Metrics


def stored(row: Row[Any]) -> StoredPaper:
    """Build a paper from a row that starts with all columns of `papers`, in the table's order."""
    (
        number,
        paper_id,
        title,
        abstract,
        authors,
        published_at,
        categories,
        summary,
        keywords,
        organization,
        repository,
        project_page,
        thumbnail,
        media,
        submitter,
        comment,
        doi,
        journal_ref,
        version,
        updated_at,
        withdrawn_at,
        linked_models,
        linked_datasets,
        linked_spaces,
        upvotes,
        stars,
        comments,
        first_seen_at,
        revision,
        source,
        venue,
        kind,
        licence,
        _short,
        _title_number,
    ) = row[: len(papers.columns)]
    return StoredPaper(
        row=number,
        paper=Paper(
            id=paper_id,
            title=title,
            abstract=abstract,
            authors=tuple(Author(name, username) for name, username in authors),
            published_at=published_at,
            categories=tuple(categories),
            summary=summary,
            keywords=tuple(keywords),
            organization=organization,
            repository=repository,
            project_page=project_page,
            thumbnail=thumbnail,
            media=tuple(media),
            submitter=submitter,
            comment=comment,
            doi=doi,
            journal_ref=journal_ref,
            version=version,
            updated_at=updated_at,
            withdrawn_at=withdrawn_at,
            linked_models=linked_models,
            linked_datasets=linked_datasets,
            linked_spaces=linked_spaces,
            source=source,
            venue=venue,
            kind=kind,
            licence=licence,
        ),
        metrics=Metrics(upvotes, stars, comments),
        first_seen_at=first_seen_at,
        revision=revision,
    )


async def get(conn: AsyncConnection, paper_id: str) -> StoredPaper | None:
    """Return one paper by its key."""
    row = (await conn.execute(select(papers).where(papers.c.id == paper_id))).first()
    return None if row is None else stored(row)


async def get_many(conn: AsyncConnection, paper_ids: Iterable[str]) -> dict[str, StoredPaper]:
    """Return those papers that are known, by id and in the order asked for."""
    wanted = list(dict.fromkeys(paper_ids))
    found: dict[str, StoredPaper] = {}
    for ids in chunks(wanted):
        for row in await conn.execute(select(papers).where(papers.c.id.in_(ids))):
            found[row.id] = stored(row)
    return {paper_id: found[paper_id] for paper_id in wanted if paper_id in found}


async def headings(conn: AsyncConnection, paper_ids: Iterable[str]) -> list[Heading]:
    """Return those papers that are known, in the order asked for, by their titles and DOIs."""
    wanted = list(dict.fromkeys(paper_ids))
    found: dict[str, Heading] = {}
    columns = (papers.c.row, papers.c.id, papers.c.title, papers.c.doi)
    for ids in chunks(wanted):
        for row in await conn.execute(select(*columns).where(papers.c.id.in_(ids))):
            found[row.id] = Heading(row.row, Paper(row.id, row.title, doi=row.doi))
    return [found[paper_id] for paper_id in wanted if paper_id in found]


async def first_authors(
    conn: AsyncConnection, paper_ids: Iterable[str], most: int
) -> dict[str, list[str]]:
    """Return the names of the first authors of these papers, at most so many of each.

    SQLite reads the lists: some hold thousands of names.
    """
    found: dict[str, list[str]] = {}
    each = items(papers.c.authors)
    for ids in chunks(list(dict.fromkeys(paper_ids))):
        rows = await conn.execute(
            select(papers.c.id, item(each.c.value, 0))
            .select_from(papers)
            .join(each, true())
            .where(papers.c.id.in_(ids), each.c.key < most)
            .order_by(papers.c.id, each.c.key)
        )
        for paper_id, name in rows:
            found.setdefault(paper_id, []).append(name)
    return found


async def by_published_doi(conn: AsyncConnection, dois: Iterable[str]) -> dict[str, str]:
    """Return the ids of known papers by the DOIs of their publications, given in lower case."""
    found: dict[str, str] = {}
    for some in chunks(list(dict.fromkeys(dois))):
        wanted = folded(papers.c.doi).in_(some)
        # The index holds both columns, so that this reads it alone and not the table.
        for row in await conn.execute(select(papers.c.doi, papers.c.id).where(wanted)):
            found.setdefault(row.doi.lower(), row.id)
    return found


async def by_short(conn: AsyncConnection, shorts: Iterable[str]) -> dict[str, str]:
    """Return the keys behind short ones (`papers.paper_key.short`), as far as they are known."""
    found: dict[str, str] = {}
    for some in chunks(list(dict.fromkeys(shorts))):
        statement = (
            select(papers.c.short, papers.c.id)
            .where(papers.c.short.in_(some))
            .order_by(papers.c.row)
        )
        for row in await conn.execute(statement):
            found.setdefault(row.short, row.id)
    return found


async def in_full(conn: AsyncConnection, keys: Iterable[str]) -> list[str]:
    """Return keys with each known short one in full."""
    given = list(keys)
    short = await by_short(conn, [key for key in given if key.startswith("~")])
    return [short.get(key, key) for key in given]


async def changed_since(conn: AsyncConnection, revision: int, limit: int) -> list[StoredPaper]:
    """Return at most `limit` papers whose text changed after `revision`, oldest change first.

    No two papers share a revision, so the last one's is the next call's watermark.
    """
    statement = (
        select(papers).where(papers.c.revision > revision).order_by(papers.c.revision).limit(limit)
    )
    return [stored(row) for row in await conn.execute(statement)]


async def latest_revision(conn: AsyncConnection) -> int:
    """Return the highest revision given out, 0 without papers."""
    return await conn.scalar(select(func.max(papers.c.revision))) or 0


async def count(conn: AsyncConnection) -> int:
    """Return the number of papers."""
    return await conn.scalar(select(func.count()).select_from(papers)) or 0


async def without_categories(conn: AsyncConnection, limit: int) -> list[str]:
    """Return the ids of at most `limit` arXiv papers without a category yet, newest first."""
    statement = (
        select(papers.c.id)
        .where(papers.c.categories == [], papers.c.short.is_(None))
        .order_by(papers.c.row.desc())
        .limit(limit)
    )
    return list((await conn.execute(statement)).scalars())


async def metrics_before(
    conn: AsyncConnection, paper_ids: Iterable[str], before: datetime
) -> dict[str, Snapshot]:
    """Return each paper's last snapshot from before that moment, where there is one."""
    found: dict[str, Snapshot] = {}
    for ids in chunks(list(dict.fromkeys(paper_ids))):
        last = (
            select(snapshots.c.paper_id, func.max(snapshots.c.at).label("at"))
            .where(snapshots.c.paper_id.in_(ids), snapshots.c.at < before)
            .group_by(snapshots.c.paper_id)
            .subquery()
        )
        statement = select(snapshots).join(
            last, (snapshots.c.paper_id == last.c.paper_id) & (snapshots.c.at == last.c.at)
        )
        for row in await conn.execute(statement):
            metrics = Metrics(row.upvotes, row.stars, row.comments)
            found[row.paper_id] = Snapshot(row.at, metrics)
    return found
