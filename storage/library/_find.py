"""Finding papers of a library by what was typed: saved ones, and ones that only have a note left.

A note outlives the saves of its paper where a reaction was taken off or a list was deleted.
"""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.papers import work_of
from storage.tables import notes, papers, saves

_MAX_WORDS = 30
"""Words that a title is compared with: SQLite takes conditions only so deep."""


def mine(user_id: int, list_id: int | None) -> ColumnElement[bool]:
    """Return the condition for what keeps papers on a person's lists, or on one of them."""
    held = (saves.c.user_id == user_id) & (saves.c.kept == 1)
    return held if list_id is None else held & (saves.c.list_id == list_id)


def works(user_id: int, list_id: int | None = None) -> Subquery:
    """Return the person's saves as a table of `work` and `saved_at`, one row for each save."""
    return (
        select(work_of(saves.c.paper_id).label("work"), saves.c.saved_at)
        .where(mine(user_id, list_id))
        .subquery("held")
    )


async def titles(
    conn: AsyncConnection, user_id: int, typed: str, limit: int, list_id: int | None = None
) -> list[tuple[str, str]]:
    """Return id and title of papers whose title holds every typed word.

    The latest saved come first; without `list_id`, those with only a note follow.
    """
    held = works(user_id, list_id)
    statement = (
        select(papers.c.id, papers.c.title)
        .join(held, held.c.work == papers.c.id)
        .where(*_holding(typed))
        .group_by(papers.c.row)
        .order_by(func.max(held.c.saved_at).desc(), papers.c.row)
        .limit(limit)
    )
    found = [(row.id, row.title) for row in await conn.execute(statement)]
    if list_id is None and len(found) < limit:
        found += await only_noted(conn, user_id, limit - len(found), typed)
    return found


async def only_noted(
    conn: AsyncConnection, user_id: int, limit: int, typed: str = ""
) -> list[tuple[str, str]]:
    """Return id and title of papers on no list that have a note, the latest written first."""
    noted = _noted(user_id)
    statement = (
        _only_noted(user_id, noted, papers.c.id, papers.c.title)
        .where(*_holding(typed))
        .order_by(noted.c.updated_at.desc(), papers.c.row)
        .limit(limit)
    )
    return [(row.id, row.title) for row in await conn.execute(statement)]


async def matching(
    conn: AsyncConnection, user_id: int, words: str, list_id: int | None = None
) -> list[str]:
    """Return the papers whose title, abstract, authors or note hold every word.

    Without `list_id`, those with only a note follow the saved ones.
    """
    held, noted = works(user_id, list_id), _noted(user_id)
    holding = _holding(words, papers.c.abstract, papers.c.authors, noted.c.text)
    statement = (
        select(held.c.work)
        .join(papers, papers.c.id == held.c.work)
        .outerjoin(noted, noted.c.work == held.c.work)
        .where(*holding)
        .group_by(held.c.work)
        .order_by(func.max(held.c.saved_at).desc(), held.c.work)
    )
    found = list((await conn.execute(statement)).scalars())
    if list_id is None:
        others = _only_noted(user_id, noted, papers.c.id).where(*holding)
        ordered = others.order_by(noted.c.updated_at.desc(), papers.c.id)
        found += (await conn.execute(ordered)).scalars()
    return found


async def rows(conn: AsyncConnection, user_id: int, list_id: int | None = None) -> dict[str, int]:
    """Return the papers that `matching` looks through, with each one's place in the index."""
    held = works(user_id, list_id)
    found = await conn.execute(
        select(papers.c.id, papers.c.row).join(held, held.c.work == papers.c.id).distinct()
    )
    places = {row.id: row.row for row in found}
    if list_id is None:
        noted = _only_noted(user_id, _noted(user_id), papers.c.id, papers.c.row)
        places |= {row.id: row.row for row in await conn.execute(noted)}
    return places


def _noted(user_id: int) -> Subquery:
    """Return the person's notes by work: all that was written on it, and when last."""
    each = (
        select(work_of(notes.c.paper_id).label("work"), notes.c.text, notes.c.updated_at)
        .where(notes.c.user_id == user_id)
        .subquery()
    )
    return (
        select(
            each.c.work,
            func.aggregate_strings(each.c.text, " ").label("text"),
            func.max(each.c.updated_at).label("updated_at"),
        )
        .group_by(each.c.work)
        .subquery("noted")
    )


def _only_noted(user_id: int, noted: Subquery, *columns: Any) -> Any:
    kept = select(works(user_id).c.work)
    return (
        select(*columns).join(noted, noted.c.work == papers.c.id).where(noted.c.work.not_in(kept))
    )


def _holding(words: str, *columns: Any) -> list[ColumnElement[bool]]:
    searched: Any = papers.c.title.op("||")(" ").op("||")(papers.c.id)
    for column in columns:
        searched = searched.op("||")(" ").op("||")(func.coalesce(column, ""))
    wanted = list(dict.fromkeys(words.split()))[:_MAX_WORDS]
    return [searched.icontains(word, autoescape=True) for word in wanted]
