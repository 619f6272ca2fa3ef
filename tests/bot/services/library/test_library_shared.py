"""What others see of libraries: lists shared on purpose, and counts without names."""

from datetime import timedelta
from pathlib import Path

from tests.bot.library_fakes import (
    FIRST,
    SAVE,
    SECOND,
    answer,
    card,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.world import text_of


async def test_a_shared_list_is_public_and_others_save_from_it(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await here.member.react(card(here), SAVE)
        await here.member.react(card(here, 1), SAVE)
        shared = await slash(here, "library share", list="to read")
        assert shared.response is not None
        assert not shared.response.ephemeral
        text = text_of(shared.response.message)
        assert "Paper number 900" in text
        assert here.member.mention in text
        result = await here.admin.select(shared.response, [FIRST, SECOND])
        assert "2 papers" in said(result)
        assert await shelf(here, here.admin) == {"to read": {FIRST, SECOND}}
        await here.admin.click(answer(result), label="Undo")
        assert await shelf(here, here.admin) == {}


# The server's.


async def test_the_servers_top_counts_members_and_names_nobody(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        assert "No saves here" in said(await slash(here, "paper top"))
        for person in (here.member, here.admin):
            await person.react(card(here, 1), SAVE)
        await here.member.react(card(here), SAVE)
        result = await slash(here, "paper top")
        text = said(result)
        assert text.index("Paper number 901") < text.index("Paper number 900")
        assert "Saved by 2 members" in text
        assert "Saved by 1 member" in text
        assert str(here.member.id) not in text
        here.clock.at += timedelta(days=10)
        assert "No saves here" in said(await slash(here, "paper top"))
        await here.member.click(answer(result), label="Last 30 days")
        assert "Saved by 2 members" in said(result)
