from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from papers.model import Announcement, Batch, Record
from storage import batches, papers
from storage.batches import BatchRow, BatchState
from storage.database import Database
from storage.papers import UpsertReport
from tests.storage.shared import NOON, paper, record

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
FIRST, SECOND, THIRD = "2603.00001", "2603.00002", "2603.00003"
LATER = NOON + timedelta(hours=2)


async def put(
    database: Database,
    day: date,
    *ids: str,
    source: str = "votes",
    broken: int = 0,
    now: datetime = NOON,
) -> UpsertReport:
    batch = Batch(day, tuple(record(paper_id) for paper_id in ids), broken)
    async with database.write() as connection:
        return await batches.record(connection, batch, source, now=now)


async def listed(
    database: Database, *days: date, sources: Collection[str] | None = None
) -> list[tuple[date, str]]:
    async with database.read() as connection:
        entries = await batches.papers(connection, days, sources=sources)
    return [(entry.day, entry.paper.paper.id) for entry in entries]


async def state(
    database: Database, day: date, sources: Collection[str] | None = None
) -> BatchState | None:
    async with database.read() as connection:
        return await batches.state(connection, day, sources=sources)


async def test_a_batch_comes_back_in_the_order_of_its_source(database: Database):
    await put(database, MONDAY, THIRD, FIRST, SECOND)
    assert await listed(database, MONDAY) == [(MONDAY, THIRD), (MONDAY, FIRST), (MONDAY, SECOND)]
    assert await state(database, MONDAY) is BatchState.COMPLETE


async def test_reading_a_batch_twice_changes_nothing(database: Database):
    assert await put(database, MONDAY, FIRST, SECOND) == UpsertReport(new=2)
    before = await listed(database, MONDAY)
    assert await put(database, MONDAY, FIRST, SECOND) == UpsertReport(unchanged=2)
    assert await listed(database, MONDAY) == before


async def test_late_additions_are_added_and_the_newest_order_counts(database: Database):
    await put(database, MONDAY, FIRST, SECOND)
    await put(database, MONDAY, THIRD, SECOND, now=LATER)
    assert [paper_id for _, paper_id in await listed(database, MONDAY)] == [THIRD, SECOND, FIRST]
    async with database.read() as connection:
        assert await batches.rows(connection, MONDAY, MONDAY) == [
            BatchRow(MONDAY, "votes", BatchState.COMPLETE, 3, 0, LATER)
        ]


async def test_a_paper_in_two_batches_is_one_paper(database: Database):
    await put(database, MONDAY, FIRST)
    assert await put(database, TUESDAY, FIRST) == UpsertReport(unchanged=1)
    assert await listed(database, MONDAY, TUESDAY) == [(MONDAY, FIRST), (TUESDAY, FIRST)]
    async with database.read() as connection:
        assert await papers.count(connection) == 1


async def test_an_empty_day_is_known_to_be_empty(database: Database):
    assert await state(database, MONDAY) is None
    await put(database, MONDAY)
    assert await state(database, MONDAY) is BatchState.EMPTY


async def test_a_day_that_filled_up_is_complete_and_never_empty_again(database: Database):
    await put(database, MONDAY)
    await put(database, MONDAY, FIRST)
    await put(database, MONDAY)
    assert await state(database, MONDAY) is BatchState.COMPLETE
    assert await listed(database, MONDAY) == [(MONDAY, FIRST)]


async def test_an_answer_that_could_not_be_read_is_not_an_empty_day(database: Database):
    await put(database, MONDAY, broken=30)
    assert await state(database, MONDAY) is None


async def test_unreadable_records_are_counted_beside_the_good_ones(database: Database):
    await put(database, MONDAY, FIRST, broken=2)
    async with database.read() as connection:
        (row,) = await batches.rows(connection, MONDAY, TUESDAY)
    assert (row.papers, row.broken) == (1, 2)


async def test_a_listing_does_not_stand_in_for_the_voted_batch(database: Database):
    await put(database, MONDAY, FIRST)
    await put(database, TUESDAY, SECOND, source="listing")
    assert await state(database, TUESDAY, ["votes"]) is None
    assert await state(database, TUESDAY) is BatchState.COMPLETE
    assert await listed(database, MONDAY, TUESDAY, sources=["votes"]) == [(MONDAY, FIRST)]
    async with database.read() as connection:
        assert await batches.newest_complete(connection, TUESDAY, sources=["votes"]) == MONDAY
        assert await batches.newest_complete(connection, TUESDAY) == TUESDAY


async def test_the_newest_batch_is_the_last_that_has_papers_up_to_a_day(database: Database):
    async with database.read() as connection:
        assert await batches.newest_complete(connection, TUESDAY) is None
    await put(database, MONDAY, FIRST)
    await put(database, TUESDAY)
    async with database.read() as connection:
        assert await batches.newest_complete(connection, TUESDAY) == MONDAY
        assert await batches.newest_complete(connection, MONDAY - timedelta(days=1)) is None


async def test_how_arxiv_announced_a_paper_is_kept(database: Database):
    cross = Record(paper(FIRST), batch=MONDAY, announcement=Announcement.CROSS)
    async with database.write() as connection:
        await batches.record(connection, Batch(MONDAY, (cross,)), "listing", now=NOON)
    async with database.read() as connection:
        (entry,) = await batches.papers(connection, [MONDAY])
    assert (entry.announcement, entry.source, entry.position) == (
        Announcement.CROSS,
        "listing",
        0,
    )


async def announce(database: Database, day: date, **kinds: str) -> None:
    """Record a listing: `new="1 2", cross="3"`."""
    found = [
        replace(record(f"2603.0000{number}"), announcement=Announcement(kind))
        for kind, numbers in kinds.items()
        for number in numbers.split()
    ]
    async with database.write() as connection:
        await batches.record(connection, Batch(day, tuple(found)), "arXiv", now=NOON)


async def test_yesterdays_listing_under_todays_date_is_not_todays(database: Database):
    await announce(database, MONDAY, new="1 2", cross="3")
    await announce(database, TUESDAY, new="1 2")
    assert await state(database, TUESDAY) is None
    assert await listed(database, TUESDAY) == []
    await announce(database, TUESDAY, new="4", cross="1", replace="2")
    assert [paper_id for _, paper_id in await listed(database, TUESDAY)] == [
        *("2603.00004", "2603.00001", "2603.00002")
    ]


async def test_a_paper_is_new_once_where_a_part_of_a_listing_stands_still(database: Database):
    await announce(database, MONDAY, new="1 2")
    await announce(database, TUESDAY, new="2 4")
    assert [paper_id for _, paper_id in await listed(database, TUESDAY)] == ["2603.00004"]
    await announce(database, MONDAY, new="1 2")
    assert [paper_id for _, paper_id in await listed(database, MONDAY)] == [FIRST, SECOND]


async def test_a_paper_cross_listed_before_can_be_new(database: Database):
    await announce(database, MONDAY, cross="1")
    await announce(database, TUESDAY, new="1")
    assert await state(database, TUESDAY) is BatchState.COMPLETE
