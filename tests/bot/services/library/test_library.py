"""What people do with their library: looking, searching, noting, moving, ordering."""

from datetime import timedelta
from pathlib import Path

import pytest

from papers.model import Metrics, Record
from tests.bot.library_fakes import (
    FIRST,
    READ,
    SAVE,
    SECOND,
    STAR,
    THIRD,
    answer,
    card,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.world import MONDAY, at, paper, text_of, votes

# Looking at it.


async def test_an_empty_library_says_how_to_begin(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        text = said(await slash(here, "library show"))
        assert "No saved papers yet" in text
        assert "🔖" in text
        assert "Save papers" in text


async def test_the_library_shows_lists_notes_when_and_where(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.react(card(here), READ)
        await slash(here, "library note", paper=FIRST, note="see *table* 3")
        text = said(await slash(here, "library show"))
        assert "Your library" in text
        assert "Paper number 900](https://arxiv.org/abs/2506.00900)** ✅" in text
        assert "🔖 to read, ✅ read" in text
        assert f"saved <t:{int(at(MONDAY, 9).timestamp())}:R>" in text
        message = card(here)
        place = f"{here.guild.id}/{message.channel.id}/{message.id}"
        assert f"[jump to message](https://discord.com/channels/{place})" in text
        assert "📝 see \\*table\\* 3" in text


async def test_pages_lists_and_orders_can_be_chosen(tmp_path: Path) -> None:
    days = {MONDAY: votes(MONDAY, *range(70, 0, -10))}
    async with posted(tmp_path, days=days) as here:
        for number in range(7):
            await here.member.click(card(here, number), label="Save")
            here.clock.at += timedelta(minutes=1)
        await here.member.react(card(here, 3), STAR)
        result = await slash(here, "library show")
        assert "1 to 5 of 7 papers" in said(result)
        assert said(result).index("Paper number 906") < said(result).index("Paper number 905")
        await here.member.click(answer(result), label="Next →")
        assert "Paper number 901" in said(result)
        assert "6 to 7 of 7 papers" in said(result)
        await here.member.select(answer(result), ["oldest"], custom_id="v1:shelf-sort:0")
        assert said(result).index("Paper number 900") < said(result).index("Paper number 901")
        (favourites,) = [
            option.value
            for option in answer(result).components[1].children[0].options
            if option.label == "⭐ favourites"
        ]
        await here.restart()
        await here.member.select(answer(result), [favourites], custom_id="v1:shelf-list:oldest:")
        assert "⭐ favourites" in said(result)
        assert "Paper number 903" in said(result)
        assert "Paper number 902" not in said(result)


async def test_the_library_can_be_searched_notes_included(tmp_path: Path) -> None:
    days = {
        MONDAY: [
            Record(paper(900, "Diffusion for proteins"), Metrics(9), MONDAY),
            Record(paper(901, "Attention in birds"), Metrics(8), MONDAY),
            Record(paper(902, "Diffusion of rumours"), Metrics(7), MONDAY),
        ]
    }
    async with posted(tmp_path, days=days) as here:
        await slash(here, "library show", query="diffusion")
        for number in range(2):
            message = next(
                m for m in here.channel.threads[0].history() if f"0090{number}" in text_of(m)
            )
            await here.member.click(message, label="Save")
        await slash(here, "library note", paper=SECOND, note="for the protein talk")
        text = said(await slash(here, "library show", query="diffusion"))
        assert "Diffusion for proteins" in text
        assert "rumours" not in text
        assert "birds" not in text
        text = said(await slash(here, "library show", query="talk protein"))
        assert "Attention in birds" in text
        result = await slash(here, "library show", query="volcano")
        assert "No saved papers match “volcano”" in said(result)
        await here.member.click(answer(result), label="Show all")
        assert "Attention in birds" in said(result)


async def test_no_number_of_other_papers_hides_a_saved_one_from_its_search(tmp_path: Path) -> None:
    others = (f"Diffusion, diffusion, diffusing {number}" for number in range(260))
    titles = ["How birds diffuse over the country", *others]
    records = [
        Record(paper(900 + number, title), Metrics(300 - number), MONDAY)
        for number, title in enumerate(titles)
    ]
    async with posted(tmp_path, days={MONDAY: records}) as here:
        thread = here.channel.threads[0].history()
        await here.member.click(
            next(m for m in thread if "How birds diffuse" in text_of(m)), label="Save"
        )
        text = said(await slash(here, "library show", query="diffusing"))
        assert "How birds diffuse" in text
        assert "Paper 1 of 1" in text


async def test_autocomplete_offers_own_titles_and_lists_only(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.click(card(here), label="Save")
        complete = here.member.autocomplete
        found = await complete(here.channel, "library remove", "paper", "number")
        assert found == [{"name": "Paper number 900", "value": FIRST}]
        lists = await complete(here.channel, "library show", "list", "fav")
        assert lists == [{"name": "⭐ favourites", "value": "favourites"}]
        assert await here.admin.autocomplete(here.channel, "library note", "paper", "") == []


async def test_a_picked_title_opens_its_sheet_and_reading_it_is_marked(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.click(card(here), label="Save")
        result = await slash(here, "library show", query=FIRST)
        assert "In your library" in said(result)
        assert "We study matter number 900." in said(result)
        await here.member.click(answer(result), label="Mark as read")
        assert await shelf(here, here.member) == {"to read": {FIRST}, "read": {FIRST}}
        await here.member.click(answer(result), label="Mark as unread")
        assert await shelf(here, here.member) == {"to read": {FIRST}}
        await here.member.click(answer(result), label="Remove from library")
        assert await shelf(here, here.member) == {}
        await here.member.click(answer(result), label="Undo")
        assert await shelf(here, here.member) == {"to read": {FIRST}}


async def test_a_paper_that_is_only_on_the_read_list_stays_saved_when_it_is_unread(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), READ)
        assert await shelf(here, here.member) == {"read": {FIRST}}
        result = await slash(here, "library show", query=FIRST)
        await here.member.click(answer(result), label="Mark as unread")
        assert await shelf(here, here.member) == {"to read": {FIRST}}


async def test_a_note_is_written_in_a_form_even_when_the_bot_restarts_meanwhile(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await here.member.click(card(here), label="Save")
        result = await slash(here, "library show", query=FIRST)
        form = await here.member.click(answer(result), label="Add note…")
        await here.restart()
        await here.member.submit_modal(form, {"note": "read the appendix"})
        assert "📝 read the appendix" in said(await slash(here, "library show", query=FIRST))
        form = await here.member.click(answer(result), label="Edit note…")
        await here.member.submit_modal(form, {"note": ""})
        assert "📝" not in said(await slash(here, "library show", query=FIRST))


async def test_the_library_is_there_in_direct_messages_and_private_everywhere(
    tmp_path: Path,
) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        user = here.member.user
        shown = await user.slash("library show")
        assert "Paper number 900" in said(shown)
        await user.slash("library note", paper=FIRST, note="from my phone")
        await user.slash("library move", paper=FIRST, to="favourites")
        assert "from my phone" in said(await user.slash("library show", list="favourites"))
        stranger = await here.admin.user.slash("library show")
        assert "No saved papers yet" in said(stranger)


# Changing it.


async def test_a_paper_moves_and_is_removed_by_command(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        moved = await slash(here, "library move", paper="number 900", to="favourites")
        assert "Moved to ⭐ favourites" in said(moved)
        assert await shelf(here, here.member) == {"favourites": {FIRST}}
        await here.restart()
        assert await shelf(here, here.member) == {"favourites": {FIRST}}
        removed = await slash(here, "library remove", paper=f"https://arxiv.org/abs/{FIRST}v2")
        assert "Removed from your library" in said(removed)
        assert await shelf(here, here.member) == {}
        await here.member.click(answer(removed), label="Undo")
        assert await shelf(here, here.member) == {"favourites": {FIRST}}


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("library remove", {"paper": THIRD}, "isn't in your library"),
        ("library remove", {"paper": "Paper number"}, "Several of your papers have"),
        ("library note", {"paper": "volcano", "note": "x"}, "None of your papers has"),
        ("library move", {"paper": FIRST, "to": "nowhere"}, "You don't have a list “nowhere”"),
        ("library remove", {"paper": FIRST, "list": "read"}, "This paper isn't on **read**"),
        ("library share", {"list": "read"}, "is empty"),
        ("library lists delete", {"list": "to read"}, "is your default list"),
        ("library lists delete", {"list": "favourites"}, "has 1 paper"),
        ("library lists rename", {"list": "read", "name": "Favourites"}, "already"),
        ("library lists create", {"name": "x", "emoji": "abc"}, "as an emoji"),
        ("library lists create", {"name": "x", "emoji": "⭐"}, "already"),
    ],
)
async def test_what_cannot_be_done_is_said_with_what_can(
    tmp_path: Path, command: str, options: dict[str, str], sentence: str
) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.react(card(here, 1), STAR)
        before = await shelf(here, here.member)
        assert sentence in said(await slash(here, command, **options))
        assert await shelf(here, here.member) == before


async def test_a_list_of_ones_own_has_its_own_reaction(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        text = said(await slash(here, "library lists create", name="Talk", emoji="❤️"))
        assert "❤️ **Talk** · 0 papers" in text
        await here.member.react(card(here), "❤")
        assert await shelf(here, here.member) == {"Talk": {FIRST}}
        await slash(here, "library lists emoji", list="Talk", emoji="-")
        await here.member.react(card(here, 1), "❤")
        assert await shelf(here, here.member) == {"Talk": {FIRST}}
        await slash(here, "library lists rename", list="Talk", name="Tuesday")
        await slash(here, "library lists default", list="Tuesday")
        await here.member.click(card(here, 2), label="Save")
        assert await shelf(here, here.member) == {"Tuesday": {FIRST, THIRD}}
        await slash(here, "library lists default", list="read")
        gone = await slash(here, "library lists delete", list="Tuesday", confirm=True)
        assert "List “Tuesday” deleted" in said(gone)
        assert await shelf(here, here.member) == {}
