"""Each change of a library changes what it says, and nothing besides."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import library, papers
from storage.database import Database
from storage.library import Place, ReadingList, Sort, Toggled, Via
from storage.tables import lists, notes, preferences, saves, users
from tests.storage.libraries import (
    ADA,
    CARD,
    FIRST,
    GRACE,
    MINUTE,
    READ,
    SAVE,
    SECOND,
    STAR,
    THIRD,
    prepare,
    reacted,
)
from tests.storage.shared import NOON, record

LATER = NOON + timedelta(hours=1)
HERE = Place(CARD, 70, 7)
TABLES = (lists, saves, notes, preferences)


async def furnish(conn: AsyncConnection, user_id: int) -> list[ReadingList]:
    """Give a person all three papers on two lists, by a button and a reaction, with notes."""
    first, second, read = await library.ensure(conn, user_id, NOON)
    for place, paper_id in enumerate((FIRST, SECOND, THIRD)):
        at = NOON + place * MINUTE
        await library.save(conn, user_id, first.id, {paper_id: at}, via=Via.BUTTON, place=HERE)
        await library.save(conn, user_id, second.id, {paper_id: at}, via=Via.IMPORT)
        await library.set_note(conn, user_id, paper_id, f"note on {paper_id}", NOON)
    await library.apply(conn, [reacted(CARD, READ, user_id)])
    await library.set_counts(conn, user_id, NOON, counted=True)
    return [first, second, read]


async def rows_of(conn: AsyncConnection, user_id: int) -> dict[str, list[Any]]:
    """Return everything of a person."""
    return {
        table.name: [
            tuple(row)
            for row in await conn.execute(
                select(table).where(table.c.user_id == user_id).order_by(*table.primary_key)
            )
        ]
        for table in TABLES
    }


Change = Callable[[AsyncConnection, list[ReadingList]], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "create": lambda conn, mine: library.create(conn, ADA, "talk", "💬", LATER),
    "rename": lambda conn, mine: library.change(conn, replace(mine[1], name="best")),
    "make default": lambda conn, mine: library.make_default(conn, ADA, mine[1].id),
    "drop": lambda conn, mine: library.drop(conn, ADA, mine[1].id),
    "toggle off": lambda conn, mine: library.toggle(conn, ADA, FIRST, now=LATER),
    "remove": lambda conn, mine: library.remove(conn, ADA, [FIRST]),
    "remove from a list": lambda conn, mine: library.remove(conn, ADA, [FIRST], mine[1].id),
    "undo": lambda conn, mine: library.undo(conn, ADA, NOON),
    "place": lambda conn, mine: library.place_on(conn, ADA, FIRST, [mine[2].id], now=LATER),
    "move": lambda conn, mine: library.move(conn, ADA, FIRST, mine[2].id),
    "move from": lambda conn, mine: library.move(conn, ADA, FIRST, mine[2].id, mine[1].id),
    "note": lambda conn, mine: library.set_note(conn, ADA, FIRST, "another", LATER),
    "no note": lambda conn, mine: library.set_note(conn, ADA, FIRST, None, LATER),
    "counts": lambda conn, mine: library.set_counts(conn, ADA, LATER, counted=False),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_leaves_other_people_and_other_papers_alone(
    database: Database, change: str
) -> None:
    await prepare(database)
    async with database.write() as conn:
        await furnish(conn, GRACE)
        mine = await furnish(conn, ADA)
        others, before = await rows_of(conn, GRACE), await rows_of(conn, ADA)
        await CHANGES[change](conn, mine)
        after = await rows_of(conn, ADA)
        assert await rows_of(conn, GRACE) == others
    assert after != before
    if change not in ("drop", "make default"):
        for table in ("saves", "notes"):
            untouched = [row for row in before[table] if FIRST not in row]
            assert [row for row in after[table] if FIRST not in row] == untouched


async def test_nobody_changes_a_list_of_somebody_else(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        theirs = await furnish(conn, GRACE)
        mine = await furnish(conn, ADA)
        before = await rows_of(conn, GRACE)
        stolen = replace(theirs[1], user_id=ADA, name="mine now")
        await library.change(conn, stolen)
        assert not await library.drop(conn, ADA, theirs[1].id)
        await library.place_on(conn, ADA, FIRST, [theirs[0].id, mine[0].id], now=LATER)
        assert await rows_of(conn, GRACE) == before


async def test_a_list_is_what_it_was_made_as(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        first, second, read = await furnish(conn, ADA)
        made = await library.create(conn, ADA, "Talk", "💬", NOON)
        assert await library.of_user(conn, ADA) == [
            ReadingList(first.id, ADA, "to read", SAVE, True, False, 3),
            ReadingList(second.id, ADA, "favourites", STAR, False, False, 3),
            ReadingList(read.id, ADA, "read", READ, False, True, 1),
            ReadingList(made or 0, ADA, "Talk", "💬", False, False, 0),
        ]
        assert await library.ensure(conn, ADA, LATER) == await library.of_user(conn, ADA)
        assert await library.change(conn, replace(second, name="Best", emoji="💎"))
        changed = (await library.of_user(conn, ADA))[1]
        assert (changed.name, changed.emoji) == ("Best", "💎")
        assert await library.create(conn, ADA, "BEST", None, NOON) is None
        assert await library.create(conn, GRACE, "BEST", "💎", NOON)


@pytest.mark.engines
async def test_the_save_button_says_what_it_did_and_what_still_keeps_the_paper(
    database: Database,
) -> None:
    await prepare(database)
    async with database.write() as conn:
        (target, *_) = await library.ensure(conn, ADA, NOON)
        await library.toggle(conn, ADA, SECOND, now=NOON)
        await library.apply(conn, [reacted(CARD, SAVE)])
        toggled = await library.toggle(conn, ADA, FIRST, now=LATER, place=HERE)
        target = replace(target, papers=2)
        assert toggled == Toggled(target, saved=True, saved_at=LATER, held=(SAVE,))
        (saved,) = await library.describe(conn, ADA, [FIRST])
        assert (saved.place.channel_id, saved.saved_at, saved.via) == (70, NOON, Via.REACTION)
        toggled = await library.toggle(conn, ADA, FIRST, now=LATER + MINUTE)
        assert toggled == Toggled(target, saved=False, saved_at=LATER, held=(SAVE,))
        await library.toggle(conn, ADA, THIRD, now=LATER, place=HERE)
        (third,) = await library.describe(conn, ADA, [THIRD])
        assert (third.place, third.via, third.lists) == (HERE, Via.BUTTON, (target.id,))
        assert await library.saved_papers(conn, ADA) == {FIRST, SECOND, THIRD}
        assert await library.remove(conn, ADA, [FIRST]) == 1
        assert (await library.toggle(conn, ADA, FIRST, now=LATER)).held == ()


async def test_the_first_save_makes_the_person_with_the_day(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        assert (await library.default_list(conn, ADA, NOON)).is_default
        await library.set_counts(conn, GRACE, LATER, counted=False)
        assert not await library.counts(conn, GRACE)
        await library.set_counts(conn, GRACE, LATER, counted=True)
        assert await library.counts(conn, GRACE)
        known = (
            await conn.execute(select(users.c.id, users.c.created_at).order_by(users.c.id))
        ).all()
    assert [tuple(row) for row in known] == [(ADA, NOON), (GRACE, LATER)]


@pytest.mark.engines
async def test_putting_and_moving_keep_when_and_where(database: Database) -> None:
    await prepare(database)
    async with database.write() as conn:
        first, second, read = await library.ensure(conn, ADA, NOON)
        await library.place_on(conn, ADA, FIRST, [first.id], now=LATER, place=HERE)
        await library.place_on(conn, ADA, FIRST, [first.id, read.id], now=LATER + MINUTE)
        assert await library.of_paper(conn, ADA, FIRST) == {first.id: LATER, read.id: LATER}
        await library.save(conn, ADA, second.id, {FIRST: NOON}, via=Via.IMPORT)
        assert list(await library.of_paper(conn, ADA, FIRST)) == [first.id, second.id, read.id]
        # The earliest of the lists that it leaves is when it was saved.
        assert await library.move(conn, ADA, FIRST, read.id, first.id)
        assert await library.of_paper(conn, ADA, FIRST) == {second.id: NOON, read.id: LATER}
        assert await library.move(conn, ADA, FIRST, first.id)
        assert await library.of_paper(conn, ADA, FIRST) == {first.id: NOON}
        assert not await library.move(conn, ADA, FIRST, first.id, second.id)
        await library.place_on(conn, ADA, SECOND, [first.id], now=LATER, place=HERE)
        assert await library.move(conn, ADA, SECOND, second.id, first.id)
        (moved,) = await library.describe(conn, ADA, [SECOND])
        assert (moved.place, moved.via, moved.saved_at) == (HERE, Via.COMMAND, LATER)
        assert await library.on_list(conn, second.id, [FIRST, SECOND, THIRD]) == {SECOND}
        assert await library.on_list(conn, first.id, [SECOND]) == set()


async def test_a_note_is_written_once_changed_and_goes_with_the_last_list(
    database: Database,
) -> None:
    await prepare(database)
    async with database.write() as conn:
        assert not await library.set_note(conn, ADA, FIRST, "too soon", NOON)
        first, second, _ = await furnish(conn, ADA)
        await library.add_notes(conn, ADA, {FIRST: "from a file"}, LATER)
        assert await library.set_note(conn, ADA, SECOND, "changed", LATER)
        assert await library.set_note(conn, ADA, THIRD, None, LATER)
        kept = await conn.execute(select(notes.c.paper_id, notes.c.text, notes.c.updated_at))
        assert sorted(tuple(row) for row in kept) == [
            (FIRST, f"note on {FIRST}", NOON),
            (SECOND, "changed", LATER),
        ]
        await library.add_notes(conn, ADA, {}, LATER)
        assert await library.remove(conn, ADA, [SECOND], first.id) == 1
        assert [each.note for each in await library.describe(conn, ADA, [SECOND])] == ["changed"]
        assert await library.remove(conn, ADA, [SECOND, SECOND], second.id) == 1
        assert await library.remove(conn, ADA, [SECOND]) == 0
        assert await library.describe(conn, ADA, [SECOND]) == []
        left = await conn.execute(select(notes.c.paper_id))
        assert list(left.scalars()) == [FIRST]


@pytest.mark.engines
async def test_a_library_is_read_in_the_order_that_was_asked_for(database: Database) -> None:
    await prepare(database)
    titled = {"2603.00011": "beta_1", "2603.00012": "Alpha 100%", "2603.00013": "alpha 100"}
    async with database.write() as conn:
        known = [record(paper_id, title=title) for paper_id, title in titled.items()]
        await papers.upsert(conn, known, now=NOON)
        first, second, read = await library.ensure(conn, ADA, NOON)
        one, two, three = titled
        for at, paper_id in ((3, one), (1, two), (2, three)):
            when = NOON + at * MINUTE
            await library.save(conn, ADA, first.id, {paper_id: when}, via=Via.BUTTON)
        await library.save(conn, ADA, second.id, {two: NOON + 9 * MINUTE}, via=Via.BUTTON)
        *_, theirs = await library.ensure(conn, GRACE, NOON)
        await library.save(conn, GRACE, theirs.id, {one: NOON}, via=Via.BUTTON)

        async def paged(sort: Sort, **more: Any) -> list[str]:
            found, total = await library.page(conn, ADA, sort=sort, limit=9, **more)
            assert total == (1 if more.get("list_id") == second.id else 3)
            return [each.paper_id for each in found]

        assert await paged(Sort.TITLE) == [three, two, one]
        assert await paged(Sort.NEWEST) == [one, three, two]
        assert await paged(Sort.OLDEST) == [two, three, one]
        assert await paged(Sort.VOTES) == [one, three, two]
        assert await paged(Sort.OLDEST, list_id=second.id) == [two]
        # What others have read, or what was read and taken off, is unread.
        await library.save(conn, ADA, read.id, {three: NOON}, via=Via.BUTTON)
        assert await paged(Sort.UNREAD) == [one, two, three]
        assert (await library.page(conn, GRACE, list_id=second.id, limit=9)) == ([], 0)
        everything = [each.paper_id for each in await library.all_of(conn, ADA)]
        assert everything == [three, two, one]
        assert [e.paper_id for e in await library.all_of(conn, ADA, second.id)] == [two]
        assert await library.titles(conn, ADA, "", 2) == [(two, titled[two]), (one, titled[one])]
        assert await library.titles(conn, ADA, "100%", 9) == [(two, titled[two])]
        assert await library.titles(conn, ADA, "a_1", 9) == [(one, titled[one])]
        assert await library.titles(conn, ADA, "a 1", 9, second.id) == [(two, titled[two])]
        assert await library.matching(conn, ADA, "alpha") == [two, three]
        assert await library.matching(conn, ADA, "alpha", second.id) == [two]
        assert await library.matching(conn, ADA, "matter lovelace") == [two, one, three]
        described = {
            each.paper_id: each for each in await library.describe(conn, ADA, list(titled))
        }
        assert described[two].lists == (first.id, second.id)
        assert described[two].saved_at == NOON + MINUTE
        assert [described[each].read for each in titled] == [False, False, True]
        assert await library.describe(conn, GRACE, [two]) == []


@pytest.mark.engines
async def test_what_a_server_saved_most_is_counted_by_members(database: Database) -> None:
    await prepare(database)
    people = range(ADA, ADA + 4)
    async with database.write() as conn:
        for person in people:
            (mine, *_) = await library.ensure(conn, person, NOON)
            wanted = (FIRST, SECOND, THIRD)[: 1 if person == ADA + 3 else 3]
            for paper_id in wanted:
                await library.save(
                    conn, person, mine.id, {paper_id: NOON}, via=Via.BUTTON, place=HERE
                )
        (elsewhere, *_) = await library.ensure(conn, ADA + 9, NOON)
        far = Place(CARD, 71, 8)
        await library.save(conn, ADA + 9, elsewhere.id, {THIRD: NOON}, via=Via.BUTTON, place=far)

        async def top(**more: Any) -> tuple[list[tuple[str, int]], int]:
            found, total = await library.top(conn, 7, NOON, **{"limit": 9} | more)
            return [(stored.paper.id, members) for stored, members in found], total

        assert await top() == ([(FIRST, 4), (SECOND, 3), (THIRD, 3)], 3)
        assert await top(limit=1, offset=1) == ([(SECOND, 3)], 3)
        assert await library.top(conn, 7, NOON + MINUTE, limit=9) == ([], 0)
        assert await library.saved_count(conn, 7, THIRD) == 3
        assert await library.saved_count(conn, 9, THIRD) == 0
        await library.set_counts(conn, ADA, NOON, counted=False)
        assert await library.saved_count(conn, 7, THIRD) == 2
        assert await top() == ([(FIRST, 3), (SECOND, 2), (THIRD, 2)], 3)
        await library.remove(conn, ADA + 1, [THIRD])
        assert await library.saved_count(conn, 7, THIRD) == 1


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("👍\U0001f3fb", "👍"), ("👍\U0001f3ff", "👍"), ("👍\U0001f3fd", "👍"), ("👍", "👍")],
)
def test_skin_tones_make_no_other_emoji(typed: str, plain: str) -> None:
    assert library.without_tone(typed) == plain
    assert library.without_tone("\U0001f3fb") == "\U0001f3fb"
    assert library.without_tone("\U0001f3fa\U0001f400") == "\U0001f3fa\U0001f400"
