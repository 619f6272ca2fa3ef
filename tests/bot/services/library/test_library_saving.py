"""Saving on purpose: the Save button, its answer, and the command on any message."""

from pathlib import Path
from typing import Any

import pytest

from papers.model import Metrics, Record
from tests.bot.library_fakes import FIRST, SAVE, SECOND, answer, card, posted, said, shelf, slash
from tests.bot.world import MONDAY, paper, votes

# Buttons.


async def test_the_save_button_saves_and_its_undo_takes_it_back(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        result = await here.member.click(card(here), label="Save")
        assert "Saved to 🔖 to read" in said(result)
        assert "Paper number 900" in said(result)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.click(answer(result), label="Undo")
        assert "Undone: 1 paper removed" in said(result)
        assert await shelf(here, here.member) == {}


async def test_pressing_again_unsaves_and_its_undo_saves_again(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.click(card(here), label="Save")
        result = await here.member.click(card(here), label="Save")
        assert "Removed from 🔖 to read" in said(result)
        assert await shelf(here, here.member) == {}
        await here.member.click(answer(result), label="Undo")
        assert "Back in 🔖 to read" in said(result)
        assert await shelf(here, here.member) == {"to read": {FIRST}}


@pytest.mark.engines
async def test_button_and_reaction_on_one_paper_each_keep_it(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.click(card(here), label="Save")
        await here.member.unreact(card(here), SAVE)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.react(card(here), SAVE)
        result = await here.member.click(card(here), label="Save")
        assert "Still in 🔖 to read" in said(result)
        assert "🔖 reaction" in said(result)
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.click(answer(result), label="Remove from library")
        assert await shelf(here, here.member) == {}
        await here.restart()  # the reaction still stands, and was overruled
        assert await shelf(here, here.member) == {}


async def test_the_answer_offers_other_lists(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        result = await here.member.click(card(here), label="Save")
        options = answer(result).components[0].children[-1].children[0].options
        both = [option.value for option in options if option.label in ("⭐ favourites", "✅ read")]
        await here.member.select(answer(result), both)
        assert "On ⭐ favourites and ✅ read" in said(result)
        assert await shelf(here, here.member) == {"favourites": {FIRST}, "read": {FIRST}}


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        result = await here.member.click(card(here), label="Save")
        await here.restart()
        await here.member.click(answer(result), label="Undo")
        assert await shelf(here, here.member) == {}
        await here.member.click(card(here, 1), label="Save")
        assert await shelf(here, here.member) == {"to read": {SECOND}}


async def test_papers_of_a_list_are_chosen_and_saved_also_when_they_are_on_a_later_page(
    tmp_path: Path,
) -> None:
    days = {MONDAY: votes(MONDAY, *range(50, 36, -1))}
    async with posted(tmp_path, days=days) as here:
        result = await slash(here, "paper trending", public=True)
        assert result.response is not None
        await here.member.click(result.response, label="Next →")
        await here.restart()
        chosen = await here.member.select(
            result.response, ["2506.00911", "2506.00913"], custom_id="v1:save-some"
        )
        assert "2 papers" in said(chosen)
        assert await shelf(here, here.member) == {"to read": {"2506.00911", "2506.00913"}}
        again = await here.member.select(result.response, ["2506.00913"], custom_id="v1:save-some")
        assert "already" in said(again)


# The command on messages.


async def test_papers_in_any_message_are_saved_also_those_we_do_not_know_yet(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        here.source.days[MONDAY] += [Record(paper(950), Metrics(1), MONDAY)]
        message = await here.admin.send(
            here.channel,
            "look: https://huggingface.co/papers/2506.00900 and 2506.00950,"
            " but https://arxiv.org/abs/2506.09999 is made up",
        )
        result = await here.member.context_menu(here.channel, "Save papers", message)
        text = said(result)
        assert "2 papers saved to 🔖 to read" in text
        assert "Paper number 950" in text
        assert "Not found: `2506.09999`" in text
        assert await shelf(here, here.member) == {"to read": {FIRST, "2506.00950"}}
        again = await here.member.context_menu(here.channel, "Save papers", message)
        assert "Already in 🔖 to read" in said(again)
        await here.member.click(answer(result), label="Undo")
        assert await shelf(here, here.member) == {}


async def test_a_message_without_papers_says_what_would_be_one(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        message = await here.admin.send(here.channel, "lunch at 12.30?")
        result = await here.member.context_menu(here.channel, "Save papers", message)
        assert "No paper links found" in said(result)


async def test_a_source_that_fails_is_named(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:

        async def lookup(paper_ids: Any) -> Any:
            return await here.source.daily(MONDAY)

        here.source.lookup = lookup  # pyright: ignore[reportAttributeAccessIssue]
        here.source.failing = True
        message = await here.admin.send(here.channel, "2506.00950")
        result = await here.member.context_menu(here.channel, "Save papers", message)
        assert "Fake couldn't be reached" in said(result)
