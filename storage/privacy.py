"""What is kept about a person, all of it: shown, taken along, erased."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import digest_papers, digests, holds, lists, metadata, users

_THROUGH = {
    "holds": (holds, lists, holds.c.list_id == lists.c.id, lists.c.user_id),
    "digest_papers": (
        digest_papers,
        digests,
        digest_papers.c.digest_id == digests.c.id,
        digests.c.user_id,
    ),
}
"""Tables that belong to a person by another table of theirs."""


def personal_tables() -> list[str]:
    """Return the names of the tables that hold rows of persons."""
    return sorted({"users", *_THROUGH, *(table.name for table in _owned())})


def _owned() -> Iterator[Table]:
    return (table for table in metadata.sorted_tables if "user_id" in table.c)


def _rows(name: str, user_id: int) -> Select[Any]:
    if name == "users":
        return select(users).where(users.c.id == user_id)
    if name in _THROUGH:
        table, owner, link, person = _THROUGH[name]
        return select(table).join(owner, link).where(person == user_id)
    table = metadata.tables[name]
    return select(table).where(table.c.user_id == user_id)


async def export(conn: AsyncConnection, user_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return every row that belongs to a person, by table; times as ISO 8601 in UTC."""
    return {
        name: [
            {key: _plain(value) for key, value in row.items()}
            for row in (await conn.execute(_rows(name, user_id))).mappings()
        ]
        for name in personal_tables()
    }


async def counts(conn: AsyncConnection, user_id: int) -> dict[str, int]:
    """Return how many rows of a person each table has."""
    return {
        name: await conn.scalar(select(func.count()).select_from(_rows(name, user_id).subquery()))
        or 0
        for name in personal_tables()
    }


async def erase(conn: AsyncConnection, user_id: int) -> bool:
    """Erase everything of a person; return whether there was anything."""
    result = await conn.execute(delete(users).where(users.c.id == user_id))
    return result.rowcount == 1


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
