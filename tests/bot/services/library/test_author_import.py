"""`/library import author:`: an author's papers are seen before any is saved."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import simcord

from papers.model import Author, Batch, Paper, Record
from papers.sources import SourceError, SourceErrorKind
from storage import source_searches, topic_matches
from tests.bot.library_fakes import answer, items, said, shelf, slash
from tests.bot.world import MONDAY, World, paper, world


def by(number: int, *names: str) -> Paper:
    return Paper(
        id=f"2401.{number:05}",
        title=f"Engine number {number}",
        authors=tuple(map(Author, names)),
        published_at=datetime(2024, 1, number % 28 + 1, tzinfo=UTC),
    )


@dataclass
class Arxiv:
    """A source that can be asked for an author."""

    papers: list[Paper] = field(default_factory=list[Paper])
    name: str = "arXiv"
    curated: bool = False
    failing: bool = False
    asked: list[str] = field(default_factory=list[str])

    async def by_author(self, name: str, limit: int) -> list[Record]:
        self.asked.append(name)
        if self.failing:
            raise SourceError(self.name, SourceErrorKind.RATE_LIMITED, "slow down")
        return [Record(each) for each in self.papers][:limit]

    async def daily(self, day: date) -> Batch:
        return Batch(day, ())

    async def latest(self) -> Batch:
        return Batch(MONDAY, ())

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        return []

    async def search(self, query: str, limit: int) -> list[Record]:
        return []

    async def close(self) -> None:
        return None


def connect(here: World, *papers: Paper, failing: bool = False) -> Arxiv:
    """Let arXiv know these papers."""
    arxiv = Arxiv(list(papers), failing=failing)
    vars(here.bot.services.search.authors)["_queries"].sources = (arxiv,)
    return arxiv


async def imported(here: World, author: str, **options: Any) -> simcord.InteractionResult:
    return await slash(here, "library import", author=author, **options)


async def press(here: World, shown: simcord.InteractionResult, label: str) -> Any:
    return await here.member.click(answer(shown), label=label)


async def test_the_papers_are_shown_and_saved_once_that_is_confirmed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, by(1, "Ada Lovelace", "Charles Babbage"), by(2, "Lovelace, Ada"))
        shown = await imported(here, "Ada Lovelace")
        text = said(shown)
        assert "2 papers by Ada Lovelace" in text
        assert "People share names. Save all of them, or choose yours." in text
        assert text.index("Engine number 2") < text.index("Engine number 1")
        assert "2024 · Ada Lovelace and Charles Babbage" in text
        assert await shelf(here, here.member) == {}
        done = await press(here, shown, "Save all 2 papers")
        assert "2 papers saved to 🔖 to read." in said(done)
        assert await shelf(here, here.member) == {"to read": {"2401.00001", "2401.00002"}}
        await press(here, done, "Undo")
        assert await shelf(here, here.member) == {}


async def test_an_author_is_followed_from_the_page_of_their_papers(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, by(1, "Ada Lovelace", "Charles Babbage"), by(2, "Lovelace, Ada"))
        shown = await imported(here, "Ada Lovelace")
        done = await press(here, shown, "Follow")
        assert "Subscribed" in said(done)
        followed = await here.bot.services.subscriptions.followed(here.member.id)
        assert [each.topic.query for each in followed] == ['author:"Ada Lovelace"']
        async with here.bot.services.database.read() as conn:
            seen = await topic_matches.brought(conn, here.member.id)
        assert seen == {"2401.00001", "2401.00002"}
        assert "You already follow this topic" in said(await press(here, shown, "Follow"))


async def test_a_name_with_quotation_marks_can_be_followed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, by(1, 'Ada "Countess" Lovelace'))
        shown = await imported(here, 'Ada "Countess" Lovelace')
        await press(here, shown, "Follow")
        followed = await here.bot.services.subscriptions.followed(here.member.id)
        assert [each.topic.query for each in followed] == ['author:"Ada Countess Lovelace"']


async def test_only_some_are_saved_and_to_the_list_that_was_named(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, *(by(number, "Ada Lovelace") for number in range(1, 4)))
        shown = await imported(here, "ada lovelace", list="favourites")
        (select,) = [each for each in items(shown) if each.startswith("v1:author-some:")]
        chosen = ["2401.00001", "2401.00003"]
        done = await here.member.select(answer(shown), chosen, custom_id=select)
        assert "2 papers saved to ⭐ favourites." in said(done)
        assert await shelf(here, here.member) == {"favourites": set(chosen)}
        again = await press(here, shown, "Save all 3 papers")
        assert "1 paper saved to ⭐ favourites." in said(again)
        assert "2 papers were already in your library." in said(again)


async def test_namesakes_are_shown_and_others_are_not(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(
            here,
            by(1, "A. Lovelace"),
            by(2, "Ada Lovelace"),
            by(3, "Byron Lovelace"),
            by(4, "Ada Yonath"),
        )
        text = said(await imported(here, "Ada Lovelace"))
        assert "2 papers by Ada Lovelace" in text
        assert "Engine number 3" not in text
        assert "Engine number 4" not in text


async def test_stored_papers_are_found_without_a_source_that_knows_authors(tmp_path: Path) -> None:
    own = Record(paper(7, "Notes on the engine"), batch=MONDAY)
    async with world(tmp_path, {MONDAY: [own]}) as here:
        await here.bot.app.cycle.ingest(here.clock.now())
        await here.bot.services.search.drain()
        shown = await imported(here, "Grace Hopper")
        assert "1 paper by Grace Hopper" in said(shown)
        assert "Save 1 paper" in items(shown)


async def test_what_is_stored_and_what_arxiv_knows_are_one_list(tmp_path: Path) -> None:
    own = Record(paper(7, "Notes on the engine"), batch=MONDAY)
    async with world(tmp_path, {MONDAY: [own]}) as here:
        await here.bot.app.cycle.ingest(here.clock.now())
        await here.bot.services.search.drain()
        connect(here, by(1, "Ada Lovelace"), own.paper)
        text = said(await imported(here, "Ada Lovelace"))
        assert "2 papers by Ada Lovelace" in text
        assert "Notes on the engine" in text
        assert "Engine number 1" in text


async def test_a_long_list_is_turned_and_saved_whole(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, *(by(number, "Ada Lovelace") for number in range(1, 41)))
        shown = await imported(here, "Ada Lovelace")
        assert "**15.**" in said(shown)
        assert "**16.**" not in said(shown)
        turned = await press(here, shown, "Next →")
        assert "**16.**" in said(turned)
        assert "**31.**" not in said(turned)
        done = await press(here, shown, "Save all 40 papers")
        assert "40 papers saved" in said(done)


async def test_arxiv_is_asked_once_a_day_for_a_name_and_buttons_ask_nothing(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        arxiv = connect(here, *(by(number, "Ada Lovelace") for number in range(1, 21)))
        shown = await imported(here, "Ada Lovelace")
        await press(here, shown, "Next →")
        await press(here, shown, "Save all 20 papers")
        await imported(here, " ada  LOVELACE ")
        assert arxiv.asked == ["Ada Lovelace"]


async def test_more_papers_than_were_shown_are_shown_before_they_are_saved(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, by(1, "Ada Lovelace"))
        shown = await imported(here, "Ada Lovelace")
        async with here.bot.services.database.write() as conn:
            await source_searches.forget(conn, datetime(2100, 1, 1, tzinfo=UTC))
        connect(here, by(1, "Ada Lovelace"), by(2, "Ada Lovelace"))
        await imported(here, "Ada Lovelace")
        again = await press(here, shown, "Save 1 paper")
        assert "The list has changed meanwhile." in said(again)
        assert await shelf(here, here.member) == {}
        await press(here, again, "Save all 2 papers")
        assert len((await shelf(here, here.member))["to read"]) == 2


async def test_nothing_found_says_so_and_why_a_source_did_not_answer(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here)
        assert "I found no papers by Ada Lovelace. Check the spelling." in said(
            await imported(here, "Ada Lovelace")
        )
        connect(here, failing=True)
        text = said(await imported(here, "Grace Hopper"))
        assert "I found no papers by Grace Hopper." in text
        assert "arXiv asked me to slow down." in text


async def test_a_spent_budget_leaves_what_is_stored(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        arxiv = connect(here, by(1, "Ada Lovelace"))
        for number in range(10):
            async with here.bot.services.database.write() as conn:
                await source_searches.claim(
                    conn, f"question {number}", now=here.clock.now(), per_minute=100
                )
        text = said(await imported(here, "Ada Lovelace"))
        assert "live search is busy" in text
        assert arxiv.asked == []


async def test_a_list_that_is_gone_meanwhile_saves_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        connect(here, by(1, "Ada Lovelace"))
        await slash(here, "library lists create", name="Mine")
        shown = await imported(here, "Ada Lovelace", list="Mine")
        await slash(here, "library lists delete", list="Mine")
        assert "That list no longer exists." in said(await press(here, shown, "Save 1 paper"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"author": "??"}, "Write the author's name"),
        ({}, "Choose one of the options"),
        ({"author": "Ada Lovelace", "zotero": "1"}, "Choose one of the options"),
        ({"author": "Ada Lovelace", "list": "nowhere"}, "You don't have a list"),
    ],
)
async def test_what_cannot_be_read_is_said(
    tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    async with world(tmp_path) as here:
        assert sentence in said(await slash(here, "library import", **options))
