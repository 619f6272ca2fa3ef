"""Whatever is taken off a list, putting it back restores the library as it was."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.interactions.saves import Change
from bot.runtime.clock import FixedClock
from bot.services.library import SavedPapers
from storage import library
from storage.database import Database
from storage.library import NOWHERE, NoteBack, Place, ReadingList, Via
from storage.tables import lists, notes, saves
from tests.storage.libraries import (
    ADA,
    CARD,
    FIRST,
    GRACE,
    MINUTE,
    READ,
    SAVE,
    SECOND,
    list_id,
    prepare,
    reacted,
    shelf,
    took_off,
)
from tests.storage.shared import NOON

HERE = Place(CARD, 70, 7)
LATER = NOON + timedelta(hours=1)


async def furnish(database: Database, user_id: int) -> list[ReadingList]:
    """Put a paper on three lists: twice at different times, once by a reaction; with a note."""
    async with database.write() as conn:
        first, second, read = await library.ensure(conn, user_id, NOON)
        await library.save(conn, user_id, first.id, {FIRST: NOON}, via=Via.BUTTON, place=HERE)
        await library.save(conn, user_id, second.id, {FIRST: NOON + MINUTE}, via=Via.IMPORT)
        await library.save(conn, user_id, first.id, {SECOND: NOON}, via=Via.BUTTON)
        await library.apply(conn, [reacted(CARD, READ, user_id)])
        await library.set_note(conn, user_id, FIRST, "why I kept it", NOON + 2 * MINUTE)
    return [first, second, read]


async def everything(database: Database) -> dict[str, list[Any]]:
    """Return every save, note and list of everybody; saves without their own ids."""
    async with database.read() as conn:
        kept = [tuple(row)[1:] for row in await conn.execute(select(saves))]
        found = {"saves": sorted(kept, key=str)}
        for table in (notes, lists):
            found[table.name] = [tuple(row) for row in await conn.execute(select(table))]
    return found


@asynccontextmanager
async def no_note_can_be_put_back(database: Database) -> AsyncGenerator[None]:
    """Let the database refuse new notes meanwhile."""
    refuse = ["CREATE TRIGGER refused BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'no'); END"]
    allow = "DROP TRIGGER refused"
    if not database.is_file:
        refuse = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE check_violation USING MESSAGE = $$no$$; END'",
            "CREATE TRIGGER refused BEFORE INSERT ON notes EXECUTE FUNCTION refuse()",
        ]
        allow += " ON notes"
    async with database.write() as conn:
        for statement in refuse:
            await conn.exec_driver_sql(statement)
    yield
    async with database.write() as conn:
        await conn.exec_driver_sql(allow)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(LATER)


@pytest.fixture
def saved(database: Database, clock: FixedClock) -> SavedPapers:
    return SavedPapers(database, clock)


Action = Callable[[SavedPapers, list[ReadingList]], Awaitable[Change | None]]


async def _unsave(saved: SavedPapers, _: list[ReadingList]) -> Change | None:
    found = await saved.toggle(ADA, FIRST, HERE)
    return found and found[1]


ACTIONS: dict[str, Action] = {
    "the Save button again": _unsave,
    "out of the library": lambda saved, mine: saved.take_out(ADA, FIRST),
    "off a list": lambda saved, mine: saved.take_out(ADA, FIRST, mine[1].id),
    "off the list of a reaction": lambda saved, mine: saved.take_out(ADA, FIRST, mine[2].id),
    "onto none of the lists": lambda saved, mine: saved.place_on(ADA, FIRST, [], NOWHERE),
    "onto one": lambda saved, mine: saved.place_on(ADA, FIRST, [mine[2].id], HERE),
    "moved from all": lambda saved, mine: saved.move(ADA, FIRST, mine[1].id),
    "moved from one": lambda saved, mine: saved.move(ADA, FIRST, mine[1].id, mine[0].id),
}


@pytest.mark.parametrize("action", ACTIONS)
async def test_undoing_restores_every_list_every_time_and_the_note(
    database: Database, saved: SavedPapers, action: str
) -> None:
    await prepare(database)
    await furnish(database, GRACE)
    mine = await furnish(database, ADA)
    before = await everything(database)
    change = await ACTIONS[action](saved, mine)
    assert change is not None
    assert change.removal is not None
    assert await everything(database) != before
    assert await saved.put_back(GRACE, change.removal) is None, "only for who took it out"
    done, _ = await saved.put_back(ADA, change.removal) or (None, "")
    assert done is not None
    taken = action in ("out of the library", "onto none of the lists")
    assert done.note is (NoteBack.RESTORED if taken else NoteBack.NONE)
    assert await everything(database) == before
    assert await saved.put_back(ADA, change.removal) is None
    assert await everything(database) == before


async def test_moves_are_undone_one_after_the_other(database: Database, saved: SavedPapers) -> None:
    await prepare(database)
    await furnish(database, ADA)
    async with database.write() as conn:
        talk = await library.create(conn, ADA, "talk", None, NOON) or 0
    states, undo = [await everything(database)], list[int]()
    read = await list_id(database, "read")
    for action in (saved.move(ADA, FIRST, talk), saved.place_on(ADA, FIRST, [read], HERE)):
        change = await action
        assert change is not None
        undo.append(change.removal or 0)
        states.append(await everything(database))
    for removal, state in zip(reversed(undo), reversed(states[:-1]), strict=True):
        await saved.put_back(ADA, removal)
        assert await everything(database) == state


async def test_what_was_put_on_the_list_of_a_move_by_hand_stays_when_the_move_is_undone(
    database: Database, saved: SavedPapers, clock: FixedClock
) -> None:
    await prepare(database)
    first, second, _ = await furnish(database, ADA)
    async with database.write() as conn:
        talk = await library.create(conn, ADA, "talk", None, NOON) or 0
    moved = await saved.move(ADA, FIRST, talk)
    assert moved is not None
    await saved.place_on(ADA, FIRST, [], NOWHERE)
    clock.at += MINUTE
    await saved.place_on(ADA, FIRST, [talk], NOWHERE)
    await saved.put_back(ADA, moved.removal or 0)
    async with database.read() as conn:
        on = await library.of_paper(conn, ADA, FIRST)
    assert on[talk] == clock.at
    assert {first.id, second.id} < on.keys()


async def test_papers_move_to_lists_of_ones_own_alone(
    database: Database, saved: SavedPapers
) -> None:
    await prepare(database)
    theirs = await furnish(database, GRACE)
    await furnish(database, ADA)
    before = await everything(database)
    assert await saved.move(ADA, FIRST, theirs[1].id) is None
    assert await saved.move(ADA, FIRST, 10**6) is None
    assert await everything(database) == before


async def test_what_was_saved_or_written_meanwhile_is_neither_doubled_nor_overwritten(
    database: Database, saved: SavedPapers, clock: FixedClock
) -> None:
    await prepare(database)
    first, second, read = await furnish(database, ADA)
    change = await saved.take_out(ADA, FIRST)
    assert change is not None
    clock.at += MINUTE
    await saved.toggle(ADA, FIRST, NOWHERE)
    async with database.write() as conn:
        await library.set_note(conn, ADA, FIRST, "what I think now", clock.at)
    done, title = await saved.put_back(ADA, change.removal or 0) or (None, "")
    assert done is not None
    assert title
    assert (done.note, done.note_text) == (NoteBack.NEWER_STAYS, "why I kept it")
    assert [each.id for each in done.on] == [first.id, second.id, read.id]
    async with database.read() as conn:
        on = await library.of_paper(conn, ADA, FIRST)
        (entry,) = await library.describe(conn, ADA, [FIRST])
    assert on == {first.id: clock.at, second.id: NOON + MINUTE, read.id: NOON}
    assert entry.note == "what I think now"


async def test_a_list_deleted_meanwhile_is_replaced_by_the_default_one(
    database: Database, saved: SavedPapers
) -> None:
    await prepare(database)
    first, second, read = await furnish(database, ADA)
    async with database.write() as conn:
        earlier = {FIRST: NOON - MINUTE}
        talk = await library.create(conn, ADA, "talk", None, NOON) or 0
        await library.save(conn, ADA, talk, earlier, via=Via.COMMAND)
    change = await saved.take_out(ADA, FIRST)
    async with database.write() as conn:
        await library.drop(conn, ADA, talk)
        await library.drop(conn, ADA, second.id)
        await library.drop(conn, ADA, read.id)
    assert change is not None
    done, _ = await saved.put_back(ADA, change.removal or 0) or (None, "")
    assert done is not None
    assert [each.id for each in done.on] == [first.id]
    async with database.read() as conn:
        assert await library.of_paper(conn, ADA, FIRST) == {first.id: NOON - MINUTE}


async def test_a_reaction_taken_off_meanwhile_comes_back_as_a_deliberate_save(
    database: Database, saved: SavedPapers
) -> None:
    await prepare(database)
    async with database.write() as conn:
        await library.apply(conn, [reacted(CARD, SAVE)])
    change = await saved.take_out(ADA, FIRST)
    async with database.write() as conn:
        await library.apply(conn, [took_off(CARD, SAVE)])
    assert change is not None
    await saved.put_back(ADA, change.removal or 0)
    assert await shelf(database) == {"to read": {FIRST}}
    async with database.read() as conn:
        (row,) = await conn.execute(select(saves.c.emoji_key, saves.c.via, saves.c.saved_at))
    assert tuple(row) == (None, "button", NOON)


async def test_taking_out_again_offers_the_same_undo_to_who_lost_the_answer(
    database: Database, saved: SavedPapers
) -> None:
    await prepare(database)
    assert await saved.take_out(ADA, FIRST) is None
    mine = await furnish(database, ADA)
    await saved.take_out(ADA, FIRST, mine[0].id)
    before = await everything(database)
    change = await saved.take_out(ADA, FIRST)
    assert change is not None
    assert await saved.take_out(ADA, FIRST) == change
    await saved.put_back(ADA, change.removal or 0)
    assert await everything(database) == before


async def test_a_stop_in_the_middle_takes_nothing_out_and_puts_nothing_back(
    database: Database, saved: SavedPapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepare(database)
    await furnish(database, ADA)
    before = await everything(database)

    async def stop(*_: Any, **__: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(library, "remember", stop)
        with pytest.raises(RuntimeError, match="killed"):
            await saved.take_out(ADA, FIRST)
    assert await everything(database) == before
    change = await saved.take_out(ADA, FIRST)
    assert change is not None
    out = await everything(database)
    async with no_note_can_be_put_back(database):
        with pytest.raises(IntegrityError, match="no"):
            await saved.put_back(ADA, change.removal or 0)
    assert await everything(database) == out
    assert await saved.put_back(ADA, change.removal or 0) is not None
    assert await everything(database) == before


async def test_a_note_on_an_unsaved_paper_is_deleted_by_name_alone_and_put_back(
    database: Database, saved: SavedPapers
) -> None:
    await prepare(database)
    async with database.write() as conn:
        await library.apply(conn, [reacted(CARD, SAVE)])
        await library.set_note(conn, ADA, FIRST, "still mine", NOON)
        await library.apply(conn, [took_off(CARD, SAVE)])
    noted = await everything(database)
    assert await saved.take_out(ADA, FIRST, await list_id(database, "read")) is None
    assert await saved.move(ADA, FIRST, await list_id(database, "read")) is None
    async with database.write() as conn:
        # What a stale "Mark as unread" does.
        await library.remove(conn, ADA, [FIRST], await list_id(database, "read"))
        await library.remove(conn, ADA, [FIRST])
    assert await everything(database) == noted
    change = await saved.take_out(ADA, FIRST)
    assert change is not None
    assert change.only_note
    assert (await everything(database))["notes"] == []
    done, _ = await saved.put_back(ADA, change.removal or 0) or (None, "")
    assert done is not None
    assert (done.on, done.changed, done.note) == ((), False, NoteBack.RESTORED)
    assert await everything(database) == noted
