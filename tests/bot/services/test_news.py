"""News about saved papers: found once, brought once, to those who want it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from storage.tables import news
from tests.bot.library_fakes import card, change_paper, posted
from tests.bot.topics import brought, follower
from tests.bot.world import FRIDAY, THURSDAY, TUESDAY, WEDNESDAY, World, at

WEEK = timedelta(days=7)
SECTION = "News on papers you saved"


async def saved(here: World, person: Any = None) -> None:
    """Save Monday's best paper, and let the sources say what they know of it."""
    await (person or here.member).click(card(here), label="Save")
    await here.tick(here.clock.at + timedelta(minutes=1))


def get_code(here: World) -> None:
    change_paper(here, stars=240, repository="https://github.com/ada/nine")


async def found(here: World) -> int:
    async with here.bot.services.database.read() as conn:
        return await conn.scalar(select(func.count()).select_from(news)) or 0


async def test_a_saved_paper_gets_code_and_the_next_digest_says_so_once(tmp_path: Path) -> None:
    async with posted(tmp_path) as here:
        await follower(here, here.member.id)
        await saved(here)
        get_code(here)
        await here.tick(at(TUESDAY, 8))
        await here.tick(at(TUESDAY, 9))
        (digest,) = brought(here.member)
        assert SECTION in digest
        assert "Paper number 900" in digest
        assert "Code is available · 240 stars" in digest
        assert "because you saved these papers" in digest
        for day in (WEDNESDAY, THURSDAY, FRIDAY):
            await here.tick(at(day, 9))
        assert brought(here.member) == [digest]
        assert await found(here) == 1
