"""Reading shelves back: a page at a time or whole, one paper, and who is named beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, null, select, union, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.library import counted
from storage.papers import families, stored, work_of
from storage.shelves._types import OfPaper, OnShelf, ShelfSort
from storage.tables import papers, preferences, saves, shelf_additions, shelf_papers, shelves


async def papers_on(
    conn: AsyncConnection,
    guild_id: int,
    *,
    sort: ShelfSort = ShelfSort.NEWEST,
    offset: int = 0,
    limit: int | None = None,
    unposted_since: datetime | None = None,
) -> list[OnShelf]:
    """Return what is on a server's shelf, in order.

    Args:
        conn: a connection to the database.
        guild_id: the server.
        sort: the order.
        offset: papers passed over.
        limit: the most that are returned; `None` for all.
        unposted_since: only what was added since then and no weekly post has brought.
    """
    on = _on(guild_id).subquery()
    order: dict[ShelfSort, list[Any]] = {
        ShelfSort.NEWEST: [on.c.added_at.desc()],
        ShelfSort.OLDEST: [on.c.added_at],
        ShelfSort.ADDED: [on.c.people.desc(), on.c.added_at.desc()],
        ShelfSort.VOTES: [papers.c.upvotes.desc().nulls_last(), on.c.added_at.desc()],
        ShelfSort.PUBLISHED: [papers.c.published_at.desc().nulls_last(), on.c.added_at.desc()],
        ShelfSort.TITLE: [func.lower(papers.c.title)],
    }
    statement = (
        select(papers, on.c.added_at, on.c.people, on.c.pinned)
        .join(on, on.c.paper_id == papers.c.id)
        .order_by(*order[sort], papers.c.row)
        .offset(offset)
        .limit(limit)
    )
    if unposted_since is not None:
        posted = select(work_of(shelf_papers.c.paper_id)).where(
            shelf_papers.c.guild_id == guild_id, shelf_papers.c.posted_at.is_not(None)
        )
        statement = statement.where(on.c.added_at >= unposted_since, papers.c.id.not_in(posted))
    rows = await conn.execute(statement)
    return [OnShelf(stored(row), row.added_at, row.people, bool(row.pinned)) for row in rows]


async def count(conn: AsyncConnection, guild_id: int) -> int:
    """Return how many papers are on a server's shelf."""
    on = _on(guild_id).subquery()
    return await conn.scalar(select(func.count()).select_from(on)) or 0


async def of_paper(conn: AsyncConnection, guild_id: int, user_id: int, paper_id: str) -> OfPaper:
    """Return what a server's shelf says of one paper, to one person."""
    keys = await families(conn, [paper_id])
    added = await conn.execute(
        select(shelf_additions.c.user_id)
        .where(
            shelf_additions.c.guild_id == guild_id,
            shelf_additions.c.paper_id.in_(keys),
            shelf_additions.c.kept == 1,
        )
        .distinct()
    )
    people = set(added.scalars())
    marks = await conn.execute(
        select(shelf_papers).where(
            shelf_papers.c.guild_id == guild_id, shelf_papers.c.paper_id.in_(keys)
        )
    )
    each = marks.all()
    return OfPaper(
        people=len(people),
        mine=user_id in people,
        pinned=any(mark.pinned_at is not None for mark in each),
        blocked=any(mark.blocked_at is not None for mark in each),
    )


async def blocked(conn: AsyncConnection, guild_id: int, limit: int) -> list[tuple[str, str]]:
    """Return id and title of the papers that are blocked in a server, the latest first."""
    marks = (
        select(work_of(shelf_papers.c.paper_id).label("work"), shelf_papers.c.blocked_at)
        .where(shelf_papers.c.guild_id == guild_id, shelf_papers.c.blocked_at.is_not(None))
        .subquery()
    )
    rows = await conn.execute(
        select(papers.c.id, papers.c.title)
        .join(marks, marks.c.work == papers.c.id)
        .group_by(papers.c.row)
        .order_by(func.max(marks.c.blocked_at).desc(), papers.c.row)
        .limit(limit)
    )
    return [(row.id, row.title) for row in rows]


async def named(
    conn: AsyncConnection, guild_id: int, paper_ids: Iterable[str]
) -> dict[str, list[int]]:
    """Return who added each of these papers, those alone who let shelves name them, first first."""
    wanted = list(paper_ids)
    keys = await families(conn, wanted)
    first: dict[str, dict[int, datetime]] = {}
    since = func.min(shelf_additions.c.added_at, type_=shelf_additions.c.added_at.type)
    for ids in chunks(list(keys)):
        rows = await conn.execute(
            select(shelf_additions.c.paper_id, shelf_additions.c.user_id, since.label("since"))
            .join(preferences, preferences.c.user_id == shelf_additions.c.user_id)
            .where(
                shelf_additions.c.guild_id == guild_id,
                shelf_additions.c.paper_id.in_(ids),
                shelf_additions.c.kept == 1,
                preferences.c.named == 1,
            )
            .group_by(shelf_additions.c.paper_id, shelf_additions.c.user_id)
        )
        for row in rows:
            people = first.setdefault(keys[row.paper_id], {})
            people[row.user_id] = min(row.since, people.get(row.user_id, row.since))
    found: dict[str, list[int]] = {}
    for paper_id in wanted:
        if keys[paper_id] in first:
            people = sorted((at, user_id) for user_id, at in first[keys[paper_id]].items())
            found[paper_id] = [user_id for _, user_id in people]
    return found


async def saved_here(
    conn: AsyncConnection, guild_id: int, paper_ids: Iterable[str], since: datetime, least: int
) -> dict[str, int]:
    """Return how many members saved each of these papers in a server, or added it to its shelf.

    Nothing where the server does not want it shown, or fewer than `least` members saved something
    there since then. Saves of people who opted out count for neither.
    """
    wanted = select(shelves.c.shows_saves).where(shelves.c.guild_id == guild_id)
    if not await conn.scalar(wanted):
        return {}
    here = (saves.c.guild_id == guild_id) & counted()
    savers = select(func.count(saves.c.user_id.distinct())).where(here, saves.c.saved_at >= since)
    if (await conn.scalar(savers) or 0) < least:
        return {}
    wanted_ids = list(paper_ids)
    keys = await families(conn, wanted_ids)
    members: dict[str, set[int]] = {}
    for ids in chunks(list(keys)):
        both = union(
            select(saves.c.paper_id, saves.c.user_id).where(here, saves.c.paper_id.in_(ids)),
            select(shelf_additions.c.paper_id, shelf_additions.c.user_id).where(
                shelf_additions.c.guild_id == guild_id,
                shelf_additions.c.paper_id.in_(ids),
                shelf_additions.c.kept == 1,
            ),
        )
        for row in await conn.execute(both):
            members.setdefault(keys[row.paper_id], set()).add(row.user_id)
    return {
        paper_id: len(members[keys[paper_id]])
        for paper_id in wanted_ids
        if keys[paper_id] in members
    }


def _on(guild_id: int) -> Any:
    """Return the papers on a shelf: since when, by how many people, whether an admin pinned it."""
    added_at = shelf_additions.c.added_at
    origins = union_all(
        select(
            work_of(shelf_additions.c.paper_id).label("paper_id"),
            added_at.label("at"),
            shelf_additions.c.user_id,
            literal(0).label("pinned"),
        ).where(shelf_additions.c.guild_id == guild_id, shelf_additions.c.kept == 1),
        select(
            work_of(shelf_papers.c.paper_id),
            shelf_papers.c.pinned_at.label("at"),
            null(),
            literal(1),
        ).where(shelf_papers.c.guild_id == guild_id, shelf_papers.c.pinned_at.is_not(None)),
    ).subquery()
    return select(
        origins.c.paper_id,
        func.min(origins.c.at, type_=added_at.type).label("added_at"),
        func.count(origins.c.user_id.distinct()).label("people"),
        func.max(origins.c.pinned).label("pinned"),
    ).group_by(origins.c.paper_id)
