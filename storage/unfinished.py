"""A move into a database that is not finished: how far it has come, kept in that database.

Its table is there only meanwhile, and a database that has it is opened by `paperboy move` alone.
"""

import json
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Table, inspect, select

from storage.engines.errors import DatabaseError
from storage.engines.statements import insert
from storage.types import Text

NAME: Final = "unfinished_move"

_table: Final = Table(
    NAME,
    MetaData(),
    # Of a table; empty for the move as a whole.
    Column("name", Text, primary_key=True),
    # JSON with ASCII escapes: keys may hold what PostgreSQL does not take.
    Column("value", Text, nullable=False),
    sqlite_strict=True,
)


def refusal(label: str) -> DatabaseError:
    """Return the error for a database that holds a part of another one."""
    return DatabaseError(
        f"{label} holds only a part of another database: run the same `paperboy move` again to"
        " complete it, or name another database"
    )


def older(label: str) -> DatabaseError:
    """Return the error for a target that has tables of an older version of the program."""
    return DatabaseError(
        f"{label} has tables of an older version already: name a database that is empty. Nothing"
        " was changed"
    )


def begin(conn: Connection) -> None:
    """Create the table."""
    _table.create(conn)


def end(conn: Connection) -> None:
    """Drop the table: the database is whole."""
    _table.drop(conn)


def read(conn: Connection) -> dict[str, Any] | None:
    """Return what was kept by name; `None` if no move was begun."""
    if not inspect(conn).has_table(NAME):
        return None
    return {row.name: json.loads(row.value) for row in conn.execute(select(_table))}


def keep(conn: Connection, name: str, value: dict[str, Any]) -> None:
    """Keep something, instead of what was kept under this name."""
    text = json.dumps(value)
    conn.execute(
        insert(_table)
        .values(name=name, value=text)
        .on_conflict_do_update(index_elements=[_table.c.name], set_={"value": text})
    )
