"""Local first, fresh second: what the sources add to an answer."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

from papers.sources import SourceErrorKind
from tests.bot.search_fakes import MANY, SEGMENT, Finder, known, searching, shown, titles

NEW = known("2505.11111", "Diffusion of robots", "Robots diffuse.", categories=("cs.RO",))


async def test_the_local_answer_is_on_screen_before_a_source_is_asked(tmp_path: Path) -> None:
    finder = Finder(finds=[NEW])
    async with searching(tmp_path, sources=[finder]) as here:
        await here.search("diffusion models")
        assert finder.asked == ["diffusion models"]
        assert finder.seen[0][-1].endswith("/callback")


async def test_fresh_results_are_offered_and_a_failing_source_is_named(tmp_path: Path) -> None:
    sources = [
        Finder("Hugging Face", finds=[NEW]),
        Finder("arXiv", failing=SourceErrorKind.RATE_LIMITED),
    ]
    async with searching(tmp_path, sources=sources) as here:
        result = await here.search("diffusion models")
        text = shown(result)
        assert "1 more found on Hugging Face. arXiv asked me to slow down." in text
        assert NEW.paper.title not in titles(text)
        assert result.response is not None
        await here.grace.click(result.response, label="1 new result")
        assert titles(shown(result)) == [NEW.paper.title]
        assert "New results:" in shown(result)
        await here.grace.click(result.response, label="All results")
        assert NEW.paper.title in titles(shown(result))


async def test_what_the_sources_bring_can_be_found_from_then_on(tmp_path: Path) -> None:
    async with searching(tmp_path, sources=[Finder(finds=[NEW])]) as here:
        await here.search("diffusion models")
        assert titles(shown(await here.search("robots diffuse")))[0] == NEW.paper.title


async def test_fresh_results_obey_the_conditions_of_the_question(tmp_path: Path) -> None:
    old = known("1001.00001", "Diffusion long ago", day=date(2010, 1, 1), categories=("cs.RO",))
    async with searching(tmp_path, sources=[Finder(finds=[NEW, old])]) as here:
        result = await here.search("diffusion models", category="cs.RO", since="2020")
        assert titles(shown(result)) == [NEW.paper.title]
        result = await here.search("diffusion models", category="cs.CV")
        assert "fresh" not in shown(result)


async def test_an_empty_page_fills_by_itself_when_the_sources_answer(tmp_path: Path) -> None:
    async with searching(tmp_path, [SEGMENT], sources=[Finder(finds=[NEW])]) as here:
        result = await here.search("walking machines")
        assert titles(shown(result)) == [NEW.paper.title]


async def test_a_page_that_somebody_has_turned_is_never_replaced(tmp_path: Path) -> None:
    finder = Finder(finds=[NEW], gate=asyncio.Event())
    async with searching(tmp_path, MANY, sources=[finder]) as here:
        result = await here.search("robots that walk")
        assert "Also searching Hugging Face…" in shown(result)
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        second = titles(shown(result))
        assert finder.gate is not None
        finder.gate.set()
        await here.env.settle()
        assert titles(shown(result)) == second
        assert "new result" not in shown(result)
        await here.grace.click(result.response, label="Next →")
        assert "1 new result" in shown(result)


async def test_the_same_question_is_put_to_the_sources_once_a_day(tmp_path: Path) -> None:
    finder = Finder(finds=[NEW])
    async with searching(tmp_path, sources=[finder]) as here:
        await here.search("diffusion models")
        again = await here.search("Diffusion  Models", sort="newest")
        assert len(finder.asked) == 1
        assert NEW.paper.title in titles(shown(again))
        assert "Hugging Face" not in shown(again)
        here.clock.at += timedelta(days=1, minutes=1)
        await here.search("diffusion models")
        assert len(finder.asked) == 2


async def test_a_source_that_failed_is_asked_again_after_five_minutes(tmp_path: Path) -> None:
    finder = Finder(failing=SourceErrorKind.UNREACHABLE)
    async with searching(tmp_path, sources=[finder]) as here:
        await here.search("diffusion models")
        here.clock.at += timedelta(minutes=4)
        assert "Hugging Face couldn't be reached." in shown(await here.search("diffusion models"))
        assert len(finder.asked) == 1
        here.clock.at += timedelta(minutes=2)
        finder.failing = None
        assert "Hugging Face" not in shown(await here.search("diffusion models"))


async def test_the_sources_are_asked_ten_questions_a_minute_at_most(tmp_path: Path) -> None:
    finder = Finder()
    async with searching(tmp_path, sources=[finder]) as here:
        for number in range(10):
            await here.search(f"diffusion {number}")
        text = shown(await here.search("diffusion again"))
        assert "Showing local results only; live search is busy." in text
        assert len(finder.asked) == 10
        here.clock.at += timedelta(seconds=61)
        await here.search("diffusion again")
        assert len(finder.asked) == 11
