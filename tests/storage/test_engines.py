"""What SQLite and PostgreSQL do alike, and how their schemas are kept alike."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from papers.model import Paper, Record
from storage import incidents, leases, papers, processes, trends, watermarks
from storage.database import Database
from storage.database_file import DatabaseError
from storage.engines.statements import delete_some, folded, place
from storage.tables import metadata, users
from storage.tables import papers as rows
from storage.tables import watermarks as marks
from tests.databases import open_empty
from tests.storage.shared import NOON, record

pytestmark = pytest.mark.engines

LARGEST = 2**63 - 1


async def test_ids_and_moments_of_64_bits_are_kept(database: Database) -> None:
    far = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    async with database.write() as conn:
        await conn.execute(insert(users).values(id=LARGEST, created_at=far))
    async with database.read() as conn:
        assert (await conn.execute(select(users))).one() == (LARGEST, far)


async def test_a_paper_that_changes_takes_no_new_number(database: Database) -> None:
    for votes in range(5):
        async with database.write() as conn:
            await papers.upsert(conn, [record("2603.00001", votes)], now=NOON)
    async with database.write() as conn:
        await papers.upsert(conn, [record("2603.00002")], now=NOON)
        numbers = await conn.scalars(select(rows.c.row).order_by(rows.c.row))
        assert list(numbers) == [1, 2]


async def test_texts_are_sorted_by_their_code_points(database: Database) -> None:
    async with database.write() as conn:
        for name in ("b", "B", "a", "é", "_"):
            await watermarks.put(conn, name, 1)
    async with database.read() as conn:
        names = (await conn.scalars(select(marks.c.name).order_by(marks.c.name))).all()
    assert names == ["B", "_", "a", "b", "é"]


async def test_a_reader_cannot_write_and_sees_one_state(database: Database) -> None:
    async with database.read() as conn:
        before = await conn.scalar(select(func.count()).select_from(marks))
        async with database.write() as other:
            await watermarks.put(other, "new", 1)
        assert await conn.scalar(select(func.count()).select_from(marks)) == before
        with pytest.raises(DBAPIError):
            await watermarks.put(conn, "other", 1)


async def test_two_writers_of_two_processes_take_turns(
    database: Database, tmp_path: Path, kept_in: str
) -> None:
    other = await open_empty(tmp_path)

    async def count(writer: Database) -> None:
        for _ in range(10):
            async with writer.write() as conn:
                known = await watermarks.get(conn, "counted")
                await asyncio.sleep(0)
                await watermarks.put(conn, "counted", known + 1)

    try:
        await asyncio.gather(count(database), count(other))
        async with database.read() as conn:
            assert await watermarks.get(conn, "counted") == 20
    finally:
        await other.close()


async def test_an_incident_may_come_again_when_it_is_over(database: Database) -> None:
    async with database.write() as conn:
        for ended in (NOON, None):
            await conn.execute(
                insert(metadata.tables["incidents"]).values(
                    kind="disk", subject="", text="", began_at=NOON, seen_at=NOON, ended_at=ended
                )
            )
        assert len(await incidents.current(conn)) == 1


async def test_some_rows_are_deleted_the_oldest_first(database: Database) -> None:
    async with database.write() as conn:
        for number in range(5):
            await watermarks.put(conn, f"n{number}", number)
        gone = await delete_some(
            conn, marks, marks.c.name.startswith("n"), first=marks.c.value, most=2
        )
        left = (await conn.scalars(select(marks.c.value).order_by(marks.c.value))).all()
    assert (gone, left) == (2, [2, 3, 4])


async def test_what_the_engines_write_differently_says_the_same(database: Database) -> None:
    paper = record("2506.00001").paper
    changed = Paper(
        paper.id,
        "A Title",
        abstract="x",
        doi="10.1234/AbC",
        keywords=("one", "Two"),
        authors=paper.authors,
        published_at=datetime(2025, 1, 31, 23, 59, tzinfo=UTC),
    )
    second = Paper("2506.00002", "B", abstract="x", keywords=("ONE",), published_at=NOON)
    third = Paper("2506.00003", "C", abstract="x", keywords=("one",), published_at=NOON)
    async with database.write() as conn:
        await papers.upsert(conn, [Record(each) for each in (changed, second, third)], now=NOON)
        assert await papers.by_doi(conn, ["10.1234/abc"]) == {"10.1234/abc": paper.id}
        found = await papers.first_authors(conn, [paper.id], 1)
        assert found.get(paper.id, []) == [each.name for each in paper.authors[:1]]
        long_ago = NOON - timedelta(days=400)
        assert await trends.keywords(conn, long_ago) == [(f"{NOON:%Y-%m}", "one", 2)]
        positions = select(place(rows.c.title, "Title"), folded(rows.c.title) == "a title")
        (found,) = await conn.execute(positions.where(rows.c.id == paper.id))
        assert tuple(found) == (3, True)


async def test_one_process_has_the_lease(database: Database) -> None:
    async with database.write() as conn:
        held = await conn.run_sync(leases.take, processes.current())
        assert held.valid
        await conn.run_sync(leases.end, held)
        again = await conn.run_sync(leases.take, processes.current())
        assert again.epoch == held.epoch + 1


async def test_backups_of_both_can_be_read(
    database: Database, tmp_path: Path, kept_in: str
) -> None:
    if kept_in == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed here")
    target = tmp_path / "copy"
    await database.backup(target)
    assert target.read_bytes()[:5] == (b"PGDMP" if kept_in == "postgresql" else b"SQLit")
    with pytest.raises(DatabaseError, match="exists already"):
        await database.backup(target)
    assert await database.damage() is None
    assert await database.size() > 0
