"""What picks are made from: what a person saved, what they do not want, and recent papers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.papers import StoredPaper, stored
from storage.sqlite import insert
from storage.tables import dismissals, lists, papers, preferences, saves, users

IN_DIGEST: Final = 3
"""How many picks a digest brings at most, unless its reader says otherwise."""

_INSERT_USER: Final = insert(users).on_conflict_do_nothing()


async def saved(conn: AsyncConnection, user_id: int, list_id: int, limit: int) -> list[StoredPaper]:
    """Return the papers that a person saved to a list, at most `limit`, the newest save last."""
    last = func.max(saves.c.saved_at).label("last")
    newest = (
        select(saves.c.paper_id, last)
        .where(saves.c.list_id == list_id, saves.c.user_id == user_id, saves.c.kept == 1)
        .group_by(saves.c.paper_id)
        .order_by(last.desc(), saves.c.paper_id)
        .limit(limit)
        .subquery()
    )
    rows = await conn.execute(
        select(papers)
        .join(newest, newest.c.paper_id == papers.c.id)
        .order_by(newest.c.last, papers.c.id)
    )
    return [stored(row) for row in rows]


async def dismissed(conn: AsyncConnection, user_id: int, limit: int) -> list[StoredPaper]:
    """Return the papers that a person does not want, at most `limit`, the newest last."""
    rows = await conn.execute(
        select(papers)
        .join(dismissals, dismissals.c.paper_id == papers.c.id)
        .where(dismissals.c.user_id == user_id)
        .order_by(dismissals.c.dismissed_at.desc(), papers.c.id)
        .limit(limit)
    )
    return [stored(row) for row in rows][::-1]


async def unwanted(conn: AsyncConnection, user_id: int) -> set[str]:
    """Return the ids of all papers that a person does not want or has on any list."""
    on_lists = (
        select(saves.c.paper_id)
        .join(lists, lists.c.id == saves.c.list_id)
        .where(saves.c.user_id == user_id, saves.c.kept == 1)
    )
    refused = select(dismissals.c.paper_id).where(dismissals.c.user_id == user_id)
    return set(await conn.scalars(on_lists.union(refused)))


async def recent(conn: AsyncConnection, limit: int) -> list[StoredPaper]:
    """Return the papers that came last, the newest first."""
    rows = await conn.execute(select(papers).order_by(papers.c.row.desc()).limit(limit))
    return [stored(row) for row in rows]


async def dismiss(
    conn: AsyncConnection, user_id: int, paper_ids: Sequence[str], now: datetime
) -> None:
    """Note that a person does not want these known papers, from now on."""
    if not paper_ids:
        return
    await conn.execute(_INSERT_USER, [{"id": user_id, "created_at": now}])
    statement = insert(dismissals)
    statement = statement.on_conflict_do_update(
        index_elements=[dismissals.c.user_id, dismissals.c.paper_id],
        set_={"dismissed_at": statement.excluded.dismissed_at},
    )
    rows = [{"user_id": user_id, "paper_id": each, "dismissed_at": now} for each in paper_ids]
    await conn.execute(statement, rows)


async def restore(conn: AsyncConnection, user_id: int, dismissed_at: datetime | None) -> int:
    """Let papers be suggested again, those of one moment or all; return how many that was."""
    statement = delete(dismissals).where(dismissals.c.user_id == user_id)
    if dismissed_at is not None:
        statement = statement.where(dismissals.c.dismissed_at == dismissed_at)
    return (await conn.execute(statement)).rowcount


async def count(conn: AsyncConnection, user_id: int) -> int:
    """Return how many papers a person does not want."""
    statement = select(func.count()).select_from(dismissals)
    return await conn.scalar(statement.where(dismissals.c.user_id == user_id)) or 0


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
