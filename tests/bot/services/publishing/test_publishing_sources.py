"""Threads of sources other than the Hub: every day of the week, without votes, by topic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from papers.model import Announcement, Author, Batch, Paper, Record
from papers.sources import SourceError, SourceErrorKind
from papers.sources.declared import code_of
from tests.bot.world import MONDAY, World, at, cards, headers, text_of, votes, world

DAY = timedelta(days=1)
SATURDAY, SUNDAY = MONDAY - 2 * DAY, MONDAY - DAY


def preprint(day: date, number: int, title: str, category: str = "Neuroscience") -> Record:
    """Make a bioRxiv paper of a day."""
    return Record(
        Paper(
            id=f"doi:10.64898/{day:%Y.%m.%d}.{700_000 + number}",
            title=title,
            abstract=f"We study {title.lower()}.",
            authors=(Author("Ada Lovelace"), Author("Grace Hopper")),
            published_at=at(day, 0),
            categories=(code_of("biorxiv", category),),
            source="bioRxiv",
            kind="preprint",
            version=1,
            licence="cc_by",
        ),
        batch=day,
        announcement=Announcement.NEW,
    )


@dataclass
class FakeServer:
    """A source that lists whole days without votes."""

    listed: dict[date, list[Record]]
    name: str = "bioRxiv"
    curated: bool = False
    failing: bool = False
    asked: list[date] = field(default_factory=list[date])
    looked_up: list[str] = field(default_factory=list[str])
    today: datetime = datetime(2025, 6, 9, 8, tzinfo=UTC)

    def listed_days(self) -> Sequence[date]:
        return [self.today.date() - back * DAY for back in range(1, 5)]

    async def daily(self, day: date) -> Batch:
        self.asked.append(day)
        if self.failing:
            raise SourceError(self.name, SourceErrorKind.MALFORMED, "sent a page of HTML")
        return Batch(day, tuple(self.listed.get(day, ())))

    async def latest(self) -> Batch:
        return await self.daily(max(self.listed_days()))

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        self.looked_up += paper_ids
        return []

    async def search(self, query: str, limit: int) -> list[Record]:
        return []

    async def close(self) -> None:
        return None


async def run_days(here: World, server: FakeServer, first: date, days: int) -> None:
    """Let the bot live through so many days, looking every two hours."""
    for hours in range(0, 24 * days, 2):
        now = at(first, 0) + timedelta(hours=hours)
        server.today = now
        await here.tick(now)


def week(papers_a_day: int = 3) -> FakeServer:
    """Return a server with papers on each of ten days."""
    days = [SATURDAY + number * DAY for number in range(-2, 8)]
    return FakeServer(
        {
            day: [
                preprint(day, number, f"Neuron {number} of {day:%A} {day.day}")
                for number in range(papers_a_day)
            ]
            for day in days
        }
    )


async def test_a_thread_of_new_papers_comes_every_day_also_on_sundays(tmp_path: Path) -> None:
    server = week()
    async with world(tmp_path, now=at(SATURDAY, 0), others=[server]) as here:
        await here.add_feed(sources=["biorxiv"])
        await run_days(here, server, SATURDAY, 5)
        found = headers(here.channel)
        assert len(found) == 5
        assert "3 new papers of bioRxiv" in found[1]
        assert "upvotes" not in "".join(found)
        shown = [card for number in range(5) for card in cards(here.channel, number)]
        titles = [line for card in shown for line in card.splitlines() if line.startswith("### ")]
        assert len(titles) == len({title.split(" · ", 1)[1] for title in titles}) == 15
        assert "bioRxiv · neuroscience" in shown[0]
        assert "\nnew" in shown[0]


async def test_a_server_that_no_thread_uses_is_never_asked(tmp_path: Path) -> None:
    server = week()
    async with world(tmp_path, others=[server]) as here:
        await here.add_feed()
        await run_days(here, server, MONDAY, 2)
        assert server.asked == []


async def test_a_failing_server_posts_nothing_and_its_papers_come_later(tmp_path: Path) -> None:
    server = week()
    server.failing = True
    async with world(tmp_path, now=at(SATURDAY, 0), others=[server]) as here:
        await here.add_feed(sources=["biorxiv"])
        await run_days(here, server, SATURDAY, 1)
        assert headers(here.channel) == []
        server.failing = False
        await run_days(here, server, SUNDAY, 1)
        assert len(headers(here.channel)) == 1
        assert len(cards(here.channel)) == 3


async def test_new_versions_are_no_new_papers(tmp_path: Path) -> None:
    server = week()
    again = server.listed[SATURDAY][0]
    server.listed[SUNDAY].append(
        Record(again.paper, batch=SUNDAY, announcement=Announcement.REPLACE)
    )
    async with world(tmp_path, now=at(SUNDAY, 0), others=[server]) as here:
        await here.add_feed(sources=["biorxiv"], size=50)
        await run_days(here, server, MONDAY, 1)
        assert again.paper.title not in "".join(cards(here.channel))


async def test_a_category_and_a_topic_choose_among_the_days_papers(tmp_path: Path) -> None:
    server = FakeServer(
        {
            SUNDAY: [
                preprint(SUNDAY, 1, "Place cells in the hippocampus of bats"),
                preprint(SUNDAY, 2, "Grid cells and maps"),
                preprint(SUNDAY, 3, "Place cells of another kind", "Cell Biology"),
            ]
        }
    )
    async with world(tmp_path, others=[server]) as here:
        await here.add_feed(
            sources=["biorxiv"], categories=["biorxiv/neuroscience"], topics=["place cells"]
        )
        await run_days(here, server, MONDAY, 1)
        (card,) = cards(here.channel)
        assert "Place cells in the hippocampus of bats" in card
        assert "place cells" in card.lower().split("\n", 3)[-1]


async def test_other_threads_and_topics_are_as_before(tmp_path: Path) -> None:
    server = week()
    days = {MONDAY: votes(MONDAY, 30, 20, 10)}
    async with world(tmp_path, days, now=at(SATURDAY, 0), others=[server]) as here:
        await here.add_feed()
        other = here.guild.create_text_channel("neuroscience")
        await here.add_feed(other, sources=["biorxiv"])
        await run_days(here, server, SATURDAY, 3)
        assert len(headers(here.channel)) == 1
        assert all("Paper number" in card for card in cards(here.channel))


async def test_a_category_of_biorxiv_chooses_its_source(tmp_path: Path) -> None:
    async with world(tmp_path, others=[week()]) as here:
        options = {"channel": here.channel, "categories": "biorxiv/neuroscience"}
        result = await here.admin.slash(here.channel, "feed add", **options)
        assert result.response is not None
        text = text_of(result.response.message)
        assert "New papers of bioRxiv" in text


async def test_sources_are_offered_by_name_and_several_of_a_kind_go_together(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, others=[week()]) as here:
        offered = await here.admin.autocomplete(here.channel, "feed add", "sources", "xiv")
        assert "bioRxiv, medRxiv" in [choice["name"] for choice in offered]
        result = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, sources="ChemRxiv, SSRN"
        )
        assert result.response is not None
        assert "New papers of ChemRxiv, SSRN" in text_of(result.response.message)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sources": "biorxiv", "min_votes": 3}, "Papers of bioRxiv have no upvotes"),
        ({"sources": "biorxiv", "categories": "cs.CL"}, "bioRxiv has no category `cs.CL`"),
        ({"sources": "hugging face, biorxiv"}, "Give each a channel"),
        ({"sources": "pubmed"}, "I don't know the source “pubmed”"),
    ],
)
async def test_settings_that_do_not_go_together_are_explained(
    tmp_path: Path, options: dict[str, object], said: str
) -> None:
    async with world(tmp_path, others=[week()]) as here:
        result = await here.admin.slash(here.channel, "feed add", channel=here.channel, **options)
        assert result.response is not None
        assert said in (result.response.content or text_of(result.response.message))


async def test_a_server_is_not_asked_for_news_of_saved_arxiv_papers(tmp_path: Path) -> None:
    server = week()
    async with world(tmp_path, others=[server]) as here:
        await here.add_feed()
        await here.tick(at(MONDAY, 9))
        thread = here.channel.threads[0]
        await here.member.react(thread.history()[-1], "🔖")
        await run_days(here, server, MONDAY + DAY, 1)
        assert server.looked_up == []
