"""The schema of the first databases on PostgreSQL: `python -m tests.storage.baseline` writes it.

Only until a version that knows PostgreSQL is released: from then on every migration runs on both.
"""

from pathlib import Path

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.tables import metadata

FILE = Path(__file__).with_name("baseline.sql")


def statements() -> list[str]:
    """Return the statements that create the present tables and indexes on PostgreSQL."""
    dialect = postgresql.dialect()  # pyright: ignore
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(each).compile(dialect=dialect)).strip() for each in indexes]
    return ["\n".join(line.rstrip() for line in each.splitlines()) for each in made]


if __name__ == "__main__":
    FILE.write_text(";\n\n".join(statements()) + ";\n")
