"""Backups of a database on a PostgreSQL server, put back."""

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, make_url, select, text, update

from storage import (
    backups,
    feed_links,
    leases,
    library,
    personal_data,
    processes,
    restores,
    server_backups,
)
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines import client
from storage.tables import leases as lease_rows
from storage.tables import metadata, papers, search_sessions, users
from tests.postgresql import server
from tests.storage.filled import fill
from tests.storage.shared import NOON, url

LATER = NOON + timedelta(days=2)


@pytest.fixture
def where(tmp_path: Path) -> str:
    found = server()
    if isinstance(found, str):
        pytest.skip(found)
    if shutil.which("pg_dump") is None:
        pytest.skip("PostgreSQL's client is not installed here")
    return found.empty(tmp_path / "backed-up")


@pytest.fixture
async def database(where: str, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(where, files=tmp_path)
    yield opened
    await opened.close()


async def contents(database: Database) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    async with database.read() as conn:
        for table in metadata.sorted_tables:
            if table is not lease_rows:
                rows = await conn.execute(select(table).order_by(*table.primary_key))
                found[table.name] = [tuple(row) for row in rows]
    return found


async def backed_up(database: Database, folder: Path) -> Path:
    return (await backups.make(database, folder / "backups", keep=2, now=NOON)).path


async def test_a_backup_is_put_back_and_what_was_there_is_kept(
    database: Database, where: str, tmp_path: Path
) -> None:
    await fill(database)
    before = await contents(database)
    backup = await backed_up(database, tmp_path)
    assert backup.suffix == ".dump"
    async with database.write() as conn:
        await conn.execute(delete(search_sessions))
        await conn.execute(update(papers).values(title="changed"))
    changed = await contents(database)
    await database.close()
    (tmp_path / database.beside(".index")).mkdir()
    restored = await server_backups.restore_at(backup, where, now=LATER, files=tmp_path)
    assert restored.erased == 0
    assert not database.beside(".index").exists()
    again = await Database.open(where, files=tmp_path)
    try:
        found = await contents(again)
        marks = found.pop("watermarks")
        assert [row for row in marks if not row[0].startswith("restored")] == before["watermarks"]
        del found["followed_papers"]
        assert found == {name: before[name] for name in found}
        async with again.write() as conn:
            mark = await restores.newest(conn, LATER)
            assert mark is not None
            assert mark.at == LATER
            statement = text(f"SELECT title FROM {restored.kept}.papers")  # noqa: S608
            assert set(await conn.scalars(statement)) == {"changed"}
            values = dict(zip(search_sessions.c.keys(), before["search_sessions"][-1], strict=True))
            number = values.pop("id")
            added = await conn.execute(insert(search_sessions).values(values))
            assert added.inserted_primary_key == (number + 1,)
        assert changed["papers"] != found["papers"]
    finally:
        await again.close()


async def test_who_erased_everything_since_is_erased_again_and_links_stay_revoked(
    database: Database, where: str, tmp_path: Path
) -> None:
    async with database.write() as conn:
        for user_id in (1, 2):
            await conn.execute(insert(users).values(id=user_id, created_at=NOON))
        mine = (await library.ensure(conn, 2, NOON))[0]
        target = feed_links.OfList(2, mine.id)
        kept, revoked = [await feed_links.create(conn, target, "a.example", NOON) for _ in "ab"]
    backup = await backed_up(database, tmp_path)
    async with database.write() as conn:
        await personal_data.erase(conn, 1, NOON + timedelta(hours=1))
        link = await feed_links.find(conn, revoked)
        assert link is not None
        await feed_links.revoke(conn, link.id)
    restored = await server_backups.restore_at(backup, where, now=LATER, files=tmp_path)
    assert restored.erased == 1
    async with database.read() as conn:
        assert (await conn.scalars(select(users.c.id))).all() == [2]
        assert await feed_links.find(conn, kept) is not None
        assert await feed_links.find(conn, revoked) is None


async def test_a_second_restore_and_backup_leave_what_is_kept_alone(
    database: Database, where: str, tmp_path: Path
) -> None:
    backup = await backed_up(database, tmp_path)
    kept: set[object] = set()
    for now in (LATER, LATER + timedelta(days=1)):
        kept.add((await server_backups.restore_at(backup, where, now=now, files=tmp_path)).kept)
    assert len(kept) == 2
    again = tmp_path / "again.dump"
    await backups.write(database, again)
    listed = await client.run("list", client.program("pg_restore", "list"), "--list", str(again))
    assert "papers" in listed
    assert "replaced_" not in listed


async def test_nothing_changes_where_a_backup_cannot_be_put_back(
    database: Database, where: str, tmp_path: Path
) -> None:
    await fill(database)
    backup = await backed_up(database, tmp_path)
    whole = backup.read_bytes()
    (tmp_path / "cut.dump").write_bytes(whole[:-2000])
    (tmp_path / "other.db").write_bytes(b"SQLite format 3\0")
    async with database.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await backups.write(database, tmp_path / "newer.dump")
    async with database.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    before = await contents(database)
    cases = {
        "cut.dump": "cannot restore .*cut.dump",
        "other.db": "is no archive of pg_dump, .* restore a backup of SQLite to a file",
        "newer.dump": "holds a newer schema than this program knows",
        "none.dump": "there is no backup at",
    }
    for name, expected in cases.items():
        with pytest.raises(DatabaseError, match=expected):
            await server_backups.restore_at(tmp_path / name, where, now=LATER, files=tmp_path)
    assert await contents(database) == before
    with pytest.raises(DatabaseError, match="is a backup of PostgreSQL, but DATABASE_URL names a"):
        await server_backups.restore_at(backup, url(tmp_path / "file.db"), now=LATER)
    async with database.write() as conn:
        await conn.run_sync(leases.take, processes.current())
    with pytest.raises(DatabaseError, match=r"in use by process \d+ .*; stop the bot"):
        await server_backups.restore_at(backup, where, now=LATER, files=tmp_path)
    assert await contents(database) == before


async def test_the_programs_get_what_the_url_says_and_no_password() -> None:
    given = make_url(
        "postgresql+asyncpg://ada:se:cr\\et@db.example:5433/papers?ssl=verify-full&timeout=3"
    )
    async with client.connection(given) as where:
        assert where.startswith("postgresql://ada@db.example:5433/papers?")
        found = make_url(where)
        assert found.query["sslmode"] == "verify-full"
        assert set(found.query) == {"sslmode", "passfile"}
        assert "secret" not in where and found.password is None
        file = str(found.query["passfile"])
        assert open_file(file) == ("*:*:*:*:se\\:cr\\\\et\n", 0o600)
    with pytest.raises(FileNotFoundError):
        open_file(file)
    socket = make_url("postgresql+asyncpg://ada@/papers?host=/run/postgresql")
    async with client.connection(socket) as where:
        assert dict(make_url(where).query) == {"host": "/run/postgresql"}
    several = make_url("postgresql+asyncpg://ada@/papers?host=one:1&host=two:2")
    async with client.connection(several) as where:
        assert dict(make_url(where).query) == {"host": "one,two", "port": "1,2"}


def open_file(name: str) -> tuple[str, int]:
    return Path(name).read_text(), Path(name).stat().st_mode & 0o777


async def test_an_archive_is_put_back_by_a_newer_client_than_the_server(
    database: Database, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pg_restore` sets from version 17 on what servers before 17 do not know."""
    await fill(database)
    before = await contents(database)
    backup = await backed_up(database, tmp_path)
    await database.close()
    newer = tmp_path / "programs" / "pg_restore"
    newer.parent.mkdir()
    newer.write_text(
        "#!/bin/sh\necho 'SET lock_timeout = 0;'\necho 'SET transaction_timeout = 0;'\n"
        f'exec {shutil.which("pg_restore")} "$@"\n'
    )
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{newer.parent}:{os.environ['PATH']}")
    await server_backups.restore_at(backup, where, now=LATER, files=tmp_path)
    again = await Database.open(where, files=tmp_path)
    found = await contents(again)
    await again.close()
    assert found["papers"] == before["papers"] != []
