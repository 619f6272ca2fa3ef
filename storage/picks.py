"""What picks are made from: what a person saved, what they do not want, and recent papers."""

from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import library
from storage.engines.statements import insert
from storage.hidden import Dismissal
from storage.papers import StoredPaper, stored, work_of
from storage.tables import dismissals, papers, preferences, users

IN_DIGEST: Final = 3
"""How many picks a digest brings at most, unless its reader says otherwise."""

_INSERT_USER: Final = insert(users).on_conflict_do_nothing()


async def saved(conn: AsyncConnection, user_id: int, list_id: int, limit: int) -> list[StoredPaper]:
    """Return the papers that a person saved to a list, at most `limit`, the newest save last."""
    held = library.works(user_id, list_id)
    last = func.max(held.c.saved_at).label("last")
    newest = (
        select(held.c.work, last)
        .group_by(held.c.work)
        .order_by(last.desc(), held.c.work)
        .limit(limit)
        .subquery()
    )
    rows = await conn.execute(
        select(papers)
        .join(newest, newest.c.work == papers.c.id)
        .order_by(newest.c.last, papers.c.id)
    )
    return [stored(row) for row in rows]


async def dismissed(conn: AsyncConnection, user_id: int, limit: int) -> list[StoredPaper]:
    """Return the papers that a person does not want, at most `limit`, the newest last.

    Those that they have only seen already are not among them.
    """
    unwanted = (
        select(work_of(dismissals.c.paper_id).label("work"), dismissals.c.dismissed_at)
        .where(dismissals.c.user_id == user_id, dismissals.c.kind == Dismissal.UNWANTED.value)
        .subquery()
    )
    rows = await conn.execute(
        select(papers)
        .join(unwanted, unwanted.c.work == papers.c.id)
        .group_by(papers.c.row)
        .order_by(func.max(unwanted.c.dismissed_at).desc(), papers.c.id)
        .limit(limit)
    )
    return [stored(row) for row in rows][::-1]


async def recent(conn: AsyncConnection, limit: int) -> list[StoredPaper]:
    """Return the papers that came last, the newest first."""
    rows = await conn.execute(select(papers).order_by(papers.c.row.desc()).limit(limit))
    return [stored(row) for row in rows]


async def in_digest(conn: AsyncConnection, user_id: int) -> int:
    """Return how many picks a person's digest brings at most."""
    found = await conn.scalar(select(preferences.c.picks).where(preferences.c.user_id == user_id))
    return IN_DIGEST if found is None else found


async def set_in_digest(conn: AsyncConnection, user_id: int, number: int, now: datetime) -> None:
    """Set how many picks a person's digest brings at most."""
    values = {"picks": number, "updated_at": now}
    await conn.execute(_INSERT_USER, [{"id": user_id, "created_at": now}])
    await conn.execute(
        insert(preferences)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[preferences.c.user_id], set_=values)
    )
