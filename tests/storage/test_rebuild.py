"""Databases of earlier versions, whose free pages are given back by writing the file once more."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines import sqlite_file
from storage.tables import users
from tests.databases import put_empty
from tests.storage.shared import NOON, url

WORTH = 1_000_000
ROWS = 100_000


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database without auto_vacuum, most of which is free."""
    put_empty(tmp_path)
    path = tmp_path / "paperboy.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA auto_vacuum = NONE")
        connection.execute("VACUUM")
        at = int(NOON.timestamp() * 1e6)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO users VALUES (?, ?)", ((n, at) for n in range(ROWS)))
        connection.execute("DELETE FROM users WHERE id >= 10")
        connection.execute("COMMIT")
    return path


def size(path: Path) -> int:
    return path.stat().st_size


def people(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM users").fetchone()[0]


@pytest.mark.sqlite
async def test_an_old_file_that_is_mostly_free_shrinks_once_and_keeps_every_row(old: Path) -> None:
    before = size(old)
    database = await Database.open(url(old))
    assert await database.rebuild() == 0, "there is little to give back"
    assert size(old) == before
    freed = await database.rebuild(worth=WORTH)
    assert freed > before / 2
    assert size(old) == before - freed
    assert sqlite_file.waste(old) is None
    assert await database.rebuild(worth=WORTH) == 0
    await database.close()
    assert people(old) == 10
    assert sqlite_file.check(old, thorough=True) is None


async def test_a_new_database_has_nothing_to_give_back(database: Database) -> None:
    async with database.write() as conn:
        await conn.execute(users.insert().values(id=1, created_at=NOON))
    assert await database.rebuild(worth=0) == 0
    async with database.read() as conn:
        assert (await conn.scalars(select(users.c.id))).all() == [1]


@pytest.mark.sqlite
async def test_a_file_that_the_disk_has_no_room_to_write_again_stays_and_the_operator_reads_why(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = shutil.disk_usage(old.parent)._replace(free=1_000)

    def usage(_path: Path) -> object:
        return room

    database = await Database.open(url(old))
    monkeypatch.setattr("shutil.disk_usage", usage)
    with pytest.raises(DatabaseError, match="MB of disk"):
        await database.rebuild(worth=WORTH)
    assert sqlite_file.waste(old)
    await database.close()
    assert people(old) == 10
