"""No statement reads the whole of a table that grows; every other test watches for it, too."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import (
    NullPool,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    create_engine,
    func,
    select,
)

from storage import papers
from storage.tables import cards, metadata
from storage.tables import papers as papers_table
from tests import plans
from tests.databases import empty, kept_on, open_empty
from tests.plans_allowed import ALLOWED, SMALL
from tests.storage.shared import NOON, record


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / "empty.db"
    path.write_bytes(empty())
    with closing(sqlite3.connect(path)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM cards WHERE message_id = 1", []),
        ("SELECT * FROM cards WHERE paper_id = '1'", ["cards"]),
        ("SELECT * FROM cards AS c ORDER BY message_id LIMIT 5", ["cards"]),
        ("DELETE FROM digests WHERE reason = 'x'", ["digests"]),
        ("UPDATE posts SET late = 1 WHERE attempts > 2", ["posts"]),
        ("SELECT * FROM watermarks", []),
        ("SELECT * FROM users JOIN saves ON saves.via = users.id WHERE users.id = 1", ["saves"]),
        ("SELECT 1 FROM users WHERE id IN (SELECT user_id FROM saves WHERE via = 'x')", ["saves"]),
    ],
)
def test_a_statement_that_reads_a_whole_table_is_found(
    opened: sqlite3.Connection, statement: str, tables: list[str]
) -> None:
    found = [fault.table for fault in plans.faults_of(opened, "test.it", statement)]
    assert found == tables


async def test_what_the_storage_issues_is_explained_and_what_a_test_issues_is_not(
    tmp_path: Path, explained: plans.Plans
) -> None:
    with kept_on(None):
        database = await open_empty(tmp_path)
    async with database.write() as conn:
        await conn.execute(select(func.count()).select_from(cards))
        await papers.upsert(conn, [record()], now=NOON)
    await database.close()
    assert explained.explained > 0
    assert explained.faults == []


def test_rows_that_a_statement_does_not_order_come_backwards(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'few.db'}", poolclass=NullPool)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE few (n INTEGER)")
        conn.exec_driver_sql("INSERT INTO few VALUES (1), (2), (3)")
    for order, found in (("", [3, 2, 1]), (" ORDER BY n", [1, 2, 3])):
        with engine.connect() as conn:
            assert conn.exec_driver_sql(f"SELECT n FROM few{order}").scalars().all() == found  # noqa: S608 - our own


def indexed(table: Table) -> set[str]:
    """Return the columns that rows of a table are found by."""
    keys = [
        list(each.columns)
        for each in table.constraints
        if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)
    ]
    keys += [list(each.columns) for each in table.indexes]
    return {columns[0].name for columns in keys if columns}


def test_what_goes_with_a_row_is_found_by_an_index() -> None:
    # A cascade is no statement of its own: EXPLAIN does not show it.
    lacking = [
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is not papers_table  # no paper is ever deleted
        if key.parent.name not in indexed(table)
    ]
    assert lacking == []


def test_every_exception_names_a_function_and_a_table_that_there_are() -> None:
    for origin, table in ALLOWED:
        module, name = origin.split(".")
        found = import_module(f"storage.{module}")
        assert hasattr(found, name) or module == "search", origin
        assert table in metadata.tables
        assert table not in SMALL
    assert set(SMALL) <= set(metadata.tables)
