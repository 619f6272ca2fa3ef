"""Backups of a database in a file: what may be wrong with the files."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from storage import backups, personal_data
from storage.backups import restore
from storage.database import Database
from storage.database_file import DatabaseError
from storage.tables import erasures
from tests.storage.shared import NOON, names
from tests.storage.test_backup import LATER, held, put

pytestmark = pytest.mark.sqlite


@pytest.fixture
async def backup(database: Database, tmp_path: Path) -> Path:
    """A backup that holds 1, of a database that has gone on to hold 1 and 2."""
    await put(database, 1)
    await database.backup(tmp_path / "backup.db")
    await put(database, 2)
    return tmp_path / "backup.db"


async def test_a_damaged_database_is_replaced_and_kept_with_its_log(
    database: Database, backup: Path
):
    await database.close()
    database.path.write_bytes(b"no database any more" * 500)
    log = database.path.with_name("paperboy.db-wal")
    log.write_bytes(b"its log")
    kept = (await restore(backup, database.path, now=LATER)).kept
    assert isinstance(kept, Path)
    assert kept.read_bytes().startswith(b"no database any more")
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"its log"
    assert held(database.path) == [1]


async def test_only_an_intact_backup_of_ours_is_restored(database: Database, tmp_path: Path):
    await put(database, 1)
    await database.close()
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\x00" + b"\xa5" * 8000)
    (tmp_path / "empty.db").touch()
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    for name, reason in {
        "broken.db": "is damaged",
        "empty.db": "holds nothing",
        "other.db": "another program",
        "missing.db": "no backup",
        database.path.name: "the database itself",
    }.items():
        with pytest.raises(DatabaseError, match=reason):
            await restore(tmp_path / name, database.path, now=LATER)
    assert held(database.path) == [1]


async def test_backups_of_both_forms_are_restored(database: Database, tmp_path: Path):
    await put(database, 1)
    await backups.write(database, tmp_path / "plain.db")
    await put(database, 2)
    done: list[int] = []
    await backups.write(database, tmp_path / "small.db.gz", done.append)
    assert sum(done) >= 100_000
    await put(database, 3)
    await database.close()
    for name, wanted in {"plain.db": [1], "small.db.gz": [1, 2]}.items():
        await restore(tmp_path / name, database.path, now=LATER)
        assert held(database.path) == wanted
    assert names(tmp_path, "*restoring*") == []


async def test_a_backup_of_an_earlier_version_counts_and_goes_when_it_is_old(
    database: Database, tmp_path: Path
):
    old = tmp_path / "paperboy-20250101T000000Z.db"
    await database.backup(old)
    await backups.make(database, tmp_path, keep=2, now=NOON)
    assert [each.path.suffix for each in backups.scheduled(tmp_path, "paperboy.db")] == [
        ".gz",
        ".db",
    ]
    await backups.make(database, tmp_path, keep=2, now=LATER)
    assert not old.exists()


async def test_a_compressed_backup_with_a_wrong_byte_is_refused_and_nothing_is_replaced(
    database: Database, tmp_path: Path
):
    await put(database, 1)
    made = tmp_path / "small.db.gz"
    await backups.write(database, made)
    await put(database, 2)
    await database.close()
    whole = bytearray(made.read_bytes())
    whole[-6] ^= 1  # of the checksum
    made.write_bytes(whole)
    with pytest.raises(DatabaseError, match="is damaged"):
        await restore(made, database.path, now=LATER)
    assert held(database.path) == [1, 2]
    assert names(tmp_path, "*restoring*") == []


async def test_a_backup_that_the_disk_has_no_room_for_is_not_unpacked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made = tmp_path / "small.db.gz"
    await backups.write(database, made)
    await database.close()
    room = shutil.disk_usage(tmp_path)._replace(free=1_000)

    def usage(_path: Path) -> object:
        return room

    monkeypatch.setattr("shutil.disk_usage", usage)
    with pytest.raises(DatabaseError, match="MB are needed"):
        await restore(made, database.path, now=LATER)


async def test_a_damaged_database_replaces_no_good_backup(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    directory = tmp_path / "backups"
    await backups.make(database, directory, keep=1, now=NOON)
    good = names(directory)

    def check(path: Path, *, thorough: bool) -> str:
        return "row 7 missing from index"

    monkeypatch.setattr("storage.engines.sqlite_file.check", check)
    with pytest.raises(DatabaseError, match="row 7 missing"):
        await backups.make(database, directory, keep=1, now=LATER)
    assert names(directory) == good


async def test_statistics_are_gathered_so_that_the_right_indexes_are_used(database: Database):
    async with database.write() as connection:
        rows = [{"salt": b"", "digest": b"", "erased_at": NOON}] * 1000
        await connection.execute(insert(erasures), rows)
        await personal_data.forget_erasures(connection, NOON)
    await database.optimize()
    async with database.read() as connection:
        known = await connection.exec_driver_sql("SELECT DISTINCT tbl FROM sqlite_stat1")
        assert "erasures" in set(known.scalars())
