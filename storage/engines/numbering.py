"""The numbers that an engine gives rows: none is ever given twice, also after a move.

Where buttons hold the number, an old message would otherwise act on another row.
"""

from sqlalchemy import Column, Connection, Table, func, select, text


def numbered(table: Table) -> Column[int] | None:
    """Return the column that the engine numbers by itself, `None` if there is none."""
    return table.autoincrement_column


def last_number(conn: Connection, table: Table) -> int:
    """Return the highest number that a row was ever given, as far as the engine knows; or 0."""
    if (column := numbered(table)) is None:
        return 0
    there = conn.scalar(select(func.max(column))) or 0
    if conn.dialect.name == "sqlite":
        if not table.dialect_options["sqlite"]["autoincrement"]:
            return there
        statement = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        given = conn.scalar(statement, {"name": table.name}) or 0
    elif (sequence := _sequence(conn, table, column)) is not None:
        last, used = conn.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608 - the server's own name
        given = last if used else last - 1
    else:
        given = 0
    return max(there, given)


def go_on_after(conn: Connection, table: Table, number: int) -> None:
    """Give the next rows numbers above `number`, and above those that are there."""
    if (column := numbered(table)) is None:
        return
    number = max(number, conn.scalar(select(func.max(column))) or 0)
    if conn.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            known = {"name": table.name, "number": number}
            conn.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), known)
            conn.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :number)"), known)
    elif number > 0 and (sequence := _sequence(conn, table, column)) is not None:
        conn.execute(
            text("SELECT setval(:sequence, :number)"), {"sequence": sequence, "number": number}
        )


def _sequence(conn: Connection, table: Table, column: Column[int]) -> str | None:
    return conn.scalar(
        text("SELECT pg_get_serial_sequence(:table, :column)"),
        {"table": table.name, "column": column.name},
    )
