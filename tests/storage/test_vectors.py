from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import papers, vectors
from storage.database import Database
from storage.search import VectorMatrix
from storage.vectors import Embedded
from tests.storage.shared import NOON, record

COMPACT = 4_000


def unit(count: int, dimensions: int = 16, seed: int = 1) -> np.ndarray[Any, np.dtype[np.float32]]:
    rows = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_a_search_is_exact_and_knows_each_row() -> None:
    rows = unit(3_000)
    matrix = VectorMatrix(16, 10_000)
    matrix.add(range(100, 3_100), rows)
    found, cosines = matrix.cosines(rows[7])
    assert found[int(np.argmax(cosines))] == 107
    assert np.allclose(cosines, rows @ rows[7], atol=1e-5)


def test_a_changed_paper_takes_its_own_place() -> None:
    rows = unit(4)
    matrix = VectorMatrix(16, 100)
    matrix.add([1, 2, 3], rows[:3])
    matrix.add([2], rows[3:])
    known, found = matrix.of([2, 9, 1])
    assert known == [2, 1]
    assert np.allclose(found, rows[[3, 0]])
    assert len(matrix) == 3


def test_beyond_the_limit_the_oldest_paper_gives_way() -> None:
    rows = unit(5)
    matrix = VectorMatrix(16, 3)
    matrix.add([10, 11, 12], rows[:3])
    matrix.add([13, 9], rows[3:])
    known, _ = matrix.of([9, 10, 11, 12, 13])
    assert known == [11, 12, 13]


def test_many_vectors_are_kept_compactly_and_found_all_the_same() -> None:
    count = COMPACT + 10
    rows = unit(count)
    plain = VectorMatrix(16, 10 * count, compact_from=COMPACT)
    plain.add(range(100), rows[:100])
    compact = VectorMatrix(16, 10 * count, expected=count, compact_from=COMPACT)
    compact.add(range(count), rows)
    assert compact.bytes < count * 16 * 4
    _, cosines = compact.cosines(rows[0])
    exact = rows @ rows[0]
    assert float(np.abs(cosines - exact).max()) < 0.02
    nearest = set(np.argsort(-exact)[:20].tolist())
    assert len(nearest & set(np.argsort(-cosines)[:20].tolist())) >= 19


def test_a_matrix_that_grows_becomes_compact_on_the_way() -> None:
    rows = unit(COMPACT + 5)
    matrix = VectorMatrix(16, 1_000_000, compact_from=COMPACT)
    for start in range(0, len(rows), 500):
        matrix.add(range(start, min(start + 500, len(rows))), rows[start : start + 500])
    found, cosines = matrix.cosines(rows[-1])
    assert found[int(np.argmax(cosines))] == len(rows) - 1
    assert matrix.bytes < len(rows) * 16 * 4


def test_of_many_vectors_the_nearest_are_found_by_their_signs_first() -> None:
    centres = unit(200, 384, seed=3)
    noise = np.random.default_rng(2).normal(0, 0.03, (12_000, 384)).astype(np.float32)
    rows = centres[np.arange(12_000) % 200] + noise
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    exact = VectorMatrix(384, 20_000, expected=12_000, compact_from=COMPACT)
    quick = VectorMatrix(384, 20_000, compact_from=COMPACT, signs_from=6_000)
    for start in range(0, 12_000, 3_000):
        part = rows[start : start + 3_000]
        exact.add(range(start, start + 3_000), part)
        quick.add(range(start, start + 3_000), part)
    for query in (*rows[5:8], *centres[:3]):
        found = quick.nearest(query, 20)
        assert found[:3] == exact.nearest(query, 20)[:3]
        assert len(set(found) & set(exact.nearest(query, 20))) >= 18
        assert len(found) == 20


def test_where_few_are_there_signs_leave_none_out() -> None:
    rows = unit(50)
    matrix = VectorMatrix(16, 100, signs_from=1)
    matrix.add(range(50), rows)
    assert sorted(matrix.nearest(rows[0], 50)) == list(range(50))
    assert matrix.nearest(rows[7], 1) == [7]


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=8, unique=True), max_size=12))
def test_the_newest_papers_are_kept_whatever_order_they_come_in(batches: list[list[int]]) -> None:
    rows = unit(31)
    matrix = VectorMatrix(16, 10, signs_from=8)
    kept: set[int] = set()
    for batch in batches:
        matrix.add(batch, rows[batch])
        kept = set(sorted(kept | set(batch))[-10:])
        known, found = matrix.of(range(31))
        assert set(known) == kept
        assert np.allclose(found, rows[known])
        assert set(matrix.nearest(rows[0], 10)) == kept


@pytest.fixture
async def three(database: Database) -> Database:
    async with database.write() as conn:
        await papers.upsert(conn, [record(f"2603.0000{n}") for n in (1, 2, 3)], now=NOON)
    return database


async def keep(database: Database, model: str, ids: list[str]) -> None:
    async with database.write() as conn:
        known = await papers.get_many(conn, ids)
        rows = unit(len(ids), 4)
        await vectors.put(
            conn,
            model,
            [
                Embedded(entry.paper.id, entry.row, entry.revision, row)
                for entry, row in zip(known.values(), rows, strict=True)
            ],
        )


async def lacking(database: Database, model: str) -> list[str]:
    async with database.read() as conn:
        found = await vectors.missing(conn, model, 10, above=0, upto=100)
        return [entry.paper.id for entry in found]


async def test_papers_lack_a_vector_until_they_have_one_newest_first(three: Database) -> None:
    assert await lacking(three, "m@1") == ["2603.00003", "2603.00002", "2603.00001"]
    await keep(three, "m@1", ["2603.00002"])
    assert await lacking(three, "m@1") == ["2603.00003", "2603.00001"]


async def test_a_changed_text_is_embedded_again(three: Database) -> None:
    await keep(three, "m@1", ["2603.00001", "2603.00002", "2603.00003"])
    async with three.write() as conn:
        later = datetime(2026, 3, 5, tzinfo=NOON.tzinfo)
        await papers.upsert(conn, [record("2603.00002", abstract="Something else.")], now=later)
    assert await lacking(three, "m@1") == ["2603.00002"]


async def test_another_model_starts_anew_and_the_old_one_can_be_dropped(three: Database) -> None:
    ids = ["2603.00001", "2603.00002", "2603.00003"]
    await keep(three, "m@1", ids)
    assert len(await lacking(three, "m@2")) == 3
    await keep(three, "m@1+beginning", ids[:1])
    await keep(three, "m@2", ids)
    await keep(three, "m@2+beginning", ids[:2])
    async with three.write() as conn:
        forgotten = [await vectors.forget_other_models(conn, "m@2", most=3) for _ in range(3)]
        assert forgotten == [3, 1, 0]
        assert await vectors.count(conn, "m@1") == 0
        assert await vectors.count(conn, "m@2") == 3
        assert await vectors.count(conn, "m@2+beginning") == 2


async def test_vectors_come_back_with_their_rows_the_newest_first(three: Database) -> None:
    await keep(three, "m@1", ["2603.00001", "2603.00002", "2603.00003"])
    found: list[int] = []
    async with three.read() as conn:
        async for rows, numbers in vectors.newest(conn, "m@1", 4, 2):
            found += rows
            assert np.allclose(np.linalg.norm(numbers, axis=1), 1, atol=1e-2)
    assert found == [3, 2]


async def test_vectors_for_matching_are_dropped_a_month_after_a_paper_came(
    database: Database,
) -> None:
    new = [f"2603.{n:05d}" for n in range(6)]
    old = [f"2601.{n:05d}" for n in range(5)]
    for ids, at in ((new, NOON), (old, NOON - timedelta(days=31))):
        async with database.write() as conn:
            await papers.upsert(conn, [record(paper_id) for paper_id in ids], now=at)
    for model in ("m@1+beginning", "m@1", "n@1+beginning"):
        await keep(database, model, [*old[:2], *new[:3], *old[2:], *new[3:]])
    looked = 0
    async with database.write() as conn:
        while some := await vectors.forget_beginnings(conn, NOON, most=4):
            looked += some
        kept = {model: await vectors.count(conn, model) for model in ("m@1+beginning", "m@1")}
        kept["n@1+beginning"] = await vectors.count(conn, "n@1+beginning")
        remain = await vectors.missing(conn, "m@1+beginning", 20, above=0, upto=100)
    assert kept == {"m@1+beginning": 6, "m@1": 11, "n@1+beginning": 6}
    assert {entry.paper.id for entry in remain} == set(old)
    assert looked == 20  # of 22 of the two models, the last two without a whole round
