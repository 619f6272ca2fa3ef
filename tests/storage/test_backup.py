import asyncio
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from storage.database import Database, DatabaseError, restore
from storage.tables import guilds
from tests.storage.shared import NOON, names, url

LATER = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)


def members(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT id FROM guilds ORDER BY id")]


async def put(database: Database, number: int) -> None:
    async with database.write() as connection:
        await connection.execute(insert(guilds).values(id=number, joined_at=NOON))


@pytest.fixture
async def backup(database: Database, tmp_path: Path) -> Path:
    """A backup that holds 1, of a database that has gone on to hold 1 and 2."""
    await put(database, 1)
    await database.backup(tmp_path / "backup.db")
    await put(database, 2)
    return tmp_path / "backup.db"


async def test_a_backup_is_one_whole_file_of_that_moment(backup: Path, tmp_path: Path):
    assert members(backup) == [1]
    assert names(tmp_path, "backup.db*") == ["backup.db"]


async def test_a_backup_is_readable_to_nobody_who_could_not_read_the_database(
    database: Database, tmp_path: Path
):
    database.path.chmod(0o600)
    await database.backup(tmp_path / "backup.db")
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600


async def test_a_backup_never_replaces_a_file(database: Database, backup: Path):
    with pytest.raises(DatabaseError, match="exists already"):
        await database.backup(backup)
    assert members(backup) == [1]


async def test_a_backup_that_cannot_be_written_says_so(database: Database, tmp_path: Path):
    with pytest.raises(DatabaseError, match="cannot write the backup"):
        await database.backup(tmp_path / "nowhere" / "backup.db")


async def test_the_bot_goes_on_writing_during_a_backup(database: Database, tmp_path: Path):
    async def write() -> None:
        for number in range(200):
            await put(database, number)

    await asyncio.gather(write(), database.backup(tmp_path / "backup.db"))
    saved = members(tmp_path / "backup.db")
    assert saved == list(range(len(saved)))
    assert members(database.path) == list(range(200))


async def test_a_restored_database_is_the_backup_and_the_previous_one_is_kept(
    database: Database, backup: Path
):
    await database.close()
    kept = await restore(backup, database.path, now=LATER)
    assert kept is not None
    assert kept.name == "paperboy.db.replaced-20260305T060708Z"
    assert members(database.path) == [1]
    assert members(kept) == [1, 2]

    reopened = await Database.open(url(database.path))
    await put(reopened, 3)
    await reopened.close()
    assert members(database.path) == [1, 3]
    assert members(backup) == [1]


async def test_restoring_waits_for_the_bot_to_be_stopped(database: Database, backup: Path):
    with pytest.raises(DatabaseError, match="stop the bot"):
        await restore(backup, database.path, now=LATER)
    assert members(database.path) == [1, 2]
    await put(database, 3)
    assert names(backup.parent, "*restoring*") == []


async def test_a_backup_goes_where_nothing_is_left(backup: Path, tmp_path: Path):
    assert await restore(backup, tmp_path / "fresh.db", now=LATER) is None
    assert members(tmp_path / "fresh.db") == [1]


async def test_a_damaged_database_is_replaced_and_kept_with_its_log(
    database: Database, backup: Path
):
    await database.close()
    database.path.write_bytes(b"no database any more" * 500)
    log = database.path.with_name("paperboy.db-wal")
    log.write_bytes(b"its log")
    kept = await restore(backup, database.path, now=LATER)
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database any more")
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"its log"
    assert members(database.path) == [1]


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
    assert members(database.path) == [1]
