"""The file that vectors are mapped from at a start."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from storage import papers, tables, vectors
from storage.database import Database
from storage.search import SearchEngine, SearchRequest, VectorMatrix, VectorMemory
from storage.vectors import Embedded, Floats
from tests.storage.search.library import CountingEmbedder, fill
from tests.storage.shared import NOON, record

MODEL = "m@1"


def unit(count: int, seed: int = 1) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


async def embed(database: Database, numbers: Sequence[int], seed: int) -> int:
    """Put in papers and their vectors; return the newest revision."""
    ids = [f"2603.{n:05d}" for n in numbers]
    async with database.write() as conn:
        records = [record(paper_id, abstract=f"Text {seed}") for paper_id in ids]
        await papers.upsert(conn, records, now=NOON)
        known = await papers.get_many(conn, ids)
        rows = zip(known.values(), unit(len(ids), seed), strict=True)
        await vectors.put(
            conn, MODEL, [Embedded(e.paper.id, e.row, e.revision, v) for e, v in rows]
        )
        revision = await papers.latest_revision(conn)
        await vectors.put_embedded_up_to(conn, MODEL, revision)
        return revision


def memory(database: Database, *, model: str = MODEL, limit: int = 1_000) -> VectorMemory:
    file = database.path.with_name("vectors")
    return VectorMemory(database, file, model, 16, limit, compact_from=100)


async def numbers_of(matrix: VectorMatrix, database: Database) -> dict[str, Floats]:
    async with database.read() as conn:
        known = await papers.get_many(conn, [f"2603.{n:05d}" for n in range(300)])
    rows, found = matrix.of([entry.row for entry in known.values()])
    ids = {entry.row: paper_id for paper_id, entry in known.items()}
    return {ids[row]: vector for row, vector in zip(rows, found, strict=True)}


@pytest.fixture
async def kept(database: Database) -> Database:
    """Return a database with a file of 200 vectors, whose numbers are no longer in the database."""
    revision = await embed(database, range(200), 1)
    first = memory(database)
    await first.keep(await first.load(), revision)
    async with database.write() as conn:
        zeros = np.zeros(16, dtype=np.float16).tobytes()
        await conn.execute(update(tables.vectors).values(vector=zeros))
    return database


async def is_mapped(database: Database, tried: VectorMemory) -> bool:
    found = await numbers_of(await tried.load(), database)
    assert len(found) == 200
    return all(vector.any() for vector in found.values())


async def test_vectors_are_mapped_from_their_file_at_the_next_start(kept: Database) -> None:
    found = await numbers_of(await memory(kept).load(), kept)
    expected = unit(200, 1)
    assert np.allclose([found[f"2603.{n:05d}"] for n in range(200)], expected, atol=0.01)


async def test_what_came_or_changed_since_is_read_from_the_database(kept: Database) -> None:
    await embed(kept, [7, 250], 2)
    matrix = await memory(kept).load()
    found = await numbers_of(matrix, kept)
    assert len(found) == 201
    assert np.allclose([found["2603.00007"], found["2603.00250"]], unit(2, 2), atol=0.01)
    assert np.allclose(found["2603.00008"], unit(200, 1)[8], atol=0.01)


async def test_the_file_is_written_again_when_much_has_changed(kept: Database) -> None:
    file = kept.path.with_name("vectors")
    again = memory(kept)
    matrix = await again.load()
    for numbers, written in (([250], False), (range(251, 290), True)):
        before = file.stat().st_mtime_ns
        revision = await embed(kept, numbers, 3)
        async with kept.read() as conn:
            entries = await papers.get_many(conn, [f"2603.{n:05d}" for n in numbers])
        matrix.add([entry.row for entry in entries.values()], unit(len(entries), 3))
        again.changed += len(entries)
        await again.keep(matrix, revision)
        assert (file.stat().st_mtime_ns != before) is written
    for each in (matrix, await memory(kept).load()):
        assert len(await numbers_of(each, kept)) == 240


@pytest.mark.parametrize("harm", ["cut off", "no header", "another version", "gone", "another"])
async def test_a_file_that_is_damaged_or_of_other_papers_is_not_used(
    kept: Database, harm: str
) -> None:
    file = kept.path.with_name("vectors")
    assert await is_mapped(kept, memory(kept))
    content = file.read_bytes()
    header = json.loads(content[:65_536])
    match harm:
        case "cut off":
            file.write_bytes(content[:-1])
        case "no header":
            file.write_bytes(b"\xa5" * len(content))
        case "another version":
            header["version"] = 0
        case "gone":
            file.unlink()
        case _:
            header["newest"][3][1] = "2603.99999"
    if harm.startswith("another"):
        file.write_bytes(json.dumps(header).encode().ljust(65_536) + content[65_536:])
    assert not await is_mapped(kept, memory(kept))


async def test_a_file_of_another_setting_or_an_older_copy_of_the_database_is_not_used(
    kept: Database,
) -> None:
    assert not await is_mapped(kept, memory(kept, limit=999))
    async with kept.write() as conn:
        await vectors.put_embedded_up_to(conn, MODEL, 150)
    assert not await is_mapped(kept, memory(kept))
    assert len(await memory(kept, model="n@1").load()) == 0


async def test_beyond_the_limit_the_newest_papers_are_kept(database: Database) -> None:
    revision = await embed(database, range(200), 1)
    first = memory(database, limit=150)
    await first.keep(await first.load(), revision)
    await embed(database, range(200, 220), 2)
    found = await numbers_of(await memory(database, limit=150).load(), database)
    assert sorted(found) == [f"2603.{n:05d}" for n in range(70, 220)]


async def test_an_engine_keeps_its_vectors_in_the_index_and_maps_them_at_its_next_start(
    database: Database,
) -> None:
    await fill(database)
    found: list[list[str]] = []
    for _ in range(2):
        engine = await SearchEngine.open(database, embedder=CountingEmbedder(), compact_from=3)
        await engine.follow()
        while await engine.embed_next():
            pass
        answer = await engine.search(SearchRequest("pictures of noise"))
        assert answer.by_meaning
        found.append([hit.paper_id for hit in answer.hits])
        await engine.close()
        async with database.write() as conn:  # from the file alone they can be known
            zeros = np.zeros(64, dtype=np.float16).tobytes()
            await conn.execute(update(tables.vectors).values(vector=zeros))
    assert found[0] == found[1]
    assert (database.path.with_suffix(".index") / "paperboy-vectors").exists()


async def test_without_room_for_the_file_search_goes_on(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    revision = await embed(database, range(200), 1)
    nowhere = tmp_path / "missing" / "papers.vectors"
    first = VectorMemory(database, nowhere, MODEL, 16, 1_000, compact_from=100)
    matrix = await first.load()
    await first.keep(matrix, revision)
    assert "vectors not kept" in caplog.text
    assert len(await numbers_of(matrix, database)) == 200
