"""Undo after taking papers out, whichever way: the lists and the note come back whole."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import library, retention
from tests.bot.library_fakes import (
    FIRST,
    READ,
    SAVE,
    STAR,
    answer,
    card,
    items,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.raw_interactions import Interactions, what_is_registered
from tests.bot.world import MONDAY, World, at

NOTE = "read §3 *again*"
BACK = r"read §3 \*again\*"
EVERYWHERE = {"to read": {FIRST}, "favourites": {FIRST}, "read": {FIRST}}


async def kept(here: World) -> dict[str, Any]:
    """Return on which lists the paper is and since when, what holds it there, and the note."""
    async with here.bot.services.database.read() as conn:
        holding = await library.holding(conn, here.member.id, FIRST)
    return {
        "note": holding.note and holding.note.text,
        "saves": sorted(
            (row.list_id, row.via, row.emoji_key or "", row.message_id or 0, row.saved_at)
            for row in holding.rows.values()
        ),
    }


async def furnish(here: World) -> dict[str, Any]:
    """Save the paper on three lists at three times, by two reactions and a button, with a note."""
    for emoji in (READ, STAR):
        await here.member.react(card(here), emoji)
        here.clock.at += timedelta(minutes=1)
    await here.member.click(card(here), label="Save")
    await slash(here, "library note", paper=FIRST, note=NOTE)
    here.clock.at += timedelta(hours=1)
    assert await shelf(here, here.member) == EVERYWHERE
    return await kept(here)


async def open_sheet(here: World) -> Any:
    return await slash(here, "library show", query=FIRST)


async def options_of(here: World, *names: str) -> list[str]:
    async with here.bot.services.database.read() as conn:
        mine = await library.of_user(conn, here.member.id)
    return [str(each.id) for each in mine if each.name in names]


async def by_button(here: World) -> Any:
    result = await open_sheet(here)
    await here.member.click(answer(result), label="Remove from library")
    assert "Removed from your library" in said(result)
    assert await shelf(here, here.member) == {}
    return result


async def by_command(here: World) -> Any:
    result = await slash(here, "library remove", paper=FIRST)
    assert "Removed from your library" in said(result)
    assert await shelf(here, here.member) == {}
    return result


async def off_one_list(here: World) -> Any:
    result = await slash(here, "library remove", paper=FIRST, list="favourites")
    assert "Removed from ⭐ favourites" in said(result)
    return result


async def by_select(here: World) -> Any:
    result = await open_sheet(here)
    chosen = await options_of(here, "read")
    await here.member.select(answer(result), chosen, custom_id=f"v1:lists:{FIRST}")
    assert "On ✅ read" in said(result)
    return result


async def by_deselecting(here: World) -> Any:
    result = await open_sheet(here)
    await here.member.select(answer(result), [], custom_id=f"v1:lists:{FIRST}")
    assert "Not on any of your lists" in said(result)
    assert await shelf(here, here.member) == {}
    return result


async def by_moving(here: World) -> Any:
    await slash(here, "library lists create", name="Talk")
    result = await slash(here, "library move", paper=FIRST, to="Talk")
    assert await shelf(here, here.member) == {"Talk": {FIRST}}
    return result


async def by_pressing_save_again(here: World) -> Any:
    result = await here.member.click(card(here), label="Save")
    assert "Removed from 🔖 to read" in said(result)
    return result


WAYS = [
    by_button,
    by_command,
    off_one_list,
    by_select,
    by_deselecting,
    by_moving,
    by_pressing_save_again,
]


@pytest.mark.parametrize("take_out", WAYS, ids=lambda way: way.__name__)
async def test_undo_brings_back_every_list_every_time_and_the_note(
    tmp_path: Path, take_out: Any
) -> None:
    async with posted(tmp_path) as here:
        before = await furnish(here)
        result = await take_out(here)
        await here.restart()
        assert await kept(here) != before
        await here.member.click(answer(result), label="Undo")
        assert "Back in" in said(result)
        assert await kept(here) == before
        # The reactions still stand for themselves.
        await here.member.unreact(card(here), STAR)
        assert (await shelf(here, here.member)).keys() == {"to read", "read"}


async def test_undo_stands_where_something_was_taken_away(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.click(card(here), label="Save")
        before = await kept(here)
        still = await here.member.click(card(here), label="Save")
        assert "Still in 🔖 to read" in said(still)
        await here.member.click(answer(still), label="Undo")
        assert await kept(here) == before
        result = await open_sheet(here)
        more = await options_of(here, "to read", "read")
        await here.member.select(answer(result), more, custom_id=f"v1:lists:{FIRST}")
        assert "On 🔖 to read and ✅ read" in said(result)
        assert "Undo" not in items(result)
        await here.member.select(answer(result), more[:1], custom_id=f"v1:lists:{FIRST}")
        assert "Undo" in items(result)


async def test_undo_says_that_the_note_is_back_and_works_once(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        before = await furnish(here)
        first, second = await open_sheet(here), await open_sheet(here)
        # Two messages, as after an answer that was lost: the second offers the same undo.
        for result in (first, second):
            await here.member.click(answer(result), label="Remove from library")
            assert "Removed from your library" in said(result)
        await here.member.click(answer(first), label="Undo")
        assert "Back in 🔖 to read, ⭐ favourites and ✅ read" in said(first)
        assert "Your note is restored too" in said(first)
        again = await here.member.click(answer(second), label="Undo")
        assert "undone already" in said(again)
        assert await kept(here) == before


async def test_a_removal_is_undone_for_a_day_and_by_nobody_else(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await furnish(here)
        result = await by_command(here)
        wire = Interactions(here, *(await what_is_registered(here, here.admin)))
        sent = wire.answer(
            await wire.send(here.admin, here.channel, wire.component("v1:put-back:1"))
        )
        assert "undone already, or more than a day old" in sent.text
        assert await shelf(here, here.admin) == {}
        async with here.bot.services.database.write() as conn:
            await retention.STEPS["removals"](conn, here.clock.now() + timedelta(hours=25))
        late = await here.member.click(answer(result), label="Undo")
        assert "more than a day old" in said(late)
        assert await shelf(here, here.member) == {}


async def test_what_was_saved_and_noted_meanwhile_stays(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.click(card(here), label="Save")
        await slash(here, "library note", paper=FIRST, note=NOTE)
        result = await by_command(here)
        here.clock.at += timedelta(minutes=1)
        await here.member.click(card(here), label="Save")
        await slash(here, "library note", paper=FIRST, note="newer")
        before = await kept(here)
        await here.member.click(answer(result), label="Undo")
        text = said(result)
        assert "Already in 🔖 to read" in text
        assert "Your newer note stays. The older one won't be stored. It was:" in text
        assert BACK in text
        assert await kept(here) == before


async def test_undo_buttons_of_older_messages_go_on_working(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await furnish(here)
        (list_id,) = await options_of(here, "favourites")
        await by_command(here)
        saved_at = int(at(MONDAY, 9).timestamp() * 1_000_000)
        wire = Interactions(here, *(await what_is_registered(here, here.admin)))
        old = wire.component(f"v1:save-again:{FIRST}:{list_id}:{saved_at}")
        sent = wire.answer(await wire.send(here.member, here.channel, old))
        assert "Back in ⭐ favourites" in sent.text
        assert await shelf(here, here.member) == {"favourites": {FIRST}}
