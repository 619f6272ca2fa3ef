"""Parts of statements that SQLite and PostgreSQL write differently.

Everything else in `storage` is plain SQLAlchemy Core that both engines take as it is.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Table, Text, column, delete, select
from sqlalchemy.dialects.sqlite import Insert as SQLiteInsert
from sqlalchemy.dialects.sqlite.dml import OnConflictDoNothing, OnConflictDoUpdate
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

__all__ = [
    "delete_some",
    "folded",
    "insert",
    "item",
    "items",
    "month",
    "now",
    "place",
    "row_of",
    "smaller",
]


class _DoNothing(OnConflictDoNothing):
    inherit_cache = True
    constraint_target = None
    """PostgreSQL's compiler reads it; a constraint is named by its columns here."""


class _DoUpdate(OnConflictDoUpdate):
    inherit_cache = True
    constraint_target = None


class Insert(SQLiteInsert):
    """An INSERT with ON CONFLICT, in the words that both engines have in common.

    SQLite's class, because importing PostgreSQL's would prolong every start by 50 ms.
    """

    inherit_cache = True

    def on_conflict_do_nothing(self, index_elements: Any = None, index_where: Any = None) -> Any:
        """Leave the rows as they are that would be inserted twice."""
        return self.ext(_DoNothing(index_elements, index_where))

    def on_conflict_do_update(
        self,
        index_elements: Any = None,
        index_where: Any = None,
        set_: Any = None,
        where: Any = None,
    ) -> Any:
        """Change the rows that would be inserted twice; their values are in `excluded`."""
        return self.ext(_DoUpdate(index_elements, index_where, set_, where))


def insert(table: Table) -> Insert:
    """Return an INSERT into a table, which may go on with ON CONFLICT."""
    return Insert(table)


async def delete_some(
    conn: AsyncConnection,
    table: Table,
    *where: ColumnElement[bool],
    first: ColumnElement[Any],
    most: int,
) -> int:
    """Delete at most `most` rows, those with the lowest `first`; return how many there were.

    An index on `first` makes the cost that of the deleted rows, however long the table is.
    """
    row = row_of(table)
    some = select(row).select_from(table).where(*where).order_by(first).limit(most)
    return (await conn.execute(delete(table).where(row.in_(some)))).rowcount


class row_of(FunctionElement[int]):  # noqa: N801 (these are written like functions)
    """Where a row of a table is stored: the same until the transaction ends, and in an order."""

    inherit_cache = True
    type = BigInteger()

    def __init__(self, table: Table) -> None:
        super().__init__(next(iter(table.columns)))


class now(FunctionElement[int]):  # noqa: N801
    """The present moment on the database's clock, in microseconds since the epoch."""

    inherit_cache = True
    type = BigInteger()


class folded(FunctionElement[str]):  # noqa: N801
    """A text as it compares with lower-case ASCII without regard to case."""

    inherit_cache = True
    type = Text()


class place(FunctionElement[int]):  # noqa: N801
    """Where in a text another one begins, from 1; 0 if it does not hold it."""

    inherit_cache = True
    type = Integer()


class smaller(FunctionElement[str]):  # noqa: N801
    """The smaller of two values that are not empty."""

    inherit_cache = True
    type = Text()


class month(FunctionElement[str]):  # noqa: N801
    """The month in UTC, as 2025-12, of a moment in microseconds since the epoch."""

    inherit_cache = True
    type = Text()


class item(FunctionElement[str]):  # noqa: N801
    """The text at a place, from 0, in an array of JSON."""

    inherit_cache = True
    type = Text()


class _each(FunctionElement[Any]):  # noqa: N801
    inherit_cache = True


def items(array: ColumnElement[Any]) -> TableValuedAlias:
    """Return the elements of an array of JSON as rows with a `key`, from 0, and a `value`."""
    return _each(array).table_valued(column("key", Integer), column("value", Text))


def _write(element: type[FunctionElement[Any]], sqlite: str, postgresql: str) -> None:
    """Say how each engine writes an element, with `{0}`, `{1}`, … for its arguments."""
    for dialect, words in (("sqlite", sqlite), ("postgresql", postgresql)):

        def written(
            element: FunctionElement[Any], compiler: SQLCompiler, *, words: str = words, **kw: Any
        ) -> str:
            return words.format(*(compiler.process(each, **kw) for each in element.clauses))

        compiles(element, dialect)(written)


_write(
    now,
    "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)",
    "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
)
_write(folded, "{0} COLLATE NOCASE", "lower({0})")
_write(place, "instr({0}, {1})", "strpos({0}, {1})")
_write(smaller, "min({0}, {1})", "least({0}, {1})")
_write(
    month,
    "strftime('%Y-%m', {0} / 1000000, 'unixepoch')",
    "to_char(to_timestamp({0} / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM')",
)
_write(item, "json_extract({0}, '$[' || {1} || ']')", "(CAST({0} AS jsonb) ->> {1})")
_write(
    _each,
    "json_each({0})",
    "LATERAL (SELECT each.ordinality - 1 AS key, each.value #>> '{{}}' AS value"
    " FROM jsonb_array_elements(CAST({0} AS jsonb)) WITH ORDINALITY AS each)",
)


def _address(name: str) -> Callable[..., str]:
    def written(element: row_of, compiler: SQLCompiler, **kw: Any) -> str:
        (anchor,) = element.clauses
        table = compiler.process(anchor, **kw).rpartition(".")[0]
        return f"{table}.{name}" if table else name

    return written


compiles(row_of, "sqlite")(_address("rowid"))
compiles(row_of, "postgresql")(_address("ctid"))
