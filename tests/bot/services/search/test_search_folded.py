"""Hits that say nearly the same are one, with the others behind a button."""

from datetime import date
from pathlib import Path

from storage.search import Sort
from storage.search_sessions import Question
from tests.bot.library_fakes import said
from tests.bot.search_fakes import LIBRARY, LORA, MANY, Finder, known, searching, shown, titles

AGAIN = known(
    "2401.12345",
    "LoRA: Low-Rank Adaptation of Large Language Models (Extended Version)",
    LORA.paper.abstract,
    authors=("Yelong Shen",),
    day=date(2024, 1, 20),
    categories=("cs.LG",),
)
RIVAL = known(
    "2402.12345",
    "LoRA: Low-Rank Adaptation of Large Language Models",
    "Something else of this name.",
    authors=("Ada Lovelace",),
    day=date(2024, 2, 20),
)
QUERY = "low-rank adaptation"


async def test_a_paper_that_came_back_under_another_id_is_no_hit_of_its_own(tmp_path: Path) -> None:
    async with searching(tmp_path, [*LIBRARY, AGAIN, RIVAL]) as here:
        result = await here.search(QUERY)
        text = shown(result)
        found = [title for title in titles(text) if title.startswith("LoRA")]
        assert len(found) == 2  # the rival's authors are others
        assert text.count("and 1 more about this") == 1
        assert result.response is not None
        listed = said(await here.grace.click(result.response, label="Show 1 more about these"))
        hidden = AGAIN if LORA.paper.id in text else LORA
        assert f"https://arxiv.org/abs/{hidden.paper.id}" in listed
        assert hidden.paper.id not in text


async def test_pages_are_counted_without_what_is_folded(tmp_path: Path) -> None:
    again = known("2402.00001", f"{MANY[0].paper.title} [v2]", day=date(2024, 2, 1))
    async with searching(tmp_path, [*MANY[:10], again]) as here:
        result = await here.search("robots that walk")
        text = shown(result)
        assert "1 to 5 of 10 papers" in text
        assert result.response is not None
        await here.grace.click(result.response, label="Next →")
        both = text + shown(result)
        assert both.count("and 1 more about this") == 1
        assert len({*titles(text), *titles(shown(result))}) == 10


async def test_the_order_that_is_asked_for_says_which_paper_leads(tmp_path: Path) -> None:
    async with searching(tmp_path, [LORA, AGAIN]) as here:
        newest = shown(await here.search(QUERY, sort=Sort.NEWEST.value))
        assert titles(newest) == [AGAIN.paper.title]
        voted = shown(await here.search(QUERY, sort=Sort.VOTES.value))
        assert titles(voted) == [LORA.paper.title]
        assert "and 1 more about this" in voted


async def test_nothing_is_folded_across_the_dates_that_are_asked_for(tmp_path: Path) -> None:
    async with searching(tmp_path, [LORA, AGAIN]) as here:
        text = shown(await here.search(QUERY, since="2024"))
        assert titles(text) == [AGAIN.paper.title]
        assert "more about this" not in text
        text = shown(await here.search(QUERY, category="cs.CL"))
        assert titles(text) == [LORA.paper.title]
        assert "more about this" not in text


async def test_papers_that_a_query_names_are_all_listed(tmp_path: Path) -> None:
    async with searching(tmp_path, [LORA, AGAIN]) as here:
        text = shown(await here.search(f"{LORA.paper.id} {AGAIN.paper.id}"))
        assert titles(text) == [LORA.paper.title, AGAIN.paper.title]


async def test_what_is_folded_is_no_new_result_of_a_source(tmp_path: Path) -> None:
    finder = Finder(finds=[LORA, AGAIN])
    async with searching(tmp_path, [LORA, AGAIN], sources=[finder]) as here:
        text = shown(await here.search(QUERY))
        assert finder.asked == [QUERY]
        assert "and 1 more about this" in text
        assert "more found" not in text


async def test_new_results_are_folded_and_a_search_of_an_earlier_version_is_shown(
    tmp_path: Path,
) -> None:
    finder = Finder(finds=[LORA, AGAIN])
    async with searching(tmp_path, LIBRARY[:3], sources=[finder]) as here:
        result = await here.search("diffusion models adaptation")
        assert result.response is not None
        await here.grace.click(result.response, label="2 new results")
        assert len(titles(shown(result))) == 1
        assert "and 1 more about this" in shown(result)
        search = here.bot.services.search
        page = await search.search(Question(QUERY))
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE search_sessions SET remarks = '{}'")
        before = await search.session(page.session.id)
        assert before is not None
        assert before.remarks.folded == {}
        assert len((await search.page(before, 0)).papers) == 1
