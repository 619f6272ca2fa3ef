"""People's lists: made, renamed, given an emoji, deleted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.engines.statements import insert
from storage.library._types import DEFAULT_LISTS, MAX_LISTS, ReadingList, emoji_key, without_tone
from storage.papers import work_of
from storage.tables import lists, saves, users

_INSERT_USER = insert(users).on_conflict_do_nothing()
_INSERT_LIST = insert(lists).on_conflict_do_nothing()


async def of_user(conn: AsyncConnection, user_id: int) -> list[ReadingList]:
    """Return a person's lists, the default first; none for a person who never saved."""
    papers = (
        select(func.count(work_of(saves.c.paper_id).distinct()))
        .where(saves.c.list_id == lists.c.id, saves.c.kept == 1)
        .scalar_subquery()
    )
    rows = await conn.execute(
        select(lists, papers.label("papers"))
        .where(lists.c.user_id == user_id)
        .order_by(lists.c.is_default.desc(), lists.c.id)
    )
    return [_list(row) for row in rows]


async def ensure(conn: AsyncConnection, user_id: int, now: datetime) -> list[ReadingList]:
    """Return a person's lists, made now for a person who has none."""
    known = await of_user(conn, user_id)
    if known:
        return known
    await make_defaults(conn, [user_id], now)
    return await of_user(conn, user_id)


async def make_defaults(conn: AsyncConnection, user_ids: Iterable[int], now: datetime) -> None:
    """Give people who have no list those that everybody begins with."""
    people = list(user_ids)
    await conn.execute(_INSERT_USER, [{"id": user_id, "created_at": now} for user_id in people])
    await conn.execute(
        _INSERT_LIST,
        [
            {
                "user_id": user_id,
                "name": each.name,
                "key": each.name.casefold(),
                "emoji": each.emoji,
                "emoji_key": emoji_key(each.emoji),
                "is_default": int(each.is_default),
                "is_read": int(each.is_read),
                "created_at": now,
            }
            for user_id in people
            for each in DEFAULT_LISTS
        ],
    )


async def by_emoji(
    conn: AsyncConnection, user_ids: Iterable[int]
) -> Mapping[int, Mapping[str | None, int]]:
    """Return each person's lists by the emoji that saves to them; under `None` the default one."""
    found: dict[int, dict[str | None, int]] = {}
    for ids in chunks(list(dict.fromkeys(user_ids))):
        statement = select(lists.c.user_id, lists.c.id, lists.c.emoji_key, lists.c.is_default)
        for user_id, list_id, key, is_default in await conn.execute(
            statement.where(lists.c.user_id.in_(ids))
        ):
            mine = found.setdefault(user_id, {})
            if key is not None:
                mine[key] = list_id
            if is_default:
                mine[None] = list_id
    return found


async def emoji_in_use(conn: AsyncConnection) -> set[str]:
    """Return the keys, without skin tone, of every emoji that saves to a list."""
    rows = await conn.execute(
        select(lists.c.emoji_key).where(lists.c.emoji_key.is_not(None)).distinct()
    )
    keys = {emoji_key(each.emoji) for each in DEFAULT_LISTS} | set(rows.scalars())
    return {without_tone(key) for key in keys}


async def create(
    conn: AsyncConnection, user_id: int, name: str, emoji: str | None, now: datetime
) -> int | None:
    """Make a list and return its id; `None` if name or emoji is taken, or there are too many."""
    if len(await ensure(conn, user_id, now)) >= MAX_LISTS:
        return None
    return await conn.scalar(
        _INSERT_LIST.values(
            user_id=user_id,
            name=name,
            key=name.casefold(),
            emoji=emoji,
            emoji_key=emoji_key(emoji) if emoji else None,
            is_default=0,
            is_read=0,
            created_at=now,
        ).returning(lists.c.id)
    )


async def change(conn: AsyncConnection, wanted: ReadingList) -> bool:
    """Store what a person may set of a list, made with `dataclasses.replace`.

    Returns false, and stores nothing, if another of their lists has its name or emoji.
    """
    key = wanted.name.casefold()
    emoji = emoji_key(wanted.emoji) if wanted.emoji else None
    clash = lists.c.key == key
    if emoji is not None:  # SQLAlchemy makes IS NULL of a comparison with None
        clash |= lists.c.emoji_key == emoji
    taken = await conn.scalar(
        select(func.count())
        .select_from(lists)
        .where(lists.c.user_id == wanted.user_id, lists.c.id != wanted.id, clash)
    )
    if taken:
        return False
    await conn.execute(
        update(lists)
        .where(lists.c.id == wanted.id, lists.c.user_id == wanted.user_id)
        .values(
            name=wanted.name,
            key=key,
            emoji=wanted.emoji,
            emoji_key=emoji,
            news=int(wanted.news),
            learn=int(wanted.learn),
        )
    )
    return True


async def make_read_list(
    conn: AsyncConnection, mine: Sequence[ReadingList], now: datetime
) -> ReadingList:
    """Give a person who has none a list that marks papers as read, under a name that is free.

    It may be one more than people can make themselves.
    """
    default = next(each for each in DEFAULT_LISTS if each.is_read)
    taken = {each.name.casefold() for each in mine}
    names = (default.name, *(f"{default.name} {number}" for number in range(2, MAX_LISTS + 2)))
    name = next(name for name in names if name.casefold() not in taken)
    free = all(emoji_key(each.emoji or "") != emoji_key(default.emoji) for each in mine)
    await conn.execute(
        _INSERT_LIST.values(
            user_id=mine[0].user_id,
            name=name,
            key=name.casefold(),
            emoji=default.emoji if free else None,
            emoji_key=emoji_key(default.emoji) if free else None,
            is_default=0,
            is_read=1,
            created_at=now,
        )
    )
    return next(each for each in await of_user(conn, mine[0].user_id) if each.is_read)


async def make_default(conn: AsyncConnection, user_id: int, list_id: int) -> None:
    """Let buttons and commands save to this list."""
    await conn.execute(
        update(lists)
        .where(lists.c.user_id == user_id)
        .values(is_default=case((lists.c.id == list_id, 1), else_=0))
    )


async def drop(conn: AsyncConnection, user_id: int, list_id: int) -> bool:
    """Delete a list with what is on it; false for the default list, which always exists.

    Reactions that saved to it may still stand: they are kept in mind as overruled.
    """
    default = await conn.scalar(
        select(lists.c.id).where(lists.c.user_id == user_id, lists.c.is_default == 1)
    )
    if default is None or default == list_id:
        return False
    await conn.execute(
        update(saves)
        .where(saves.c.list_id == list_id, saves.c.user_id == user_id)
        .where(saves.c.emoji_key.is_not(None))
        .values(list_id=default, kept=0)
    )
    result = await conn.execute(
        delete(lists).where(lists.c.id == list_id, lists.c.user_id == user_id)
    )
    return result.rowcount == 1


def _list(row: Row[Any]) -> ReadingList:
    return ReadingList(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        emoji=row.emoji,
        is_default=bool(row.is_default),
        is_read=bool(row.is_read),
        papers=row.papers,
        news=bool(row.news),
        learn=bool(row.learn),
    )
