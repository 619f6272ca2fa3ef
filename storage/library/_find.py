"""Finding papers of a library by what was typed: saved ones, and ones that only have a note left.

A note outlives the saves of its paper where a reaction was taken off or a list was deleted.
"""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import notes, papers, saves

_MAX_WORDS = 30
"""Words that a title is compared with: SQLite takes conditions only so deep."""


def mine(user_id: int, list_id: int | None) -> ColumnElement[bool]:
    """Return the condition for what keeps papers on a person's lists, or on one of them."""
    held = (saves.c.user_id == user_id) & (saves.c.kept == 1)
    return held if list_id is None else held & (saves.c.list_id == list_id)


async def titles(
    conn: AsyncConnection, user_id: int, typed: str, limit: int, list_id: int | None = None
) -> list[tuple[str, str]]:
    """Return id and title of papers whose title holds every typed word.

    The latest saved come first; without `list_id`, those with only a note follow.
    """
    statement = (
        select(papers.c.id, papers.c.title)
        .join(saves, saves.c.paper_id == papers.c.id)
        .where(mine(user_id, list_id), *_holding(typed))
        .group_by(papers.c.row)
        .order_by(func.max(saves.c.saved_at).desc(), papers.c.row)
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
    statement = (
        _only_noted(user_id, papers.c.id, papers.c.title)
        .where(*_holding(typed))
        .order_by(notes.c.updated_at.desc(), papers.c.row)
        .limit(limit)
    )
    return [(row.id, row.title) for row in await conn.execute(statement)]


async def matching(
    conn: AsyncConnection, user_id: int, words: str, list_id: int | None = None
) -> list[str]:
    """Return the papers whose title, abstract, authors or note hold every word.

    Without `list_id`, those with only a note follow the saved ones.
    """
    held = _holding(words, papers.c.abstract, papers.c.authors, notes.c.text)
    statement = (
        select(saves.c.paper_id)
        .join(papers, papers.c.id == saves.c.paper_id)
        .outerjoin(
            notes,
            (notes.c.user_id == saves.c.user_id) & (notes.c.paper_id == saves.c.paper_id),
        )
        .where(mine(user_id, list_id), *held)
        .group_by(saves.c.paper_id)
        .order_by(func.max(saves.c.saved_at).desc())
    )
    found = list((await conn.execute(statement)).scalars())
    if list_id is None:
        noted = _only_noted(user_id, papers.c.id).where(*held).order_by(notes.c.updated_at.desc())
        found += (await conn.execute(noted)).scalars()
    return found


async def rows(conn: AsyncConnection, user_id: int, list_id: int | None = None) -> dict[str, int]:
    """Return the papers that `matching` looks through, with each one's place in the index."""
    found = await conn.execute(
        select(papers.c.id, papers.c.row)
        .join(saves, saves.c.paper_id == papers.c.id)
        .where(mine(user_id, list_id))
        .distinct()
    )
    places = {row.id: row.row for row in found}
    if list_id is None:
        noted = await conn.execute(_only_noted(user_id, papers.c.id, papers.c.row))
        places |= {row.id: row.row for row in noted}
    return places


def _only_noted(user_id: int, *columns: Any) -> Any:
    kept = select(saves.c.paper_id).where(mine(user_id, None))
    return (
        select(*columns)
        .join(notes, notes.c.paper_id == papers.c.id)
        .where(notes.c.user_id == user_id, notes.c.paper_id.not_in(kept))
    )


def _holding(words: str, *columns: Any) -> list[ColumnElement[bool]]:
    searched: Any = papers.c.title.op("||")(" ").op("||")(papers.c.id)
    for column in columns:
        searched = searched.op("||")(" ").op("||")(func.coalesce(column, ""))
    wanted = list(dict.fromkeys(words.split()))[:_MAX_WORDS]
    return [searched.icontains(word, autoescape=True) for word in wanted]
