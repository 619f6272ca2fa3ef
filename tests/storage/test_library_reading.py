"""Libraries read back: pages, words, and what servers saved most."""

import pytest

from storage import library, papers
from storage.database import Database
from storage.library import Sort, Via
from tests.storage.libraries import (
    ADA,
    DIGEST,
    FIRST,
    GRACE,
    MINUTE,
    OTHER_CARD,
    SECOND,
    STAR,
    THIRD,
    happen,
    prepare,
    reacted,
)
from tests.storage.shared import NOON, record


async def test_pages_are_sorted_as_asked(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        mine = await library.ensure(conn, ADA, NOON)
        to_read, read = mine[0].id, next(each.id for each in mine if each.is_read)
        for minutes, paper_id in enumerate((SECOND, THIRD, FIRST)):
            at = NOON + minutes * MINUTE
            await library.save(conn, ADA, to_read, {paper_id: at}, via=Via.COMMAND)
        await library.save(conn, ADA, read, {FIRST: NOON + 9 * MINUTE}, via=Via.COMMAND)
        expected = {
            Sort.NEWEST: [FIRST, THIRD, SECOND],
            Sort.OLDEST: [SECOND, THIRD, FIRST],
            Sort.UNREAD: [THIRD, SECOND, FIRST],
            Sort.VOTES: [SECOND, FIRST, THIRD],
            Sort.TITLE: [FIRST, SECOND, THIRD],
        }
        for sort, order in expected.items():
            shown, total = await library.page(conn, ADA, sort=sort, limit=5)
            assert [entry.paper_id for entry in shown] == order, sort
            assert total == 3
        shown, _ = await library.page(conn, ADA, list_id=read, limit=5)
        assert [entry.paper_id for entry in shown] == [FIRST]
        shown, total = await library.page(conn, ADA, offset=1, limit=1)
        assert ([entry.paper_id for entry in shown], total) == ([THIRD], 3)


async def test_words_are_found_in_titles_abstracts_authors_and_notes(database: Database) -> None:
    await prepare(database)
    await happen(database, reacted(DIGEST))
    async with database.write() as conn:
        await library.set_note(conn, ADA, THIRD, "for the Tuesday talk", NOON)
        assert await library.matching(conn, ADA, "hopper matter") != []
        assert await library.matching(conn, ADA, "tuesday hopper") == [THIRD]
        assert await library.matching(conn, ADA, "100%") == []
        assert await library.titles(conn, ADA, "00002", 25) == [
            (SECOND, f"On the matter of {SECOND}")
        ]
        assert await library.titles(conn, GRACE, "", 25) == []


@pytest.mark.engines
async def test_what_was_imported_at_once_is_found_in_the_same_order_every_time(
    database: Database,
) -> None:
    several = [f"2604.{number:05}" for number in range(1, 61)]
    saved, noted = several[:40], several[40:]
    async with database.write() as conn:
        await papers.upsert(conn, [record(each) for each in reversed(several)], now=NOON)
        to_read, *_ = await library.ensure(conn, ADA, NOON)
        await library.save(conn, ADA, to_read.id, dict.fromkeys(saved[::-1], NOON), via=Via.IMPORT)
        await library.add_notes(conn, ADA, dict.fromkeys(noted[::-1], "later"), NOON)
        assert await library.matching(conn, ADA, "matter") == several


async def test_a_servers_top_counts_people_once_and_leaves_out_who_does_not_want_to(
    database: Database,
) -> None:
    await prepare(database)
    await happen(
        database,
        reacted(),
        reacted(emoji=STAR),
        reacted(user_id=GRACE),
        reacted(OTHER_CARD, user_id=GRACE),
    )
    async with database.write() as conn:
        found, total = await library.top(conn, 7, NOON - MINUTE, limit=10)
        assert [(entry.paper.id, members) for entry, members in found] == [(FIRST, 2), (SECOND, 1)]
        assert total == 2
        assert await library.saved_count(conn, 7, FIRST) == 2
        await library.set_counts(conn, GRACE, NOON, counted=False)
        found, total = await library.top(conn, 7, NOON - MINUTE, limit=10)
        assert [(entry.paper.id, members) for entry, members in found] == [(FIRST, 1)]
        assert not await library.counts(conn, GRACE)
        assert await library.counts(conn, ADA)
        assert await library.top(conn, 7, NOON + MINUTE, limit=10) == ([], 0)
        assert await library.top(conn, 8, NOON - MINUTE, limit=10) == ([], 0)


async def test_notes_on_unsaved_papers_are_found_after_the_saved_ones(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        mine, *_ = await library.ensure(conn, ADA, NOON)
        await library.save(conn, ADA, mine.id, {FIRST: NOON}, via=Via.BUTTON)
        await library.add_notes(conn, ADA, {FIRST: "saved", SECOND: "zebra"}, NOON)
        await library.ensure(conn, GRACE, NOON)
        assert [each for each, _ in await library.titles(conn, ADA, "", 9)] == [FIRST, SECOND]
        assert [each for each, _ in await library.titles(conn, ADA, "", 1)] == [FIRST]
        await library.add_notes(conn, ADA, {THIRD: "later"}, NOON + MINUTE)
        assert [each for each, _ in await library.titles(conn, ADA, "", 2)] == [FIRST, THIRD]
        assert [each for each, _ in await library.only_noted(conn, ADA, 9)] == [THIRD, SECOND]
        await library.set_note(conn, ADA, THIRD, None, NOON + MINUTE)
        assert [each for each, _ in await library.titles(conn, ADA, "", 9, mine.id)] == [FIRST]
        assert [each for each, _ in await library.titles(conn, ADA, SECOND, 9)] == [SECOND]
        assert [each for each, _ in await library.only_noted(conn, ADA, 9)] == [SECOND]
        assert await library.matching(conn, ADA, "zebra") == [SECOND]
        assert await library.matching(conn, ADA, "zebra", mine.id) == []
        assert set(await library.rows(conn, ADA)) == {FIRST, SECOND}
        assert set(await library.rows(conn, ADA, mine.id)) == {FIRST}
        assert await library.holds(conn, ADA, SECOND)
        assert not await library.holds(conn, GRACE, SECOND)
        assert await library.only_noted(conn, GRACE, 9) == []
        (entry,) = await library.describe(conn, ADA, [SECOND])
        assert (entry.lists, entry.note, entry.read) == ((), "zebra", False)
        assert [each.paper_id for each in await library.all_of(conn, ADA)] == [FIRST]
