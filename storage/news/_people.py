"""Whom news is for, and what brought it: a digest or the inbox, once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from papers.news import Event, Kind
from storage.engines.statements import delete_some, insert
from storage.papers import work_of
from storage.tables import lists, news, papers, person_news, preferences, saves, users

NEWS_KEPT: Final = timedelta(days=90)
"""How long news waits in an inbox, and how long it is shown there at most."""


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news for one person."""

    id: int
    paper_id: str
    title: str
    """As the source gave it."""
    event: Event
    brought: bool


async def pending(conn: AsyncConnection, user_id: int) -> list[News]:
    """Return the news that a person has not got yet, oldest first.

    News about papers that they took off their lists, or for which they switched news off, waits.
    """
    waiting = person_news.c.brought_at.is_(None) & _followed(user_id)
    return await _read(conn, _of(user_id).where(waiting).order_by(news.c.id))


async def lately(conn: AsyncConnection, user_id: int, since: datetime) -> list[News]:
    """Return what is pending and what was brought since then, the newest first."""
    shown = or_(
        person_news.c.brought_at >= since,
        and_(person_news.c.brought_at.is_(None), _followed(user_id)),
    )
    return await _read(conn, _of(user_id).where(shown).order_by(news.c.id.desc()))


async def claim_for(
    conn: AsyncConnection, user_id: int, news_ids: Collection[int], now: datetime
) -> list[int]:
    """Mark news as brought; return the ids of those that nothing had brought before."""
    if not news_ids:
        return []
    taken = await conn.scalars(
        update(person_news)
        .where(
            person_news.c.user_id == user_id,
            person_news.c.news_id.in_(news_ids),
            person_news.c.brought_at.is_(None),
        )
        .values(brought_at=now)
        .returning(person_news.c.news_id)
    )
    return list(taken)


async def attach(
    conn: AsyncConnection, user_id: int, news_ids: Collection[int], digest_id: int | None
) -> None:
    """Record which digest brings claimed news; without one it is owed again."""
    if not news_ids:
        return
    values: dict[str, Any] = {"digest_id": digest_id}
    if digest_id is None:
        values["brought_at"] = None
    await conn.execute(
        update(person_news)
        .where(person_news.c.user_id == user_id, person_news.c.news_id.in_(news_ids))
        .values(**values)
    )


async def wanted(conn: AsyncConnection, user_id: int) -> bool:
    """Return whether a person gets news about the papers they saved."""
    found = await conn.scalar(select(preferences.c.news).where(preferences.c.user_id == user_id))
    return found != 0


async def set_wanted(conn: AsyncConnection, user_id: int, now: datetime, *, on: bool) -> None:
    """Let a person get news about the papers they saved, or not."""
    await conn.execute(insert(users).values(id=user_id, created_at=now).on_conflict_do_nothing())
    values = {"news": int(on), "updated_at": now}
    await conn.execute(
        insert(preferences)
        .values(user_id=user_id, **values)
        .on_conflict_do_update(index_elements=[preferences.c.user_id], set_=values)
    )


async def forget_old(conn: AsyncConnection, now: datetime, *, most: int = 200) -> int:
    """Delete old news and whom it was for; return how many, 0 at the end.

    What was last known of a paper stays, so that the same does not become news again.
    """
    old = news.c.found_at < now - NEWS_KEPT
    return await delete_some(conn, news, old, first=news.c.found_at, most=most)


def _of(user_id: int) -> Select[Any]:
    return (
        select(news, person_news.c.brought_at, papers.c.title)
        .join(person_news, person_news.c.news_id == news.c.id)
        .join(papers, papers.c.id == news.c.paper_id)
        .where(person_news.c.user_id == user_id)
    )


def _followed(user_id: int) -> ColumnElement[bool]:
    """Match news about papers on a list whose news the person wants."""
    on_list = (
        select(work_of(saves.c.paper_id))
        .join(lists, lists.c.id == saves.c.list_id)
        .where(saves.c.user_id == user_id, saves.c.kept == 1, lists.c.news == 1)
    )
    off = exists().where(preferences.c.user_id == user_id, preferences.c.news == 0)
    return work_of(news.c.paper_id).in_(on_list) & ~off


async def _read(conn: AsyncConnection, statement: Select[Any]) -> list[News]:
    return [
        News(
            id=row.id,
            paper_id=row.paper_id,
            title=row.title,
            event=Event(Kind(row.kind), row.level, row.words, row.address, row.number),
            brought=row.brought_at is not None,
        )
        for row in await conn.execute(statement)
    ]
