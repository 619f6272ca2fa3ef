"""`/library stats`: a person's last twelve months."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.services.library import year_of
from papers.model import Metrics, Paper
from papers.trends import months_until
from storage.library import Place, Saved, Via
from storage.papers import StoredPaper
from tests.bot.topics import answer
from tests.bot.world import MONDAY, at, world


async def test_what_was_saved_is_shown_by_month_in_a_picture_and_in_words(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        empty = await here.member.slash(here.channel, "library stats")
        assert "You saved no papers in the last 12 months." in answer(empty)
        await here.add_feed(hour=9)
        await here.tick(at(MONDAY, 9))
        (thread,) = here.channel.threads
        for card in thread.history()[:2]:
            await here.member.click(card, label="Save")
        shown = await here.member.slash(here.channel, "library stats")
        text = answer(shown)
        assert "### Your reading year\nJuly 2024 to June 2025" in text
        assert "2 papers saved\n0 of them read" in text
        assert "Most in June 2025: 2 papers" in text
        assert shown.ephemeral
        assert shown.response is not None
        assert [each.filename for each in shown.response.message.attachments] == ["chart.png"]


def saved(paper_id: str, day: date, *, lists: tuple[int, ...] = (1,), read: bool = False) -> Saved:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Saved(paper_id, lists, moment, Via.BUTTON, Place(1, 2, 3), None, read)


def stored(paper_id: str, *categories: str) -> StoredPaper:
    paper = Paper(id=paper_id, title="x", categories=categories)
    return StoredPaper(1, paper, Metrics(), datetime(2025, 1, 1, tzinfo=UTC), 1)


def test_only_what_is_on_a_list_and_was_saved_in_these_months_counts() -> None:
    months = months_until(date(2025, 6, 9), 3)
    year = year_of(
        months,
        [
            saved("1", date(2025, 3, 31)),
            saved("2", date(2025, 4, 1), read=True),
            saved("3", date(2025, 6, 9)),
            saved("4", date(2025, 6, 1), lists=()),
        ],
        [
            stored("1", "math.AG"),
            stored("2", "cs.CL", "cs.LG"),
            stored("3", "cs.CL"),
            stored("4", "quant-ph"),
        ],
        ZoneInfo("UTC"),
    )
    assert (year.saved, year.read, year.noted) == ((1, 0, 1), 1, 0)
    assert year.fields == ("Computation and Language",)


def test_a_month_begins_and_ends_where_the_person_lives() -> None:
    evening = saved("1", date(2025, 7, 1))  # 30 June, 17:00 in Los Angeles
    west, east = ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Tokyo")
    june = months_until(date(2025, 6, 30), 2)
    assert year_of(june, [evening], [], west).saved == (0, 1)
    assert year_of(june, [evening], [], east).saved == (0, 0)
