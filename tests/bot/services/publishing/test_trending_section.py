"""What trends on Hugging Face, below the list of threads whose admin asked for it."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.services.hub_trending import read
from papers.model import Metrics, Record
from papers.sources import SourceError, SourceErrorKind
from storage import posts, trending
from tests.bot.topics import answer
from tests.bot.world import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    FakeSource,
    World,
    at,
    cards,
    headers,
    paper,
    votes,
    world,
)

HEADING = "Trending on Hugging Face now"
WEEK = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY)


@dataclass
class Hub(FakeSource):
    """A curated source that also knows what trends, or fails to say it."""

    trends: list[Record] = field(default_factory=list[Record])
    answers: bool = True
    hangs: bool = False
    times_asked: int = 0

    async def trending(self) -> tuple[Record, ...]:
        self.times_asked += 1
        if self.hangs:
            await asyncio.sleep(3600)
        if not self.answers:
            raise SourceError(self.name, SourceErrorKind.MALFORMED, "lists no trending papers")
        return tuple(self.trends)


def old(number: int, title: str, upvotes: int = 140, **known: Any) -> Record:
    """Make a paper of another year that trends."""
    made = replace(paper(number, title, **known), id=f"2412.{number:05}")
    return Record(made, Metrics(upvotes, stars=107_465))


AGENTS, ROBOTS, PROTEINS, CHESS = (
    old(number, title)
    for number, title in enumerate(("Trading Agents", "Robots", "Proteins", "Chess"), 1)
)


async def given(here: World, *trends: Record, **known: Any) -> Hub:
    """Give the world's channel a feed that wants the section, of a Hub where this trends."""
    hub = Hub({day: votes(day, 30, 20, 10) for day in WEEK}, trends=list(trends))
    here.source = hub
    await here.add_feed(trending=True, **known)
    await here.restart()
    return hub


def section(here: World, thread: int = -1) -> list[str]:
    """Return the lines of the section in a header, the newest by default."""
    lines = headers(here.channel)[thread].split("\n")
    if f"**{HEADING}**" not in lines:
        return []
    rest = lines[lines.index(f"**{HEADING}**") + 1 :]
    return rest[: next(n for n, line in enumerate(rest) if line.startswith("-# React"))]


def titles(lines: list[str]) -> list[str]:
    """Return how the lines begin that name a paper."""
    return [line.partition("]")[0] for line in lines if "](" in line]


async def test_the_overview_names_three_papers_that_trend_in_the_hubs_order(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await given(here, AGENTS, ROBOTS, PROTEINS, CHESS)
        await here.tick(at(MONDAY, 9))
        title, facts, *others = section(here)
        assert title == "[Trading Agents](https://arxiv.org/abs/2412.00001)"
        assert facts == "-# 140 upvotes · 107,465 stars"
        assert titles(others) == ["[Robots", "[Proteins"]
        assert len(cards(here.channel)) == 3


async def test_without_the_setting_nothing_is_asked_and_no_overview_changes(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE feeds SET trending = 0")
        await here.tick(at(MONDAY, 9))
        assert hub.times_asked == 0
        assert section(here) == []
        assert len(headers(here.channel)) == 1


async def test_what_was_named_comes_once_as_new_and_then_only_beside_something_new(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS, ROBOTS)
        await here.tick(at(MONDAY, 9))
        assert titles(section(here)) == ["[Trading Agents", "[Robots"]
        await here.tick(at(TUESDAY, 9))
        assert len(headers(here.channel)) == 2
        assert section(here) == []
        hub.trends = [AGENTS, PROTEINS, ROBOTS]
        await here.tick(at(WEDNESDAY, 9))
        again, new, _, too = section(here)
        assert again.startswith("-# [Trading Agents]")
        assert again.endswith(" · named here on 9 Jun 2025")
        assert new.startswith("[Proteins]")
        assert too.startswith("-# [Robots]")


async def test_a_paper_that_the_channel_had_is_one_short_line_with_its_thread(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here)
        hub.answers = False
        await here.tick(at(MONDAY, 9))
        hub.answers, hub.trends = True, [hub.days[MONDAY][0]]
        await here.tick(at(TUESDAY, 9))
        (line,) = section(here)
        assert line.startswith("-# [Paper number 900]")
        assert line.endswith(" · in the thread of 9 Jun 2025")
        assert "upvote" not in line
        await here.tick(at(WEDNESDAY, 9))
        assert section(here) == []


async def test_a_paper_of_the_thread_itself_is_not_named_below_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        hub = await given(here)
        hub.trends = [hub.days[MONDAY][1], AGENTS]
        await here.tick(at(MONDAY, 9))
        assert titles(section(here)) == ["[Trading Agents"]


async def test_a_paper_that_was_named_still_gets_its_card_on_its_day(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        await here.tick(at(MONDAY, 9))
        hub.days[TUESDAY] = [replace(AGENTS, batch=TUESDAY), *hub.days[TUESDAY]]
        await here.tick(at(TUESDAY, 9))
        assert any("Trading Agents" in card for card in cards(here.channel))
        assert section(here) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"exclude": ["trading"]},
        {"include": ["robots", "paper"]},
        {"categories": ["cs.RO"]},
        {"min_votes": 10},
    ],
    ids=str,
)
async def test_the_feeds_filters_apply(tmp_path: Path, settings: dict[str, Any]) -> None:
    async with world(tmp_path) as here:
        robots = old(2, "Robots", 141, categories=("cs.RO",))
        agents = old(1, "Trading Agents", 9, categories=("q-fin.TR",))
        hub = await given(here, agents, robots, **settings)
        hub.days = {
            day: [
                replace(record, paper=replace(record.paper, categories=("cs.RO",)))
                for record in records
            ]
            for day, records in hub.days.items()
        }
        await here.tick(at(MONDAY, 9))
        assert titles(section(here)) == ["[Robots"]


@pytest.mark.parametrize("fault", ["answers", "hangs"])
async def test_where_the_hub_does_not_say_the_thread_comes_on_time_without_it(
    tmp_path: Path, fault: str
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        if fault == "answers":
            hub.answers = False
        else:
            await read(
                here.bot.services.database, replace(hub, hangs=True), at(MONDAY, 8), patience=0
            )
            hub.trends = []
            hub.answers = False
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        assert "late" not in headers(here.channel)[0]
        assert section(here) == []


async def test_an_old_answer_is_not_now(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        await here.tick(at(MONDAY, 2))
        assert hub.times_asked == 1
        hub.answers = False
        await here.tick(at(MONDAY, 9))
        assert hub.times_asked > 1
        assert section(here) == []


async def test_a_source_that_breaks_in_its_own_way_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        hub.trends = None  # pyright: ignore[reportAttributeAccessIssue] - what it must not be
        await here.tick(at(MONDAY, 9))
        assert len(headers(here.channel)) == 1
        assert "trending papers not read" in caplog.text


async def test_a_bot_that_is_killed_before_it_sends_names_the_same_papers(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        here.env.inject_error("POST", f"/channels/{here.channel.id}/messages", status=503, times=1)
        await here.tick(at(MONDAY, 9))
        assert headers(here.channel) == []
        async with here.bot.services.database.read() as conn:
            assert list(await trending.named(conn, here.channel.id, [AGENTS.paper.id]))
            assert len(await posts.unfinished(conn, at(MONDAY, 23))) == 1
        hub.trends = [ROBOTS]
        await here.restart()
        await here.tick(at(MONDAY, 11))
        assert len(headers(here.channel)) == 1
        assert titles(section(here)) == ["[Trading Agents"]


async def test_a_channel_that_blocks_a_title_gets_its_thread_without_the_section(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        await given(here, AGENTS)
        path = f"/channels/{here.channel.id}/messages"
        here.env.inject_error("POST", path, status=400, code=200000, times=1)
        await here.tick(at(MONDAY, 9))
        await here.tick(at(MONDAY, 10))
        assert len(headers(here.channel)) == 1
        assert section(here) == []
        assert "Trading Agents" not in headers(here.channel)[0]
        assert "Paper number 900" not in headers(here.channel)[0]


async def test_the_section_costs_no_request(tmp_path: Path) -> None:
    counts: list[int] = []
    for trends in ((), (AGENTS, ROBOTS, PROTEINS)):
        (folder := tmp_path / str(len(trends))).mkdir()
        async with world(folder) as here:
            hub = await given(here, *trends)
            hub.answers = bool(trends)
            before = len(here.env.http_requests)
            await here.tick(at(MONDAY, 9))
            assert bool(section(here)) == bool(trends)
            counts.append(len(here.env.http_requests) - before)
    assert counts[0] == counts[1]


async def test_a_preview_shows_the_section_and_names_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await given(here, AGENTS)
        await here.tick(at(MONDAY, 8, 30))
        shown = await here.admin.slash(here.channel, "feed preview")
        assert HEADING in answer(shown)
        async with here.bot.services.database.read() as conn:
            assert await trending.named(conn, here.channel.id, [AGENTS.paper.id]) == {}


async def status(here: World) -> str:
    return answer(await here.admin.slash(here.channel, "paper status"))


async def test_the_status_says_that_the_list_fails_as_long_as_it_does(tmp_path: Path) -> None:
    line = "🔴 What trends on Hugging Face: sending unreadable answers since"
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        await here.tick(at(MONDAY, 9))
        assert "What trends" not in await status(here)
        hub.answers = False
        for hour in (10, 11, 12):
            await here.tick(at(MONDAY, hour))
        text = await status(here)
        assert f"{line} <t:{at(MONDAY, 10).timestamp():.0f}:f>" in text
        assert "🟢 Fake" in text, "the source itself is well"
        assert "has not answered for an hour" not in text
        hub.answers = True
        await here.tick(at(MONDAY, 14))
        assert "What trends" not in await status(here)


async def test_the_status_of_who_does_not_want_the_section_is_silent_about_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path) as here:
        hub = await given(here, AGENTS)
        hub.answers = False
        await here.tick(at(MONDAY, 9))
        assert "What trends" in await status(here)
        async with here.bot.services.database.write() as conn:
            await conn.exec_driver_sql("UPDATE feeds SET trending = 0")
        assert "What trends" not in await status(here)
