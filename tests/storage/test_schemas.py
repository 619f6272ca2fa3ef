"""The schema on PostgreSQL: created new, and brought up to date by the migrations."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from storage import migrations
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines import postgresql
from storage.engines.urls import parsed
from storage.migrations import BASELINE
from tests.postgresql import Server, server
from tests.storage import baseline

WHAT_TO_DO = f"""
A database that was created on PostgreSQL at revision {BASELINE} and migrated since is another one
than a new one. Write the migrations after it for both engines: Integer, Real and Text of
storage.types, sqlite_where and postgresql_where, no PRAGMA, no batch operation for PostgreSQL.
As long as no version that knows PostgreSQL was released, you may instead set
storage.migrations.BASELINE to the newest revision and run `python -m tests.storage.baseline`.
"""

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
FROM information_schema.columns WHERE table_schema = 'public'
"""
_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


@pytest.fixture
def there() -> Server:
    found = server()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture
def url(there: Server, tmp_path: Path) -> str:
    return there.bare(tmp_path / "bare")


async def work(url: str, *statements: str) -> list[set[tuple[str, ...]]]:
    def ask(conn: Connection) -> list[set[tuple[str, ...]]]:
        found: list[set[tuple[str, ...]]] = []
        for statement in statements:
            result = conn.execute(text(statement))
            found.append({tuple(map(str, row)) for row in result} if result.returns_rows else set())
        return found

    found = parsed(url)
    assert not isinstance(found, Path)
    return await postgresql.alone(found, ask)


async def schema(url: str) -> list[set[tuple[str, ...]]]:
    return await work(url, _COLUMNS, _INDEXES, _CONSTRAINTS)


async def test_a_migrated_schema_is_that_of_a_new_database(
    there: Server, url: str, tmp_path: Path
) -> None:
    await work(
        url,
        *(each for each in baseline.FILE.read_text().split(";\n") if each.strip()),
        "CREATE TABLE alembic_version (version_num TEXT NOT NULL"
        " CONSTRAINT pk_alembic_version PRIMARY KEY)",
        f"INSERT INTO alembic_version VALUES ('{BASELINE}')",  # noqa: S608 - our own
    )
    await (await Database.open(url)).close()
    new = there.empty(tmp_path / "new")
    for migrated, created in zip(await schema(url), await schema(new), strict=True):
        differences = [f"migrated only: {each}" for each in sorted(migrated - created)]
        differences += [f"new only: {each}" for each in sorted(created - migrated)]
        assert not differences, "\n".join((*differences, WHAT_TO_DO))


async def test_a_database_of_another_program_is_left_alone(url: str) -> None:
    await work(url, "CREATE TABLE theirs (id INT)")
    with pytest.raises(DatabaseError, match="of another program"):
        await Database.open(url)


async def test_a_database_of_a_newer_version_is_refused(there: Server, tmp_path: Path) -> None:
    url = there.empty(tmp_path / "newer")
    await work(url, "UPDATE alembic_version SET version_num = '9999', needs = '9999'")
    with pytest.raises(DatabaseError, match="newer version"):
        await Database.open(url)


async def test_only_one_of_two_processes_creates_the_tables(url: str) -> None:
    first, second = await asyncio.gather(Database.open(url), Database.open(url))
    await first.close()
    await second.close()
    assert (await work(url, "SELECT version_num FROM alembic_version"))[0] == {
        (migrations.known_revisions()[-1],)
    }
