"""Files with more papers and lists than one question, one answer or one library takes."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from papers.model import Batch, Paper, Record
from papers.sources import SourceError, SourceErrorKind
from storage import library
from tests.bot.library_fakes import said
from tests.bot.world import MONDAY, World, world


@dataclass
class Listing:
    """A source that knows every paper, a hundred a question, until it fails."""

    fails_after: int = 1_000_000
    name: str = "Listing"
    curated: bool = False
    questions: list[int] = field(default_factory=list[int])

    async def daily(self, day: date) -> Batch:
        return Batch(day, ())

    async def latest(self) -> Batch:
        return Batch(MONDAY, ())

    async def lookup(self, paper_ids: list[str]) -> list[Record]:
        if len(self.questions) >= self.fails_after:
            raise SourceError(self.name, SourceErrorKind.UNREACHABLE, "no connection")
        self.questions.append(len(paper_ids))
        known = [each for each in paper_ids if not each.endswith("9")]
        return [Record(Paper(id=each, title=f"Paper {each}")) for each in known]

    async def search(self, query: str, limit: int) -> list[Record]:
        return []

    async def close(self) -> None:
        return None


def ids(count: int) -> list[str]:
    return [f"2301.{number:05}" for number in range(1, count + 1)]


async def imported(here: World, listing: Listing, lines: list[str]) -> str:
    vars(here.bot.services.lookup)["_sources"] = [listing]
    data = "\n".join(lines).encode()
    return said(await here.member.slash(here.channel, "library import", file=("a.txt", data)))


async def saved(here: World) -> int:
    async with here.bot.services.database.read() as conn:
        return len(await library.saved_papers(conn, here.member.id))


async def test_every_paper_of_a_long_file_is_looked_up_and_only_unknown_ones_are_called_so(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        listing = Listing()
        text = await imported(here, listing, ids(1_500))
        assert sum(listing.questions) == 1_500
        assert max(listing.questions) <= 100
        assert "1,350 papers saved" in text
        assert "150 papers weren't found" in text
        assert "could not be looked up yet" not in text


async def test_what_was_not_asked_is_not_called_missing_and_the_file_goes_on_later(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        text = await imported(here, Listing(fails_after=4), ids(1_000))
        assert "360 papers saved" in text
        assert "600 papers couldn't be looked up yet" in text
        assert "40 papers weren't found" in text
        text = await imported(here, Listing(), ids(1_000))
        assert "540 papers saved" in text
        assert await saved(here) == 900


async def test_what_was_found_before_a_stop_is_saved(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        listing = Listing()
        ask = listing.lookup

        async def stop(paper_ids: list[str]) -> list[Record]:
            if len(listing.questions) == 3:
                raise asyncio.CancelledError
            return await ask(paper_ids)

        vars(listing)["lookup"] = stop
        with suppress(asyncio.CancelledError, AssertionError):
            await imported(here, listing, ids(1_000))
        assert await saved(here) == 270


async def test_long_names_that_begin_alike_are_two_lists_each_time_and_lists_without_room_are_named(
    tmp_path: Path,
) -> None:
    begin = "Robotics reading group of the spring term 2026 part"
    lists = {"2301.00001": f"{begin} A", "2301.00002": f"{begin} B"}
    lists |= {f"2301.{number:05}": f"list {number}" for number in range(10, 40)}
    rows = [
        "id,title,authors,published,categories,lists,note,saved_at,url,pdf,doi,repository",
        *(f"{paper_id},,,,,{name},,,,,," for paper_id, name in lists.items()),
    ]
    data = "\n".join(rows).encode()
    async with world(tmp_path) as here:
        vars(here.bot.services.lookup)["_sources"] = [Listing()]
        for _ in range(2):
            text = said(
                await here.member.slash(here.channel, "library import", file=("a.csv", data))
            )
            async with here.bot.services.database.read() as conn:
                mine = await library.of_user(conn, here.member.id)
            alike = [each for each in mine if each.name.startswith("Robotics")]
            assert [each.papers for each in alike] == [1, 1], text
            assert "the most there can be" in text
            assert "**list 38**" in text or "more lists" in text
