"""A database with rows in every table: columns of each kind, empty ones, and extreme values."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.engines.numbering import go_on_after
from storage.tables import leases, metadata
from storage.types import ISODate, JSONText, LocalTime, PackedIds, UTCDateTime

FAR = 2**63 - 1 - 10**6
"""Ids of Discord's are below, but a column takes them up to the last bit."""


async def fill(database: Database, rows: int = 5) -> None:
    """Put rows into every table but the lease."""
    async with database.write() as conn:
        for table in metadata.sorted_tables:
            if table is not leases:
                await _fill(conn, table, rows)


async def _fill(conn: AsyncConnection, table: Table, rows: int) -> None:
    parents = {
        column.name: [
            value for (value,) in await conn.execute(select(key.column).order_by(key.column))
        ]
        for column in table.columns
        for key in column.foreign_keys
    }
    await conn.execute(
        insert(table),
        [
            {
                column.name: parents[column.name][number]
                if column.name in parents
                else _value(column, number)
                for column in table.columns
            }
            for number in range(rows)
        ],
    )
    await conn.run_sync(go_on_after, table, 0)


def _value(column: Column[Any], number: int) -> Any:
    if column.nullable and number % 2:
        return None
    match column.type:
        case UTCDateTime():
            return datetime(2026, 3, 4, 23, 59, 59, 999_999, tzinfo=UTC) + timedelta(number)
        case ISODate():
            return date(2026, 2, 28) + timedelta(number)
        case LocalTime():
            return time(number % 24, 59)
        case JSONText():
            return [{"name": f'é "{number}" 🦜\n', "of": [1.5, None, True]}, number]
        case PackedIds():
            return frozenset({f"2603.{number:05}", "2603.99999"})
        case _:
            kind = column.type.python_type
    if kind is bytes:
        return bytes([0, 255, number])
    if kind is float:
        return (-1.0) ** number * 1e-300 / 3
    if kind is int:
        own = column is column.table.autoincrement_column
        return 100 * number + 1 if own else FAR + number if number else -FAR
    return f"{column.name} {number}: ß 日本 🦜 '; -- \t\\"
