"""Rows without an order come backwards from SQLite, as they come in any order from PostgreSQL.

A statement whose rows people see in an order says so with ORDER BY, or its test fails.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def backwards() -> Generator[None]:
    """Turn round what each file of SQLite that is opened meanwhile gives in no order.

    https://www.sqlite.org/pragma.html#pragma_reverse_unordered_selects
    """

    def connected(connection: Any, _record: object) -> None:
        if "sqlite" in type(connection).__module__:
            cursor = connection.cursor()
            cursor.execute("PRAGMA reverse_unordered_selects = ON")
            cursor.close()

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)
