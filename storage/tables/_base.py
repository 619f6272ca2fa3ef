"""The metadata that every table belongs to, and how a table is declared."""

from typing import Any

from sqlalchemy import Column, MetaData, Table, text
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *items: Column[Any] | SchemaItem, reuses_ids: bool = True) -> Table:
    # SQLite gives the highest deleted id out again by default. Where buttons hold the
    # id, an old message would then act on another user's row.
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_autoincrement=not reuses_ids)


def where(condition: str) -> dict[str, Any]:
    """Return the options of an index over a part of a table, in both engines."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
