"""Notes that stay when their papers were unsaved: found, changed, deleted, taken along, erased."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from papers.model import Metrics, Record
from storage import library
from tests.bot.library_fakes import (
    FIRST,
    READ,
    SAVE,
    answer,
    card,
    items,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.world import MONDAY, World, paper, text_of

NOTE = "read §3 *again*"


async def kept(here: World) -> tuple[bool, str | None]:
    """Return whether the paper is saved, and the note on it."""
    async with here.bot.services.database.read() as conn:
        holding = await library.holding(conn, here.member.id, FIRST)
    return bool(holding.rows), None if holding.note is None else holding.note.text


async def exported(here: World, name: str) -> list[dict[str, Any]]:
    """Return a file of the member's privacy export."""
    result = await slash(here, "privacy export")
    (attachment,) = answer(result).attachments
    with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
        return json.loads(archive.read(f"{name}.json"))


async def leave_note(here: World) -> None:
    """Save the paper by a reaction, note something on it, and take the reaction off."""
    await here.member.react(card(here), SAVE)
    await slash(here, "library note", paper=FIRST, note=NOTE)
    await here.member.unreact(card(here), SAVE)
    assert await shelf(here, here.member) == {}


async def test_a_note_whose_paper_was_unsaved_is_offered_shown_and_changed(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await leave_note(here)
        complete = here.member.autocomplete
        for command in ("library note", "library remove"):
            offered = await complete(here.channel, command, "paper", "number")
            assert offered == [{"name": "Paper number 900", "value": FIRST}]
        assert await complete(here.channel, "library show", "query", "900") == offered
        result = await slash(here, "library show", query=FIRST)
        text = said(result)
        assert "Not on any of your lists" in text
        assert "Not on any of your lists · note from <t:" in text
        assert "Mark as read" not in items(result)
        assert r"read §3 \*again\*" in text
        form = await here.member.click(answer(result), label="Edit note…")
        await here.member.submit_modal(form, {"note": "changed"})
        assert "📝 changed" in said(result)
        assert "📝 more" in said(await slash(here, "library note", paper="number 900", note="more"))
        # Saving it again brings paper and note together.
        saved = await slash(here, "library show", query=FIRST)
        async with here.bot.services.database.read() as conn:
            to_read, *_ = await library.of_user(conn, here.member.id)
        await here.member.select(answer(saved), [str(to_read.id)], custom_id=f"v1:lists:{FIRST}")
        assert "📝 more" in said(await slash(here, "library show"))


async def test_a_note_whose_paper_was_unsaved_is_found_from_the_library(tmp_path: Path) -> None:
    days = {MONDAY: [Record(paper(900, "Attention in birds"), Metrics(9), MONDAY)]}
    async with posted(tmp_path, days=days) as here:
        (message,) = [m for m in here.channel.threads[0].history() if "birds" in text_of(m)]
        await here.member.react(message, SAVE)
        await slash(here, "library note", paper=FIRST, note="for the protein talk")
        assert "birds" in said(await slash(here, "library show", query="protein talk"))
        await here.member.unreact(message, SAVE)
        found = said(await slash(here, "library show", query="protein talk"))
        assert "Attention in birds" in found
        assert "Not on any of your lists" in found
        assert "birds" not in said(
            await slash(here, "library show", query="protein talk", list="to read")
        )
        shown = await slash(here, "library show")
        assert "No saved papers yet" in said(shown)
        await here.restart()
        listed = await slash(here, "library show", list="to read")
        assert "v1:noted" in items(shown)
        assert "v1:noted" not in items(listed)
        opened = await here.member.select(answer(shown), [FIRST], custom_id="v1:noted")
        assert "📝 for the protein talk" in said(opened)


@pytest.mark.parametrize("how", ["button", "form", "dash", "command"])
async def test_a_note_whose_paper_was_unsaved_is_deleted(tmp_path: Path, how: str) -> None:
    async with posted(tmp_path) as here:
        await leave_note(here)
        result = await slash(here, "library show", query=FIRST)
        if how == "button":
            await here.member.click(answer(result), label="Delete note")
        elif how == "form":
            form = await here.member.click(answer(result), label="Edit note…")
            await here.member.submit_modal(form, {"note": ""})
        elif how == "dash":
            result = await slash(here, "library note", paper=FIRST, note="-")
        else:
            result = await slash(here, "library remove", paper=FIRST)
        assert "Note deleted" in said(result)
        assert await kept(here) == (False, None)
        assert "isn't in your library" in said(
            await slash(here, "library note", paper=FIRST, note="x")
        )
        if how in ("button", "command"):
            await here.member.click(answer(result), label="Undo")
            assert "Note restored" in said(result)
            assert "too" not in said(result)
            assert await kept(here) == (False, NOTE)


async def test_a_note_whose_paper_was_unsaved_is_exported_and_erased(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await leave_note(here)
        assert "Your notes on papers" in said(await slash(here, "privacy show"))
        (note,) = await exported(here, "notes")
        assert note["text"] == NOTE
        await slash(here, "library remove", paper=FIRST)
        (removal,) = await exported(here, "removals")
        assert (removal["note"], removal["paper_id"]) == (NOTE, FIRST)
        assert "so Undo works" in said(await slash(here, "privacy show"))
        asked = await slash(here, "privacy delete")
        await here.member.click(answer(asked), label="Delete everything")
        assert "Nothing" in said(await slash(here, "privacy show"))


async def test_a_stale_sheet_marks_nothing_and_keeps_the_note(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        for emoji in (SAVE, READ):
            await here.member.react(card(here), emoji)
        await slash(here, "library note", paper=FIRST, note=NOTE)
        result = await slash(here, "library show", query=FIRST)
        for emoji in (SAVE, READ):
            await here.member.unreact(card(here), emoji)
        await here.member.click(answer(result), label="Mark as unread")
        assert "Not on any of your lists" in said(result)
        assert await kept(here) == (False, NOTE)
