"""Rows as they are stored: read in the order of their keys, made writable, hashed.

The values of both engines are the same (`storage.types`), and so is the hash of a table: the sum of
those of its rows, each written as JSON. The order of rows has no part in it.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    cast,
    literal,
    select,
    tuple_,
)
from sqlalchemy.types import TypeDecorator

from papers.writable import UNWRITABLE, writable_json
from storage.database import Database
from storage.tables import leases, metadata
from storage.types import JSONText, Text

Row: TypeAlias = tuple[Any, ...]

MODULUS: Final = 1 << 256
"""Of sums of hashes."""

INSTEAD: Final = "\ufffd"
"""Takes the place of what cannot be written where two keys would be the same without it."""

_MOST_ROWS: Final = 1_000
_FIRST_ROWS: Final = 16
_PORTION: Final = 1 << 20
"""About how many bytes of rows, as JSON, are held at once."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A table whose values are passed as they are stored."""

    original: Table
    table: Table
    keys: tuple[Column[Any], ...]
    json: frozenset[int]
    """The places of columns that hold JSON."""
    unique: frozenset[int]
    """The places of columns by which rows have to differ."""

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    def key_of(self, row: Row) -> list[Any]:
        """Return the key of a row."""
        places = {column.name: place for place, column in enumerate(self.table.columns)}
        return [row[places[column.name]] for column in self.keys]


@cache
def tables() -> tuple[Stored, ...]:
    """Return what is moved, each table after those that it refers to.

    The lease is each database's own.
    """
    return tuple(_stored(table) for table in metadata.sorted_tables if table is not leases)


def _stored(table: Table) -> Stored:
    columns = [Column(each.name, _plain(each), primary_key=each.primary_key) for each in table.c]
    unique = {each.name for each in table.primary_key}
    for group in (*table.constraints, *table.indexes):
        if isinstance(group, UniqueConstraint) or (isinstance(group, Index) and group.unique):
            unique |= {each.name for each in group.columns}
    plain = Table(table.name, MetaData(), *columns)
    return Stored(
        table,
        plain,
        tuple(plain.primary_key),
        frozenset(place for place, each in enumerate(table.c) if isinstance(each.type, JSONText)),
        frozenset(place for place, each in enumerate(table.c) if each.name in unique),
    )


def _plain(column: Column[Any]) -> Any:
    kind: Any = column.type
    return kind.impl if isinstance(kind, TypeDecorator) else kind


async def portions(
    database: Database, stored: Stored, after: Sequence[Any] | None = None
) -> AsyncIterator[list[Row]]:
    """Yield the rows behind a key in portions of about 1 MB, each of one committed state."""
    most = _FIRST_ROWS
    while True:
        statement = select(stored.table).order_by(*stored.keys).limit(most)
        if after is not None:
            statement = statement.where(_behind(stored, after))
        async with database.read() as conn:
            rows = [tuple(row) for row in await conn.execute(statement)]
        if not rows:
            return
        yield rows
        if len(rows) < most:
            return
        after = stored.key_of(rows[-1])
        some = rows[:: max(len(rows) // _FIRST_ROWS, 1)]
        each = sum(len(canonical(row)) for row in some) // len(some) + 1
        most = min(max(_PORTION // each, 1), _MOST_ROWS)


def _behind(stored: Stored, after: Sequence[Any]) -> ColumnElement[bool]:
    values = [_bound(value, column) for value, column in zip(after, stored.keys, strict=True)]
    if len(values) == 1:
        return stored.keys[0] > values[0]
    return tuple_(*stored.keys) > tuple_(*values)


def _bound(value: Any, column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(value, str) and not _encodable(value):
        # Only in a file of SQLite, whose driver takes no such text; the bytes are compared.
        return cast(literal(value.encode("utf-8", "surrogatepass"), LargeBinary), Text)
    return literal(value, column.type)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def canonical(row: Row) -> bytes:
    """Return a row as JSON, the same for what both engines keep alike."""
    return json.dumps([_canonical(value) for value in row], separators=(",", ":")).encode()


def _canonical(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, float):
        # SQLite keeps neither a negative zero nor what is no number.
        return None if value != value else value + 0.0
    return value


def hash_of(row: Row) -> int:
    """Return the hash of a row."""
    return int.from_bytes(hashlib.sha256(canonical(row)).digest(), "big")


@dataclass(frozen=True, slots=True)
class Clean:
    """A row whose texts every database takes."""

    row: Row
    texts: int
    """How many of them were changed."""
    key: bool
    """Whether one of these is in a key, which another row may have already."""


def clean(stored: Stored, row: Row, instead: str = "") -> Clean:
    """Make the texts of a row writable, also those within JSON.

    Args:
        stored: the row's table.
        row: as it is stored.
        instead: what takes the place of what cannot be written, in keys.
    """
    values, texts, key = list(row), 0, False
    for place, value in enumerate(row):
        if not isinstance(value, str):
            continue
        unique = place in stored.unique
        if place in stored.json:
            values[place] = _clean_json(value)
        else:
            values[place] = UNWRITABLE.sub(instead if unique else "", value)
        if values[place] != value:
            texts += 1
            key = key or unique
    return Clean(tuple(values) if texts else row, texts, key)


def _clean_json(text: str) -> str:
    if "\\u" not in text and "\\b" not in text and not UNWRITABLE.search(text):
        return text
    source = UNWRITABLE.sub("", text)
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return source
    cleaned = writable_json(value, source.encode())
    again = json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))
    return again if json.loads(source) != cleaned else source


async def sum_of(
    database: Database, stored: Stored, *, cleaned: bool, report: Callable[[int], None]
) -> tuple[int, int]:
    """Return how many rows a table has, and its hash, of the rows as they are or made writable."""
    count, total = 0, 0
    async for rows in portions(database, stored):
        for row in rows:
            total += hash_of(clean(stored, row).row if cleaned else row)
        count += len(rows)
        report(len(rows))
    return count, total % MODULUS
