import shutil
import sqlite3
from contextlib import closing
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
from tests.storage.shared import names, url

pytestmark = pytest.mark.sqlite


async def refusal(
    database_url: str, *, migrate: bool = True, history: Path = migrations.DIRECTORY
) -> str:
    with pytest.raises(DatabaseError) as caught:
        await Database.open(database_url, migrate=migrate, history=history)
    return str(caught.value)


async def made(path: Path, history: Path = migrations.DIRECTORY) -> Path:
    await (await Database.open(url(path), history=history)).close()
    return path


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def strict_tables(connection: Connection) -> dict[str, bool]:
    """Return each table's name and whether it is STRICT."""
    rows = connection.exec_driver_sql(
        "SELECT name, strict FROM pragma_table_list"
        " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return {name: bool(strict) for name, strict in rows}


@pytest.mark.parametrize("revision", migrations.known_revisions())
def test_every_table_is_strict_after_every_migration(tmp_path: Path, revision: str):
    engine = create_engine(f"sqlite:///{tmp_path}/paperboy.db", poolclass=NullPool)
    with engine.begin() as connection:
        migrations.upgrade(connection, revision)
        strict = strict_tables(connection)
    assert {"alembic_version", "papers", "users"} <= strict.keys()
    assert [name for name, is_strict in strict.items() if not is_strict] == []


def test_the_migrations_make_exactly_the_tables_that_the_code_names(tmp_path: Path):
    engine = create_engine(f"sqlite:///{tmp_path}/paperboy.db", poolclass=NullPool)
    with engine.begin() as connection:
        migrations.upgrade(connection)
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


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


async def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("Remember the milk.\n" * 1000)
    assert f"{path} is damaged: it is not a SQLite database" in await refusal(url(path))
    assert path.read_text().startswith("Remember the milk.")


async def test_a_damaged_database_is_told_from_one_that_is_only_old(tmp_path: Path):
    path = await made(tmp_path / "paperboy.db")
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"\xa5" * (4096 * 6)
    path.write_bytes(content)
    sentence = await refusal(url(path))
    assert "is damaged" in sentence
    assert "paperboy restore" in sentence


async def test_a_cut_off_database_is_damaged(tmp_path: Path):
    path = await made(tmp_path / "paperboy.db")
    path.write_bytes(path.read_bytes()[: 4096 * 5])
    assert "is damaged" in await refusal(url(path))


async def damage(path: Path, table: str) -> None:
    """Overwrite a table's first page."""
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(asked, (table,)).fetchone()
    with path.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xa5" * 4096)


async def test_in_a_large_file_what_people_wrote_is_looked_through_at_a_start(tmp_path: Path):
    path = await made(tmp_path / "paperboy.db")
    await damage(path, "papers")
    assert sqlite_file.check(path, spare=("papers",), large=0) is None
    assert sqlite_file.check(path, spare=("papers",)) is not None
    await damage(path, "saves")
    assert sqlite_file.check(path, spare=("papers",), large=0) is not None


async def test_a_large_file_that_was_cut_off_is_damaged(tmp_path: Path):
    path = await made(tmp_path / "paperboy.db")
    path.write_bytes(path.read_bytes()[: 4096 * 5])
    assert sqlite_file.check(path, spare=("papers",), large=0) is not None


async def test_a_database_of_another_program_is_left_alone(tmp_path: Path):
    path = tmp_path / "places.sqlite"
    execute(path, "CREATE TABLE bookmarks (url TEXT)")
    assert "another program" in await refusal(url(path))
    assert tables(path) == {"bookmarks"}


async def test_a_schema_from_the_future_is_not_touched(tmp_path: Path):
    path = await made(tmp_path / "paperboy.db")
    execute(path, "UPDATE alembic_version SET version_num = '9999'")
    sentence = await refusal(url(path))
    assert "newer version of this program" in sentence
    assert "9999" in sentence


async def test_a_place_where_no_file_can_be_is_explained(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "paperboy.db", tmp_path):
        sentence = await refusal(url(path))
        assert f"cannot open the database {path}" in sentence
        assert "writable" in sentence


async def test_without_migrating_nothing_is_created(tmp_path: Path):
    assert "no database" in await refusal(url(tmp_path / "paperboy.db"), migrate=False)
    (tmp_path / "empty.db").touch()
    assert "older schema" in await refusal(url(tmp_path / "empty.db"), migrate=False)
    assert (tmp_path / "empty.db").stat().st_size == 0


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


async def test_an_existing_database_is_copied_before_it_is_changed(
    tmp_path: Path, next_version: Path
):
    path = await made(tmp_path / "paperboy.db")
    assert names(tmp_path, "*backup*") == [], "a new database needs none"
    old = migrations.known_revisions()[-1]
    execute(path, "INSERT INTO users VALUES (1, 0)")
    add_migration(
        next_version, "op.create_table('extra', sa.Column('a', sa.Text), sqlite_strict=True)"
    )
    await made(path, next_version)

    assert "extra" in tables(path)
    backup = tmp_path / f"paperboy.db.backup-{old}"
    assert "extra" not in tables(backup)
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT id FROM users").fetchall() == [(1,)]


async def test_a_migration_that_fails_changes_nothing(tmp_path: Path, next_version: Path):
    path = await made(tmp_path / "paperboy.db")
    old = migrations.known_revisions()[-1]
    add_migration(
        next_version,
        "op.create_table('extra', sa.Column('a', sa.Text)); op.execute('INSERT INTO nowhere')",
    )
    assert "cannot open the database" in await refusal(url(path), history=next_version)
    assert "extra" not in tables(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(old,)]


async def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    tmp_path: Path, next_version: Path
):
    path = await made(tmp_path / "paperboy.db")
    execute(
        path,
        "INSERT INTO guilds (id, joined_at) VALUES (1, 0)",
        "INSERT INTO posts (guild_id, channel_id, batch_day, state, planned_at)"
        " VALUES (1, 2, '2026-03-04', 'done', 0)",
    )
    add_migration(
        next_version,
        "with op.batch_alter_table("
        "'guilds', recreate='always', table_kwargs={'sqlite_strict': True}) as b:"
        " b.add_column(sa.Column('name', sa.Text))",
    )
    database = await Database.open(url(path), history=next_version)
    async with database.read() as connection:
        posts = await connection.exec_driver_sql("SELECT channel_id FROM posts")
        assert posts.scalars().all() == [2]
        strict = await connection.run_sync(strict_tables)
    await database.close()
    assert all(strict.values())


async def test_a_migration_that_leaves_references_to_nothing_is_undone(
    tmp_path: Path, next_version: Path
):
    path = await made(tmp_path / "paperboy.db")
    execute(
        path,
        "INSERT INTO guilds (id, joined_at) VALUES (1, 0)",
        "INSERT INTO posts (guild_id, channel_id, batch_day, state, planned_at)"
        " VALUES (1, 2, '2026-03-04', 'done', 0)",
    )
    add_migration(next_version, "op.execute('DELETE FROM guilds')")
    refused = await refusal(url(path), history=next_version)
    assert "a row of posts would refer to nothing in guilds" in refused
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id FROM guilds").fetchall() == [(1,)]


async def test_a_sqlite_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    sentence = await refusal(url(tmp_path / "paperboy.db"))
    assert "SQLite 3.34.1" in sentence
    assert "3.37" in sentence
