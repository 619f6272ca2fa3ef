"""What is kept about a person, all of it: shown, taken along, erased."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import server_sources
from storage.engines.statements import delete_some, insert
from storage.subscriptions import forget_unfollowed
from storage.tables import (
    cards,
    digests,
    erasures,
    learned_papers,
    metadata,
    news,
    person_news,
    saves,
    subscribers,
    subscriptions,
    topics,
    users,
)

REACTIONS_READ = timedelta(days=7)
"""How old a message may be whose reactions are read back at start; erasures are known as long."""

_PORTION = 500

_NEWS = select(person_news, news.c.paper_id, news.c.kind, news.c.level, news.c.found_at).join(news)

_SALT = hashlib.blake2b.SALT_SIZE


def personal_tables() -> list[str]:
    """Return the names of the tables that hold rows of persons.

    These are all that go with a user's row, and the messages of conversations with one person.
    """
    return [
        table.name for table in metadata.sorted_tables if table is cards or _path(table) is not None
    ]


async def export(
    conn: AsyncConnection, user_id: int, conversation_id: int | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Return every row that belongs to a person, by table and key, as plain values for JSON.

    Times are ISO 8601 in UTC. A subscription says its topic in words and its sources, with what
    servers call those that are their feeds, and news what it is.

    Args:
        conn: a reader.
        user_id: the person.
        conversation_id: the channel of their direct messages, where that is known.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name in personal_tables():
        statement = _rows(metadata.tables[name], user_id, conversation_id)
        # In portions: all of a large library at once would hold the event loop.
        rows = (await conn.stream(statement)).mappings().partitions(_PORTION)
        found[name] = [
            {key: _plain(value) for key, value in row.items()}
            async for portion in rows
            for row in portion
        ]
    words = await conn.execute(
        select(topics.c.id, topics.c.query, topics.c.sources)
        .join(subscriptions, subscriptions.c.topic_id == topics.c.id)
        .where(subscriptions.c.user_id == user_id)
    )
    followed = {row.id: row for row in words}
    for row in (*found[subscriptions.name], *found[learned_papers.name]):
        topic = followed.get(row["topic_id"])
        row["topic"] = topic and topic.query
    for row in found[subscriptions.name]:
        row["sources"] = followed[row["topic_id"]].sources
        row["feeds"] = await server_sources.named(conn, row["sources"])
    brought = _NEWS.where(person_news.c.user_id == user_id).order_by(person_news.c.news_id)
    found[person_news.name] = [
        {key: _plain(value) for key, value in row.items()}
        for row in (await conn.execute(brought)).mappings()
    ]
    return found


async def counts(
    conn: AsyncConnection, user_id: int, conversation_id: int | None = None
) -> dict[str, int]:
    """Return how many rows of a person each table has; the arguments are those of `export`."""
    statements = {
        name: _rows(metadata.tables[name], user_id, conversation_id) for name in personal_tables()
    }
    return {
        name: await conn.scalar(select(func.count()).select_from(statement.subquery())) or 0
        for name, statement in statements.items()
    }


async def erase(
    conn: AsyncConnection, user_id: int, now: datetime, conversation_id: int | None = None
) -> int:
    """Erase everything that belongs to a person; return how many rows that was.

    The topics that only they followed go, too. What stays for the `REACTIONS_READ` days is a salted
    hash of the id, so that reactions that still stand do not bring the library back at the next
    start. The other arguments are those of `export`.
    """
    rows = sum((await counts(conn, user_id, conversation_id)).values())
    await conn.execute(delete(cards).where(_in_conversation(user_id, conversation_id)))
    followed = await conn.scalars(
        select(subscriptions.c.topic_id).where(subscriptions.c.user_id == user_id)
    )
    await conn.execute(delete(users).where(users.c.id == user_id))
    await forget_unfollowed(conn, followed.all())
    await forget_erasures(conn, now)
    salt = secrets.token_bytes(_SALT)
    await conn.execute(
        insert(erasures).values(salt=salt, digest=_digest(user_id, salt), erased_at=now)
    )
    return rows


async def forget_erasures(conn: AsyncConnection, now: datetime, *, most: int = 500) -> int:
    """Delete the traces of erasures from before the reactions that are still read.

    Returns how many there were, 0 at the end.
    """
    erased_at = erasures.c.erased_at
    return await delete_some(
        conn, erasures, erased_at < now - REACTIONS_READ, first=erased_at, most=most
    )


async def erased(conn: AsyncConnection, user_ids: Iterable[int]) -> dict[int, datetime]:
    """Return who of these erased everything lately, and when they last did."""
    known: list[Row[Any]] = list(
        (await conn.execute(select(erasures).order_by(erasures.c.erased_at))).all()
    )
    return {
        user_id: row.erased_at
        for row in known
        for user_id in user_ids
        if _digest(user_id, row.salt) == row.digest
    }


def _digest(user_id: int, salt: bytes) -> bytes:
    return hashlib.blake2b(str(user_id).encode(), salt=salt).digest()


def _path(table: Table) -> list[tuple[Table, Any]] | None:
    """Return the joins that lead from a table to `users` along its cascades, `None` without."""
    if table is users:
        return []
    # A row that names its person is found by that, as its other keys may be empty.
    for key in sorted(table.foreign_keys, key=lambda key: key.column.table is not users):
        if key.ondelete != "CASCADE":
            continue
        rest = _path(key.column.table)
        if rest is not None:
            return [(key.column.table, key.parent == key.column), *rest]
    return None


def _in_conversation(user_id: int, conversation_id: int | None) -> ColumnElement[bool]:
    """Match the messages that a person alone could see, as far as their owner is recorded."""
    channels = [
        select(subscribers.c.dm_channel_id).where(subscribers.c.user_id == user_id),
        select(saves.c.channel_id).where(saves.c.user_id == user_id, saves.c.guild_id.is_(None)),
    ]
    sent = select(digests.c.message_id).where(digests.c.user_id == user_id)
    mine: list[ColumnElement[bool]] = [cards.c.message_id.in_(sent)]
    mine += [cards.c.channel_id.in_(known) for known in channels]
    if conversation_id is not None:
        mine.append(cards.c.channel_id == conversation_id)
    # The condition of the index on channels stands in each branch: an index is chosen for each.
    return or_(*(and_(cards.c.guild_id.is_(None), each) for each in mine))


def _rows(table: Table, user_id: int, conversation_id: int | None) -> Select[Any]:
    if table is cards:
        mine = _in_conversation(user_id, conversation_id)
        return select(cards).where(mine).order_by(*cards.primary_key)
    path = _path(table) or []
    statement = select(table)
    for owner, link in path:
        statement = statement.join(owner, link)
    return statement.where(users.c.id == user_id).order_by(*table.primary_key)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
