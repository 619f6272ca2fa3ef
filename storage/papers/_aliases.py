"""Keys of one work: each belongs to the paper that was stored first.

What people saved, noted or hid stays under the key that they did it by, so that works which were
joined by mistake can be separated. Whatever reads it back folds by the work.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.chunks import chunks
from storage.tables import paper_aliases


def work_of(key: ColumnElement[str]) -> ColumnElement[str]:
    """Return the expression for the key of a key's work, as `keys_of` says it."""
    there = paper_aliases.alias()
    work = select(there.c.paper_id).where(there.c.alias == key).correlate_except(there)
    return func.coalesce(work.scalar_subquery(), key, type_=paper_aliases.c.paper_id.type)


def every_key(keys: Select[Any]) -> CompoundSelect[Any]:
    """Return a select of every key of the works of the keys that another select brings."""
    some = keys.subquery()
    (key,) = some.c
    works = select(work_of(key))
    aliases = select(paper_aliases.c.alias).where(paper_aliases.c.paper_id.in_(works))
    return union(select(key), works, aliases)


async def keys_of(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, str]:
    """Return the key of the work of each key: its own, unless it is another's alias."""
    wanted = list(dict.fromkeys(keys))
    found = {key: key for key in wanted}
    for some in chunks(wanted):
        statement = select(paper_aliases).where(paper_aliases.c.alias.in_(some))
        found |= {row.alias: row.paper_id for row in await conn.execute(statement)}
    return found


async def families(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, str]:
    """Return every key of the works of some keys, each with the key of its work."""
    found = await keys_of(conn, keys)
    for some in chunks(list(set(found.values()))):
        found |= {key: key for key in some}
        statement = select(paper_aliases).where(paper_aliases.c.paper_id.in_(some))
        found |= {row.alias: row.paper_id for row in await conn.execute(statement)}
    return found


async def all_keys(conn: AsyncConnection, keys: Iterable[str]) -> dict[str, set[str]]:
    """Return every key of each key's work, itself among them."""
    wanted = list(dict.fromkeys(keys))
    works = await families(conn, wanted)
    found: dict[str, set[str]] = {}
    for key, work in works.items():
        found.setdefault(work, set()).add(key)
    return {key: found[works[key]] for key in wanted}
