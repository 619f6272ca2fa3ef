"""What a migration takes from code that knows the schema before it, and goes on with the one after.

Reads both schemas, so it finds what changes a table; what a migration does to rows is not seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Inspector, inspect

Unique = tuple[tuple[str, ...], str]
"""The columns that may hold a value once, and the condition of a partial index."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table, as far as code depends on it."""

    columns: Mapping[str, Mapping[str, Any]]
    uniques: frozenset[Unique]
    checks: frozenset[str]
    references: frozenset[tuple[tuple[str, ...], str, str]]
    """Columns, the table that they refer to, and what deleting its row does."""


Schema = Mapping[str, Shape]


def schema_of(connection: Connection) -> Schema:
    """Return the tables of a database of SQLite."""
    inspector = inspect(connection)
    names = set(inspector.get_table_names()) - {"alembic_version"}
    return {name: _shape(inspector, name) for name in names}


def _shape(inspector: Inspector, name: str) -> Shape:
    uniques = {(tuple(inspector.get_pk_constraint(name)["constrained_columns"]), "")}
    uniques |= {
        (tuple(each["column_names"]), "") for each in inspector.get_unique_constraints(name)
    }
    for index in inspector.get_indexes(name):
        if index["unique"]:
            where = index.get("dialect_options", {}).get("sqlite_where", "")
            uniques.add((tuple(map(str, index["column_names"])), str(where)))
    return Shape(
        {
            column["name"]: {
                "type": str(column["type"]),
                "nullable": column["nullable"],
                "default": column["default"],
            }
            for column in inspector.get_columns(name)
        },
        frozenset(uniques),
        frozenset(each["sqltext"] for each in inspector.get_check_constraints(name)),
        frozenset(
            (
                tuple(each["constrained_columns"]),
                each["referred_table"],
                str(each.get("options", {}).get("ondelete", "")),
            )
            for each in inspector.get_foreign_keys(name)
        ),
    )


def taken(before: Schema, after: Schema) -> list[str]:
    """Return, in words, what code that knows the first schema could fail at with the second."""
    return [*_gone(before, after), *_tightened(before, after)]


def _gone(before: Schema, after: Schema) -> Iterator[str]:
    for name, old in before.items():
        if (new := after.get(name)) is None:
            yield f"the table {name} is gone"
            continue
        for column, was in old.columns.items():
            if (found := new.columns.get(column)) is None:
                yield f"the column {name}.{column} is gone"
            elif found["type"] != was["type"] or found["nullable"] != was["nullable"]:
                yield f"the column {name}.{column} has another type, or takes NULL where it did not"
            elif was["default"] is not None and found["default"] != was["default"]:
                yield f"the column {name}.{column} has another default"
        # An upsert names what may be there once.
        yield from (f"{name}{key} is no longer unique" for key, _ in old.uniques - new.uniques)


def _tightened(before: Schema, after: Schema) -> Iterator[str]:
    for name, new in after.items():
        old = before.get(name)
        for columns, table, on_delete in new.references - (old.references if old else frozenset()):
            if table in before and on_delete not in ("CASCADE", "SET NULL"):
                yield f"{name}{columns} keeps rows of {table} from being deleted"
        if old is None:
            continue
        for column in new.columns.keys() - old.columns.keys():
            now = new.columns[column]
            if not now["nullable"] and now["default"] is None:
                yield f"the new column {name}.{column} has to be filled in"
        yield from (f"{name}{key} is unique now" for key, _ in new.uniques - old.uniques)
        yield from (f"{name} has a new condition, {each}" for each in new.checks - old.checks)
