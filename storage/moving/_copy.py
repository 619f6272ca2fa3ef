"""Copying a table in portions, each a transaction that also keeps how far it has come."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage import unfinished
from storage.database import Database
from storage.engines.errors import DatabaseError
from storage.engines.statements import insert
from storage.moving._rows import INSTEAD, MODULUS, Row, Stored, clean, hash_of, portions


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a table has been copied."""

    after: Sequence[Any] | None = None
    """The key of the last row that was copied or put off."""
    rows: int = 0
    """How many rows were copied or put off."""
    cleaned: int = 0
    """Texts that were changed."""
    put_off: int = 0
    """Rows whose key changed; they come when all others are there."""
    shift: str = "0"
    """What those changed in the table's hash, in hexadecimal, where their key was taken."""
    done: bool = False


async def copy(
    source: Database,
    target: Database,
    stored: Stored,
    begun: Progress,
    report: Callable[[int], None],
) -> Progress:
    """Copy the rest of a table.

    Args:
        source: is read.
        target: is written.
        stored: the table.
        begun: what was done before.
        report: called with the number of rows that were copied.

    Raises:
        DatabaseError: two rows would be the same.
    """
    async for rows in portions(source, stored, begun.after):
        cleaned = [clean(stored, row) for row in rows]
        plain = [each.row for each in cleaned if not each.key]
        begun = replace(
            begun,
            after=stored.key_of(rows[-1]),
            rows=begun.rows + len(rows),
            cleaned=begun.cleaned + sum(each.texts for each in cleaned),
            put_off=begun.put_off + len(rows) - len(plain),
        )
        async with target.write() as conn:
            if plain:
                await _put(conn, stored, plain)
            await _keep(conn, stored, begun)
        report(len(rows))
    odd = [] if not begun.put_off else await _odd(source, stored)
    async with target.write() as conn:
        shift = 0
        for row in odd:
            shift += await _put_odd(conn, stored, row)
        begun = replace(begun, shift=f"{shift % MODULUS:x}", done=True)
        await _keep(conn, stored, begun)
    return begun


async def _keep(conn: AsyncConnection, stored: Stored, progress: Progress) -> None:
    await conn.run_sync(unfinished.keep, stored.name, asdict(progress))


async def _put(conn: AsyncConnection, stored: Stored, rows: list[Row]) -> None:
    statement = insert(stored.table)
    names = [column.name for column in stored.table.columns]
    keys = {column.name for column in stored.keys}
    values = {name: statement.excluded[name] for name in names if name not in keys}
    statement = (
        statement.on_conflict_do_update(index_elements=stored.keys, set_=values)
        if values
        else statement.on_conflict_do_nothing(index_elements=stored.keys)
    )
    await conn.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])


async def _odd(source: Database, stored: Stored) -> list[Row]:
    """Return the rows whose key changes: what a person pasted, rarely more than a few."""
    return [
        row async for rows in portions(source, stored) for row in rows if clean(stored, row).key
    ]


async def _put_odd(conn: AsyncConnection, stored: Stored, row: Row) -> int:
    """Put a row whose key another row may have; return what that changes in the hash."""
    names = [column.name for column in stored.table.columns]
    usual = clean(stored, row).row
    for each in (usual, clean(stored, row, INSTEAD).row):
        statement = insert(stored.table).values(dict(zip(names, each, strict=True)))
        if (await conn.execute(statement.on_conflict_do_nothing())).rowcount:
            return hash_of(each) - hash_of(usual)
    raise DatabaseError(
        f"two rows of {stored.name} differ only in characters that cannot be written; nothing was"
        " removed for you, as one of them has to go"
    )
