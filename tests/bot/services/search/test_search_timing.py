"""Answers in time: three seconds for the first one, and no change under anybody's eyes."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest

from bot.interactions import replies
from bot.runtime.clock import FixedClock
from bot.services.folding import Folding
from bot.services.search import PaperSearch, ResultsPage
from bot.services.source_queries import SourceQueries
from papers.topics import Topic
from storage import papers
from storage.database import Database
from storage.search import Answer, EngineStatus, Hit, Passage, SearchRequest, Similar, Suggestion
from storage.search_sessions import Question
from tests.bot.search_fakes import LIBRARY, Finder, SearchEnv, known, searching, shown
from tests.bot.world import MONDAY, at

DEFERRED, DEFERRED_CHANGE = 5, 6
"""Discord's numbers for "wait for my message" and "wait for my change of this one"."""

NEW = known("2505.11111", "Diffusion of robots", "Robots diffuse.")


def first_answers(here: SearchEnv) -> list[object]:
    """Return the kinds of the first answers that interactions got."""
    return [
        dict(request.json or {}).get("type")
        for request in here.env.http_requests
        if request.path.endswith("/callback")
    ]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every answer for one that takes too long."""

    async def in_time(task: object) -> bool:
        return False

    monkeypatch.setattr(replies, "in_time", in_time)


@pytest.mark.usefixtures("impatient")
async def test_a_slow_answer_is_announced_first_and_comes_into_the_same_message(
    tmp_path: Path,
) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("segment anything")
        assert first_answers(here)[-1] == DEFERRED
        assert result.ephemeral
        assert result.followups == []
        assert "Segment Anything" in shown(result)
        assert result.response is not None
        await here.grace.click(result.response, label="Newest")
        assert first_answers(here)[-1] == DEFERRED_CHANGE
        assert "Newest first" in shown(result)


@pytest.mark.usefixtures("impatient")
async def test_a_slow_public_card_is_still_one_that_reactions_save(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("2304.02643", public=True)
        assert not result.ephemeral
        assert result.response is not None
        with patch.object(here.bot.services.library, "track_message") as told:
            await here.search("1706.03762", public=True)
        assert told.call_count == 1


@pytest.mark.usefixtures("impatient")
async def test_a_slow_failure_is_a_sentence_too(tmp_path: Path) -> None:
    async with searching(tmp_path) as here:
        result = await here.search("?!")
        told = [*result.followups, *([result.response] if result.response else [])]
        assert "has no words to search for" in " ".join(message.content for message in told)


async def test_an_answer_that_was_dismissed_meanwhile_is_nobodys_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with searching(tmp_path, sources=[Finder(finds=[NEW])]) as here:
        here.env.inject_error("PATCH", "/webhooks/*", status=404, code=10008)
        result = await here.search("diffusion models")
        assert "Also searching Hugging Face" in shown(result)
        assert here.env.errors == []
        assert not [record for record in caplog.records if record.levelname == "ERROR"]


class SmallEngine:
    """An engine that finds everything."""

    async def search(self, request: SearchRequest) -> Answer:
        return Answer(tuple(Hit(record.paper.id, 1.0) for record in LIBRARY))

    async def passages(self, text: str, texts: Sequence[str], length: int) -> list[Passage | None]:
        return [None for _ in texts]

    async def similar(self, paper_id: str, limit: int) -> list[Similar]:
        return []

    async def counts(self, topics: Sequence[Topic], stretches: Sequence[tuple[date, date]]) -> None:
        return None

    def vectors_of(self, rows: Sequence[int]) -> None:
        return None

    async def suggest(self, text: str, limit: int) -> list[Suggestion]:
        return []

    async def follow(self) -> int:
        return 0

    async def embed_next(self) -> int:
        return 0

    async def status(self) -> EngineStatus:
        return EngineStatus(0, 0, 0, None, ready=True)

    async def close(self) -> None:
        return None


async def search_over(database: Database) -> PaperSearch:
    async with database.write() as conn:
        await papers.upsert(conn, LIBRARY, now=at(MONDAY, 9))
    finder = Finder(finds=[NEW])
    clock = FixedClock(at(MONDAY, 9))
    queries = SourceQueries(database, [finder], clock)
    engine = SmallEngine()
    return PaperSearch(database, engine, Folding(database, engine, None), queries, clock)


async def test_whoever_presses_waits_until_a_change_under_way_is_done(database: Database) -> None:
    search = await search_over(database)
    begun, go_on = asyncio.Event(), asyncio.Event()
    order: list[str] = []

    async def change(page: ResultsPage) -> None:
        begun.set()
        await go_on.wait()
        order.append("changed")

    page = await search.search(Question("models"))
    search.follow(page.session, change)
    await begun.wait()
    pressing = asyncio.ensure_future(search.turn(page.session, 0))
    await asyncio.sleep(0.05)
    assert not pressing.done()
    go_on.set()
    await pressing
    order.append("turned")
    assert order == ["changed", "turned"]
    await search.close()


async def test_nothing_is_changed_after_somebody_has_pressed(database: Database) -> None:
    search = await search_over(database)
    changed: list[ResultsPage] = []

    async def change(page: ResultsPage) -> None:
        changed.append(page)

    page = await search.search(Question("models"))
    await search.turn(page.session, 0)
    search.follow(page.session, change)
    await search.drain()
    assert changed == []
    again = await search.page(page.session, 0)
    assert again.sources.papers == (NEW.paper.id,)
    await search.close()


async def test_two_people_with_one_question_both_hear_of_the_answer(database: Database) -> None:
    search = await search_over(database)
    heard: list[int] = []

    async def change(page: ResultsPage) -> None:
        heard.append(page.session.id)

    first = await search.search(Question("models"))
    second = await search.search(Question("models"))
    search.follow(first.session, change)
    search.follow(second.session, change)
    await search.drain()
    assert sorted(heard) == sorted([first.session.id, second.session.id])
    await search.close()
