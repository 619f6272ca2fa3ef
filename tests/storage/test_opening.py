import os
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from storage import migrations
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines import sqlite_file
from storage.tables import metadata
from tests.databases import new_in, put_empty
from tests.looking import rows
from tests.storage.shared import names, url


async def refusal(
    database_url: str, *, migrate: bool = True, history: Path = migrations.DIRECTORY
) -> str:
    with pytest.raises(DatabaseError) as caught:
        await Database.open(database_url, migrate=migrate, history=history)
    return str(caught.value)


@pytest.fixture
def where(tmp_path: Path) -> str:
    """A database of the present schema."""
    return put_empty(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database of the present schema in a file, for tests that are marked so."""
    put_empty(tmp_path)
    return tmp_path / "paperboy.db"


def tables(where: str) -> set[str]:
    listed = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if not where.startswith("sqlite"):
        listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {name for (name,) in rows(where, listed)}


def overwrite(path: Path, at: int, count: int) -> None:
    """Put nonsense over a part of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * count)


def strict_tables(connection: Connection) -> dict[str, bool]:
    """Return each table's name and whether it is STRICT."""
    found = connection.exec_driver_sql(
        "SELECT name, strict FROM pragma_table_list"
        " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {name: bool(strict) for name, strict in found}


def test_every_table_is_strict_after_every_migration(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path}/history.db", poolclass=NullPool)
    for revision in migrations.known_revisions():
        with engine.begin() as connection:
            migrations.upgrade(connection, revision)
            strict = strict_tables(connection)
        assert {"alembic_version", "papers", "users"} <= strict.keys()
        assert [name for name, is_strict in strict.items() if not is_strict] == [], revision


async def test_a_new_database_has_exactly_the_tables_that_the_code_names(tmp_path: Path):
    def differences(connection: Connection) -> object:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, metadata)

    database = await Database.open(new_in(tmp_path))
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


def test_the_names_of_the_migrations_are_their_order():
    config = Config()
    config.set_main_option("script_location", str(migrations.DIRECTORY))
    history = ScriptDirectory.from_config(config).walk_revisions()
    assert migrations.known_revisions() == [script.revision for script in history][::-1]


async def test_a_url_of_another_database_is_refused_without_repeating_its_password():
    sentence = await refusal("mysql+aiomysql://paperboy:hunter2@localhost/papers")
    assert "only SQLite and PostgreSQL are supported" in sentence
    assert "hunter2" not in sentence


async def test_a_server_that_does_not_answer_is_named_without_its_password():
    sentence = await refusal("postgresql+asyncpg://paperboy:hunter2@127.0.0.1:9/papers")
    assert "papers on 127.0.0.1:9" in sentence
    assert "hunter2" not in sentence


@pytest.mark.parametrize(
    "bad", ["paperboy.db", "", "sqlite://", "sqlite:///:memory:", "sqlite://host/papers.db"]
)
async def test_a_url_that_names_no_file_is_answered_with_an_example(bad: str):
    assert "sqlite+aiosqlite:///paperboy.db" in await refusal(bad)


@pytest.mark.sqlite
async def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("Remember the milk.\n" * 1000)
    assert f"{path} is damaged: it is not a SQLite database" in await refusal(url(path))
    assert path.read_text().startswith("Remember the milk.")


@pytest.mark.sqlite
async def test_a_damaged_database_is_told_from_one_that_is_only_old(file: Path):
    overwrite(file, 4096 * 3, 4096 * 6)
    sentence = await refusal(url(file))
    assert "is damaged" in sentence
    assert "paperboy restore" in sentence


@pytest.mark.sqlite
async def test_a_cut_off_database_is_damaged(file: Path):
    os.truncate(file, 4096 * 5)
    assert "is damaged" in await refusal(url(file))
    # A large one is not read whole.
    assert sqlite_file.check(file, spare=("papers",), large=0) is not None


def damage(path: Path, table: str) -> None:
    """Overwrite a table's first page."""
    asked = "SELECT rootpage FROM sqlite_master WHERE name = :name"
    ((page,),) = rows(url(path), asked, name=table)
    overwrite(path, 4096 * (page - 1), 4096)


@pytest.mark.sqlite
async def test_in_a_large_file_what_people_wrote_is_looked_through_at_a_start(file: Path):
    damage(file, "papers")
    assert sqlite_file.check(file, spare=("papers",), large=0) is None
    assert sqlite_file.check(file, spare=("papers",)) is not None
    damage(file, "saves")
    assert sqlite_file.check(file, spare=("papers",), large=0) is not None


async def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    where = new_in(tmp_path)
    rows(where, "CREATE TABLE bookmarks (url TEXT)")
    assert "another program" in await refusal(where)
    assert tables(where) == {"bookmarks"}


async def test_a_schema_from_the_future_is_not_touched(where: str):
    rows(where, "UPDATE alembic_version SET version_num = '9999', needs = '9999'")
    sentence = await refusal(where)
    assert "newer version of this program" in sentence
    assert "9999" in sentence


@pytest.mark.sqlite
async def test_a_place_where_no_file_can_be_is_explained(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "paperboy.db", tmp_path):
        sentence = await refusal(url(path))
        assert f"cannot open the database {path}" in sentence
        assert "writable" in sentence


async def test_without_migrating_nothing_is_created(tmp_path: Path):
    where = new_in(tmp_path)
    assert re.search("no database at|is empty", await refusal(where, migrate=False))
    assert names(tmp_path) == []
    assert tables(where) == set()  # which leaves an empty file
    assert re.search("older schema|is empty", await refusal(where, migrate=False))
    assert tables(where) == set()


EXTRA = "op.create_table('extra', sa.Column('a', sa.Text), sqlite_strict=True)"


async def made(where: str, history: Path = migrations.DIRECTORY) -> None:
    await (await Database.open(where, history=history)).close()


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """A copy of the migrations, for a test to add one."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations.DIRECTORY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def add_migration(history: Path, body: str) -> None:
    last = migrations.known_revisions()[-1]
    source = (
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision = '9000'\ndown_revision = '{last}'\n\ndef upgrade():\n    {body}\n"
    )
    (history / "versions" / "9000_test.py").write_text(source)


@pytest.mark.sqlite
async def test_an_existing_database_is_copied_before_it_is_changed(
    tmp_path: Path, next_version: Path
):
    where = url(tmp_path / "paperboy.db")
    await made(where)
    assert names(tmp_path, "*backup*") == [], "a new database needs none"
    old = migrations.known_revisions()[-1]
    rows(where, "INSERT INTO users VALUES (1, 0)")
    add_migration(next_version, EXTRA)
    await made(where, next_version)

    assert "extra" in tables(where)
    backup = url(tmp_path / f"paperboy.db.backup-{old}")
    assert "extra" not in tables(backup)
    assert rows(backup, "SELECT id FROM users") == [(1,)]


async def test_a_migration_that_fails_changes_nothing(where: str, next_version: Path):
    old = migrations.known_revisions()[-1]
    add_migration(next_version, f"{EXTRA}; op.drop_table('nowhere')")
    assert "cannot open the database" in await refusal(where, history=next_version)
    assert "extra" not in tables(where)
    assert rows(where, "SELECT version_num FROM alembic_version") == [(old,)]


def put_a_post(where: str) -> None:
    rows(where, "INSERT INTO guilds (id, joined_at) VALUES (1, 0)")
    rows(
        where,
        "INSERT INTO posts (guild_id, channel_id, batch_day, state, planned_at)"
        " VALUES (1, 2, '2026-03-04', 'done', 0)",
    )


async def test_changing_a_table_keeps_the_rows_that_refer_to_it(where: str, next_version: Path):
    put_a_post(where)
    add_migration(
        next_version,
        # Which rebuilds the table in a file.
        "with op.batch_alter_table('guilds', table_kwargs={'sqlite_strict': True},"
        " recreate='always' if op.get_bind().dialect.name == 'sqlite' else 'never') as b:"
        " b.add_column(sa.Column('name', sa.Text))",
    )
    database = await Database.open(where, history=next_version)
    async with database.read() as connection:
        posts = await connection.exec_driver_sql("SELECT channel_id FROM posts")
        assert posts.scalars().all() == [2]
        assert (await connection.exec_driver_sql("SELECT name FROM guilds")).all() == [(None,)]
        if database.is_file:
            assert all((await connection.run_sync(strict_tables)).values())
    await database.close()


async def test_a_migration_that_leaves_references_to_nothing_is_undone(
    where: str, next_version: Path
):
    put_a_post(where)
    add_migration(next_version, "op.execute('UPDATE posts SET guild_id = 404')")
    refused = await refusal(where, history=next_version)
    assert re.search(
        "a row of posts would refer to nothing in guilds|violates foreign key constraint", refused
    )
    assert rows(where, "SELECT guild_id FROM posts") == [(1,)]


async def test_a_sqlite_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    sentence = await refusal(url(tmp_path / "paperboy.db"))
    assert "SQLite 3.34.1" in sentence
    assert "3.37" in sentence
