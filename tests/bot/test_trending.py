"""`/paper trending`, as a reader meets it."""

from datetime import date
from pathlib import Path

from tests.bot.test_feeds import answer
from tests.bot.world import MONDAY, TUESDAY, at, votes, world

DAYS = {MONDAY: votes(MONDAY, *range(40, 10, -1)), TUESDAY: votes(TUESDAY, 50, 5)}


async def test_the_newest_batch_is_shown_best_first(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(here.channel, "paper trending")
        text = answer(result.response)
        assert result.response is not None
        assert result.response.ephemeral
        assert "Trending on Tuesday 10 June 2025" in text
        assert text.index("Paper number 1000") < text.index("Paper number 1001")


async def test_a_list_is_turned_page_by_page_also_after_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(
            here.channel, "paper trending", date="2025-06-09", public=True
        )
        assert "page 1 of 3" in answer(result.response)
        assert result.response is not None
        await here.restart()
        await here.member.click(result.response, label="Next →")
        assert "page 2 of 3" in answer(result.response)
        assert "**11.**" in answer(result.response)


async def test_a_week_joins_its_days_and_a_month_its_weeks(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        await here.tick(at(TUESDAY, 9))
        result = await here.member.slash(here.channel, "paper trending", period="week")
        assert "week 2025-W24" in answer(result.response)
        assert result.response is not None
        assert "32 papers" in answer(result.response)
        await here.member.click(result.response, label="The month")
        assert "June 2025" in answer(result.response)


async def test_days_that_cannot_be_are_named(tmp_path: Path) -> None:
    async with world(tmp_path, DAYS, now=at(TUESDAY, 9)) as here:
        nothing = await here.member.slash(here.channel, "paper trending")
        assert "no batch yet" in answer(nothing.response)
        await here.tick(at(TUESDAY, 9))
        for day, complaint in (
            ("yesterday", "is no date"),
            ("2031-01-01", "has not come yet"),
            ("2025-03-03", "no papers of Monday 3 March 2025"),
        ):
            result = await here.member.slash(here.channel, "paper trending", date=day)
            assert complaint in answer(result.response)


async def test_week_53_has_a_name(tmp_path: Path) -> None:
    day = date(2026, 12, 31)
    async with world(tmp_path, {day: votes(day, 5)}, now=at(day, 9)) as here:
        await here.tick(at(day, 9))
        result = await here.member.slash(here.channel, "paper trending", period="week")
        assert "week 2026-W53" in answer(result.response)
