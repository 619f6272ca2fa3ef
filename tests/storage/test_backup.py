import asyncio
import gzip
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from storage import backups, feed_links, library, packed, personal_data
from storage.backups import restore
from storage.database import Database
from storage.database_file import DatabaseError
from storage.tables import erasures, guilds, users
from tests.storage.shared import NOON, names, url

pytestmark = pytest.mark.sqlite

HOUR = timedelta(hours=1)
LATER = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)


def members(path: Path) -> list[int]:
    if path.suffix == ".gz":
        plain = path.with_suffix(".plain")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        return members(plain)
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
    kept = (await restore(backup, database.path, now=LATER)).kept
    assert isinstance(kept, Path)
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
    assert (await restore(backup, tmp_path / "fresh.db", now=LATER)).kept is None
    assert members(tmp_path / "fresh.db") == [1]


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


async def person(database: Database, user_id: int, when: datetime) -> None:
    async with database.write() as connection:
        await connection.execute(insert(users).values(id=user_id, created_at=when))


async def people(database: Database) -> list[int]:
    async with database.read() as connection:
        return sorted((await connection.execute(select(users.c.id))).scalars())


async def test_who_erased_everything_since_the_backup_is_erased_again_by_restoring_it(
    database: Database, tmp_path: Path
):
    for user_id in (1, 2, 3):
        await person(database, user_id, NOON)
    await database.backup(tmp_path / "backup.db")
    async with database.write() as connection:
        await personal_data.erase(connection, 2, NOON + HOUR)
        await personal_data.erase(connection, 3, NOON + HOUR)
    await person(database, 3, NOON + 2 * HOUR)  # came back
    await database.close()

    restored = await restore(tmp_path / "backup.db", database.path, now=LATER)
    assert restored.erased == 2
    reopened = await Database.open(url(database.path))
    assert await people(reopened) == [1]

    # Who had come back by the time of a later backup stays.
    await person(reopened, 3, NOON + 2 * HOUR)
    await reopened.backup(tmp_path / "later.db")
    await reopened.close()
    assert (await restore(tmp_path / "later.db", database.path, now=LATER + HOUR)).erased == 0
    again = await Database.open(url(database.path))
    assert await people(again) == [1, 3]
    await again.close()


async def test_a_link_revoked_since_the_backup_stays_revoked_by_restoring_it(
    database: Database, tmp_path: Path
):
    async with database.write() as conn:
        mine = (await library.ensure(conn, 7, NOON))[0]
        target = feed_links.OfList(7, mine.id)
        kept, revoked = [await feed_links.create(conn, target, "a.example", NOON) for _ in "ab"]
    await database.backup(tmp_path / "backup.db")
    async with database.write() as conn:
        link = await feed_links.find(conn, revoked)
        assert link is not None
        await feed_links.revoke(conn, link.id)
    await database.close()
    await restore(tmp_path / "backup.db", database.path, now=LATER)
    again = await Database.open(url(database.path))
    try:
        async with again.read() as conn:
            assert await feed_links.find(conn, kept) is not None
            assert await feed_links.find(conn, revoked) is None
    finally:
        await again.close()


async def test_restoring_leaves_no_search_index_of_the_previous_database(
    database: Database, backup: Path
):
    await database.close()
    index = database.path.with_suffix(".index")
    index.mkdir(exist_ok=True)
    (index / "meta.json").write_text("{}")
    await restore(backup, database.path, now=LATER)
    assert not index.exists()


async def test_scheduled_backups_are_whole_and_the_newest_few_are_kept(
    database: Database, tmp_path: Path
):
    directory = tmp_path / "backups"
    for day in range(5):
        await put(database, day)
        made = await backups.make(database, directory, keep=3, now=NOON + day * 24 * HOUR)
        assert members(made.path) == list(range(day + 1))
        made.path.with_suffix(".plain").unlink()
    assert [backup.at for backup in backups.scheduled(directory, "paperboy.db")] == [
        NOON + day * 24 * HOUR for day in (4, 3, 2)
    ]
    assert len(names(directory)) == 3
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


async def test_a_scheduled_backup_takes_a_fraction_of_the_database_and_is_as_private(
    database: Database, tmp_path: Path
):
    database.path.chmod(0o600)
    async with database.write() as conn:
        await conn.execute(insert(users), [{"id": n, "created_at": NOON} for n in range(20_000)])
    made = await backups.make(database, tmp_path / "backups", keep=3, now=NOON)
    assert made.path.suffix == ".gz"
    assert made.path.stat().st_size < database.path.stat().st_size / 3
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert names(made.path.parent) == [made.path.name]


async def test_backups_of_both_forms_are_restored(database: Database, tmp_path: Path):
    await put(database, 1)
    await backups.write(database, tmp_path / "plain.db")
    await put(database, 2)
    done: list[int] = []
    await backups.write(database, tmp_path / "small.db.gz", done.append)
    assert sum(done) >= 100_000
    await put(database, 3)
    await database.close()
    for name, held in {"plain.db": [1], "small.db.gz": [1, 2]}.items():
        await restore(tmp_path / name, database.path, now=LATER)
        assert members(database.path) == held
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


@pytest.mark.parametrize("damage", ["cut off", "one byte"])
async def test_a_damaged_compressed_backup_is_refused_and_nothing_is_replaced(
    database: Database, tmp_path: Path, damage: str
):
    await put(database, 1)
    made = tmp_path / "small.db.gz"
    await backups.write(database, made)
    await put(database, 2)
    await database.close()
    whole = bytearray(made.read_bytes())
    whole[-6] ^= 1  # of the checksum
    made.write_bytes(whole[: len(whole) // 2] if damage == "cut off" else whole)
    with pytest.raises(DatabaseError, match="is damaged"):
        await restore(made, database.path, now=LATER)
    assert members(database.path) == [1, 2]
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


async def test_what_a_killed_backup_left_is_deleted_by_the_next(database: Database, tmp_path: Path):
    left = [
        f"paperboy-20260101T000000Z.{end}"
        for end in ("db.unfinished", "db.copy", "db.copy.unfinished", "db.gz.unfinished")
    ]
    mine = ["paperboy-before.db.copy", "paperboy.db.copy"]
    for name in (*left, *mine):
        (tmp_path / name).write_text("half")
    await backups.make(database, tmp_path, keep=1, now=NOON)
    assert not set(left) & set(names(tmp_path))
    assert set(mine) <= set(names(tmp_path))


async def test_a_cancelled_compression_ends_soon_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "large").write_bytes(os.urandom(30_000_000))
    task = asyncio.create_task(packed.pack(tmp_path / "large", tmp_path / "large.gz"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(100):
        if names(tmp_path) == ["large"]:
            break
        await asyncio.sleep(0.05)
    assert names(tmp_path) == ["large"]


async def test_only_scheduled_backups_are_ever_deleted(database: Database, tmp_path: Path):
    others = ["paperboy-20200101.db", "paperboy-before-upgrade.db", "other-20260101T000000Z.db"]
    for name in others:
        (tmp_path / name).write_text("mine")
    for day in range(3):
        await backups.make(database, tmp_path, keep=1, now=NOON + day * 24 * HOUR)
    assert set(others) <= set(names(tmp_path))
    assert len(backups.scheduled(tmp_path, "paperboy.db")) == 1


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


async def test_a_backup_that_the_disk_has_no_room_for_is_not_begun(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    full = shutil.disk_usage(tmp_path)._replace(free=1_000)

    def usage(_path: Path) -> object:
        return full

    monkeypatch.setattr("shutil.disk_usage", usage)
    with pytest.raises(DatabaseError, match="MB are needed"):
        await backups.make(database, tmp_path / "backups", keep=1, now=NOON)
    assert names(tmp_path / "backups") == []


async def test_statistics_are_gathered_so_that_the_right_indexes_are_used(database: Database):
    async with database.write() as connection:
        rows = [{"salt": b"", "digest": b"", "erased_at": NOON}] * 1000
        await connection.execute(insert(erasures), rows)
        await personal_data.forget_erasures(connection, NOON)
    await database.optimize()
    async with database.read() as connection:
        known = await connection.exec_driver_sql("SELECT DISTINCT tbl FROM sqlite_stat1")
        assert "erasures" in set(known.scalars())
