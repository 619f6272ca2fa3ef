"""`/paper trends`, as people use it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.runtime.charts import Charts
from papers.model import Paper
from papers.sources import Record
from storage import papers
from tests.bot.topics import answer
from tests.bot.world import MONDAY, World, at, world

PNG = b"\x89PNG\r\n"


def written(number: int, month: int, words: str, keyword: str) -> Paper:
    return Paper(
        id=f"25{month:02d}.{number:05d}",
        title=f"On {words}, part {number}",
        abstract="We look at it.",
        keywords=(keyword,),
        published_at=datetime(2025, month, 1 + number % 8, tzinfo=UTC),
    )


async def with_papers(
    here: World, *, agents: dict[int, int], a_month: int = 60, keyword: str = "Web agents"
) -> None:
    """Store papers of some months, so many of each about web agents, the others about graphs."""
    made = [
        written(number, month, "web agents", keyword)
        if number < count
        else written(number, month, "graph kernels", "graph kernels")
        for month, count in agents.items()
        for number in range(a_month)
    ]
    async with here.bot.services.database.write() as conn:
        await papers.upsert(conn, [Record(paper) for paper in made], now=at(MONDAY, 7))
    await here.bot.services.search.engine.follow()


async def trends(here: World, **options: Any) -> Any:
    return await here.member.slash(here.channel, "paper trends", **options)


async def test_a_topic_is_shown_as_a_picture_that_is_described_and_in_words(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await with_papers(here, agents={3: 3, 4: 6, 5: 15, 6: 30})
        shown = await trends(here, topic="web agents; graph kernels", months=4)
        text = answer(shown)
        assert "### Trends\nMarch 2025 to June 2025" in text
        assert "**1** *web agents*: 50 → 500 of 1,000" in text
        assert "**2** *graph kernels*: 950 → 500 of 1,000" in text
        assert "Counted in 240 papers." in text
        (file,) = shown.response.message.attachments
        assert file.filename == "chart.png"
        (container,) = shown.response.message.components
        assert container.children[1].items[0].description == (
            "Line chart, March 2025 to June 2025: web agents: 50 → 500 of 1,000,"
            " graph kernels: 950 → 500 of 1,000"
        )


async def test_without_a_topic_the_keywords_that_rise_are_shown(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await with_papers(here, agents={3: 3, 4: 3, 5: 20, 6: 30})
        text = answer(await trends(here, months=4))
        assert "### What rises" in text
        assert "**1** *web agents*: 50 → 500 of 1,000" in text
        assert "graph kernels" not in text


async def test_words_that_stand_apart_are_not_counted(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await with_papers(here, agents={5: 15, 6: 30})
        text = answer(await trends(here, topic='agents web; "web agents" OR kernels', months=3))
        assert "**1** *agents web*: no papers" in text
        assert '**2** *"web agents" OR kernels*' in text
        assert "1,000 → 1,000 of 1,000" in text
        assert "Months with fewer than 50 papers are left out." in text


@pytest.mark.parametrize("keyword", ['"web" agents', "web agents" * 60, '"', "?!"])
async def test_whatever_a_keyword_is_made_of_it_does_no_harm(tmp_path: Path, keyword: str) -> None:
    async with world(tmp_path) as here:
        await with_papers(here, agents={3: 3, 4: 3, 5: 20, 6: 30}, keyword=keyword)
        text = answer(await trends(here, months=4))
        assert "*web agents*" in text or "No keyword clearly rises" in text


async def test_more_topics_than_a_chart_takes_are_refused_and_not_cut_off(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        shown = answer(await trends(here, topic="a1; b2; c3; d4; e5; f6"))
        assert "Name up to 5 topics at a time." in shown


@pytest.mark.parametrize("options", [{}, {"topic": "agents"}], ids=["rising", "a topic"])
async def test_while_the_index_is_made_the_answer_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    async with world(tmp_path) as here:
        engine = here.bot.services.search.engine
        monkeypatch.setattr(type(engine), "ready", property(lambda _: False))
        assert "still building the search index" in answer(await trends(here, **options))


async def test_too_few_papers_are_no_trend(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await with_papers(here, agents={6: 30})
        assert "I know too few papers" in answer(await trends(here, topic="web agents"))
        assert "No keyword clearly rises" in answer(await trends(here))


async def test_without_a_picture_the_words_still_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    async with world(tmp_path) as here:
        await with_papers(here, agents={5: 15, 6: 30})
        shown = await trends(here, topic="web agents", months=3)
        assert "**1** *web agents*: 250 → 500 of 1,000" in answer(shown)
        assert not shown.response.message.attachments


async def test_a_chart_is_drawn_once_and_what_cannot_be_drawn_is_no_chart(tmp_path: Path) -> None:
    charts = Charts(tmp_path / "charts")
    first = await charts.lines(["2025-05", "2025-06"], [[1.0, 2.0], [None, 3.0], [None, None]])
    assert first is not None
    assert first.startswith(PNG)
    assert (
        await charts.lines(["2025-05", "2025-06"], [[1.0, 2.0], [None, 3.0], [None, None]]) is first
    )
    assert await charts.bars(["2025-05"], [1.0, 2.0]) is None
    bars = await charts.bars(["2025-05", "2025-06"], [1.0, 0.0])
    assert bars is not None
    assert bars.startswith(PNG)
