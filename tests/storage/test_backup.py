"""Backups, of both engines: made while the bot goes on, kept for a while, put back."""

import asyncio
import gzip
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from storage import backups, feed_links, leases, library, packed, personal_data, processes
from storage.backups import Restored
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines import archives
from storage.server_backups import restore_at
from storage.tables import guilds, users
from tests.databases import new_in, url_in
from tests.looking import rows
from tests.storage.shared import NOON, names, url

HOUR = timedelta(hours=1)
LATER = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)


def members(where: str) -> list[int]:
    """Return the servers that a database has."""
    return [number for (number,) in rows(where, "SELECT id FROM guilds ORDER BY id")]


def held(path: Path) -> list[int]:
    """Return the servers that a backup has."""
    if path.suffix == ".gz":
        plain = path.with_suffix(".plain")
        plain.write_bytes(gzip.decompress(path.read_bytes()))
        return held(plain)
    if not path.read_bytes().startswith(archives.BEGINNING):
        return members(url(path))
    printed = subprocess.run(
        [str(shutil.which("pg_restore")), "--data-only", "--table=guilds", "--file=-", path],
        check=True,
        capture_output=True,
        text=True,
    )
    table = printed.stdout.partition("COPY public.guilds (id,")[2].splitlines()[1:]
    return sorted(int(row.split("\t")[0]) for row in table[: table.index("\\.")])


async def put(database: Database, number: int) -> None:
    async with database.write() as connection:
        await connection.execute(insert(guilds).values(id=number, joined_at=NOON))


@pytest.fixture(autouse=True)
def client(kept_in: str) -> None:
    if kept_in == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("PostgreSQL's client is not installed here")


@pytest.fixture
async def backup(database: Database, tmp_path: Path) -> Path:
    """A backup that holds 1, of a database that has gone on to hold 1 and 2."""
    await put(database, 1)
    await database.backup(tmp_path / "backup.db")
    await put(database, 2)
    return tmp_path / "backup.db"


async def put_back(backup: Path, folder: Path, now: datetime = LATER) -> Restored:
    return await restore_at(backup, url_in(folder), now=now, files=folder)


async def opened(folder: Path) -> Database:
    return await Database.open(url_in(folder), files=folder)


async def test_a_backup_is_one_whole_file_of_that_moment(backup: Path, tmp_path: Path):
    assert held(backup) == [1]
    assert names(tmp_path, "backup.db*") == ["backup.db"]


async def test_a_backup_is_readable_to_nobody_who_could_not_read_the_database(
    database: Database, tmp_path: Path
):
    if database.is_file:
        database.path.chmod(0o600)
    await database.backup(tmp_path / "backup.db")
    assert stat.S_IMODE((tmp_path / "backup.db").stat().st_mode) == 0o600


async def test_a_backup_never_replaces_a_file(database: Database, backup: Path):
    with pytest.raises(DatabaseError, match="exists already"):
        await database.backup(backup)
    assert held(backup) == [1]


async def test_a_backup_that_cannot_be_written_says_so(database: Database, tmp_path: Path):
    with pytest.raises(DatabaseError, match="cannot write the backup"):
        await database.backup(tmp_path / "nowhere" / "backup.db")


async def test_the_bot_goes_on_writing_during_a_backup(database: Database, tmp_path: Path):
    async def write() -> None:
        for number in range(200):
            await put(database, number)

    await asyncio.gather(write(), database.backup(tmp_path / "backup.db"))
    saved = held(tmp_path / "backup.db")
    assert saved == list(range(len(saved)))
    assert members(url_in(tmp_path)) == list(range(200))


async def test_a_restored_database_is_the_backup_and_the_previous_one_is_kept(
    database: Database, backup: Path, tmp_path: Path
):
    where = url_in(tmp_path)
    await database.close()
    kept = (await put_back(backup, tmp_path)).kept
    assert members(where) == [1]
    if isinstance(kept, Path):
        assert kept.name == "paperboy.db.replaced-20260305T060708Z"
        assert held(kept) == [1, 2]
    else:
        assert kept == "replaced_20260305t060708z"
        asked = f"SELECT id FROM {kept}.guilds ORDER BY id"  # noqa: S608 - our own name
        assert rows(where, asked) == [(1,), (2,)]

    reopened = await opened(tmp_path)
    await put(reopened, 3)
    await reopened.close()
    assert members(where) == [1, 3]
    assert held(backup) == [1]


async def test_restoring_waits_for_the_bot_to_be_stopped(
    database: Database, backup: Path, tmp_path: Path
):
    async with database.write() as conn:
        await conn.run_sync(leases.take, processes.current())
    with pytest.raises(DatabaseError, match="stop the bot"):
        await put_back(backup, tmp_path)
    assert members(url_in(tmp_path)) == [1, 2]
    await put(database, 3)
    assert names(backup.parent, "*restoring*") == []


async def test_a_backup_goes_where_nothing_is_left(backup: Path, tmp_path: Path):
    fresh = new_in(tmp_path, "fresh.db")
    assert (await restore_at(backup, fresh, now=LATER, files=tmp_path)).kept is None
    assert members(fresh) == [1]


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

    restored = await put_back(tmp_path / "backup.db", tmp_path)
    assert restored.erased == 2
    reopened = await opened(tmp_path)
    assert await people(reopened) == [1]

    # Who had come back by the time of a later backup stays.
    await person(reopened, 3, NOON + 2 * HOUR)
    await reopened.backup(tmp_path / "later.db")
    await reopened.close()
    assert (await put_back(tmp_path / "later.db", tmp_path, LATER + HOUR)).erased == 0
    again = await opened(tmp_path)
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
    await put_back(tmp_path / "backup.db", tmp_path)
    again = await opened(tmp_path)
    try:
        async with again.read() as conn:
            assert await feed_links.find(conn, kept) is not None
            assert await feed_links.find(conn, revoked) is None
    finally:
        await again.close()


async def test_restoring_leaves_no_search_index_of_the_previous_database(
    database: Database, backup: Path, tmp_path: Path
):
    await database.close()
    index = database.beside(".index")
    index.mkdir(exist_ok=True)
    (index / "meta.json").write_text("{}")
    await put_back(backup, tmp_path)
    assert not index.exists()


async def test_scheduled_backups_are_whole_and_the_newest_few_are_kept(
    database: Database, tmp_path: Path
):
    directory = tmp_path / "backups"
    for day in range(5):
        await put(database, day)
        made = await backups.make(database, directory, keep=3, now=NOON + day * 24 * HOUR)
        assert held(made.path) == list(range(day + 1))
        made.path.with_suffix(".plain").unlink(missing_ok=True)
    assert [backup.at for backup in backups.scheduled(directory, database.path.name)] == [
        NOON + day * 24 * HOUR for day in (4, 3, 2)
    ]
    assert len(names(directory)) == 3
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


async def test_a_scheduled_backup_takes_a_fraction_of_the_database_and_is_as_private(
    database: Database, tmp_path: Path
):
    if database.is_file:
        database.path.chmod(0o600)
    async with database.write() as conn:
        await conn.execute(insert(users), [{"id": n, "created_at": NOON} for n in range(20_000)])
    made = await backups.make(database, tmp_path / "backups", keep=3, now=NOON)
    assert made.path.suffix == (".gz" if database.is_file else ".dump")
    assert made.path.stat().st_size < await database.size() / 3
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert names(made.path.parent) == [made.path.name]


async def test_what_a_killed_backup_left_is_deleted_by_the_next(database: Database, tmp_path: Path):
    stem = database.path.stem
    unfinished = ("db.unfinished", "db.copy.unfinished", "db.gz.unfinished", "dump.unfinished")
    left = [f"{stem}-20260101T000000Z.{end}" for end in ("db.copy", *unfinished)]
    mine = [f"{stem}-before.db.copy", f"{stem}.db.copy"]
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
    stem = database.path.stem
    others = [f"{stem}-20200101.db", f"{stem}-before-upgrade.db", "other-20260101T000000Z.db"]
    for name in others:
        (tmp_path / name).write_text("mine")
    for day in range(3):
        await backups.make(database, tmp_path, keep=1, now=NOON + day * 24 * HOUR)
    assert set(others) <= set(names(tmp_path))
    assert len(backups.scheduled(tmp_path, database.path.name)) == 1


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


async def test_a_backup_that_was_cut_off_is_refused_and_nothing_is_replaced(
    database: Database, tmp_path: Path
):
    await put(database, 1)
    made = (await backups.make(database, tmp_path / "backups", keep=3, now=NOON)).path
    await put(database, 2)
    await database.close()
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatabaseError, match=f"{made} is damaged|cannot re(ad|store) .*{made}"):
        await put_back(made, tmp_path)
    assert members(url_in(tmp_path)) == [1, 2]
    assert names(tmp_path, "*restoring*") == []
