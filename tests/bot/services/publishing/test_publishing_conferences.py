"""Threads of conferences: some papers of an edition on each of its days, never one twice."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.services.editions import EDITION_DAYS
from papers.model import Author, Paper, Record
from storage import editions, feeds, papers, source_health
from storage.editions import Edition
from tests.bot.world import World, at, cards, headers, text_of, world
from tests.papers.sources.conference_answers import ROWS, event, icml_source, put_programme
from tests.papers.sources.serving import Reply, Service, html_reply, serving

START = date(2026, 6, 10)
DAY = timedelta(days=1)
ORAL = {"decision": "Accept (oral)"}
TITLE = "Speculative decoding with trees of drafts"
ON_ARXIV = Paper(
    "2605.00001",
    TITLE,
    "We decode.",
    (Author("Ada Example"), Author("Bo Sample")),
    published_at=at(date(2026, 5, 1), 0),
)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        yield running


async def run(here: World, moment: list[datetime], first: date, days: int) -> None:
    """Let the bot live through so many days, in the hour of its threads."""
    for number in range(days):
        moment[0] = at(first + number * DAY, 9)
        await here.tick(moment[0])


def titles(here: World) -> list[str]:
    """Return the title of every card, in the order of the threads."""
    lines = (
        line
        for number in range(len(headers(here.channel)))
        for card in cards(here.channel, number)
        for line in card.splitlines()
    )
    return [line for line in lines if line.startswith("### ")]


async def edition(here: World) -> Edition | None:
    async with here.bot.services.database.read() as conn:
        return await editions.get(conn, "ICML", "ICML 2026")


async def failing(here: World) -> bool:
    async with here.bot.services.database.read() as conn:
        states = await source_health.all(conn)
    return any(state.source == "ICML" and state.failing_since is not None for state in states)


async def test_a_programme_comes_in_portions_talks_first_and_goes_on_after_a_restart(
    service: Service, tmp_path: Path
) -> None:
    start = at(START, 8)
    moment = [start]
    posters = [event(number) for number in range(20, 26)]
    best = event(2, decision="Accept (oral, award)")
    put_programme(service, *posters, event(1, name=TITLE, **ORAL), best)
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, {}, now=start, others=[source]) as here:
        async with here.bot.services.database.write() as conn:
            await papers.upsert(conn, [Record(ON_ARXIV)], now=start)
        await here.add_feed(sources=["icml"], size=2)
        await run(here, moment, START, 2)
        assert [header.splitlines()[1] for header in headers(here.channel)] == [
            "New at ICML 2026: 2 of 8 papers, day 1 of 14",
            "New at ICML 2026: 2 of 8 papers, day 2 of 14",
        ]
        first = cards(here.channel, 0)
        assert "ICML 2026 award" in first[0]
        assert "ICML 2026 oral" in first[1]
        assert "https://openreview.net/forum?id=Forum00001" in first[1]
        assert "https://arxiv.org/abs/2605.00001" in first[1]
        here.others = [icml_source(service, lambda: moment[0])]
        await here.restart()
        await run(here, moment, START + 2 * DAY, 4)
        found = titles(here)
        assert len(found) == len({title.split(" · ", 1)[1] for title in found}) == 8
        assert len(headers(here.channel)) == 4
        known = await edition(here)
        assert known is not None
        assert (known.day, known.days, known.papers) == (START - DAY, EDITION_DAYS, 8)
    assert len(service.requests) == 2 * 6


async def test_an_edition_ends_and_the_thread_waits_for_the_next_one(
    service: Service, tmp_path: Path
) -> None:
    start = at(START, 8)
    moment = [start]
    put_programme(service, *map(event, range(9)))
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, {}, now=start, others=[source]) as here:
        feed = await here.add_feed(sources=["icml"], size=3)
        assert await here.bot.services.publisher.coming(feed, start) is None
        await run(here, moment, START, 1)
        await run(here, moment, START + (EDITION_DAYS - 1) * DAY, 3)
        found = headers(here.channel)
        assert len(found) == 2
        assert "3 of 9 papers, day 14 of 14" in found[-1]
        assert await here.bot.services.publisher.coming(feed, moment[0]) is None
        shown = await here.admin.slash(here.channel, "feed list")
        assert shown.response is not None
        assert "once a conference has published its programme" in text_of(shown.response.message)


async def test_the_topics_of_a_thread_choose_among_thousands_and_fit_comes_before_kind(
    service: Service, tmp_path: Path
) -> None:
    start = at(START, 8)
    moment = [start]
    put_programme(
        service,
        event(1, name="A study of nothing much", **ORAL),
        event(2, name="Place cells in the hippocampus of bats"),
        *(event(number, name=f"Paper about compilers {number}") for number in range(10, 40)),
    )
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, {}, now=start, others=[source]) as here:
        await here.add_feed(sources=["icml"], topics=["place cells"])
        await run(here, moment, START, 2)
        (header,) = headers(here.channel)
        assert "New at ICML 2026: 1 of 32 papers, day 1 of 14" in header
        (card,) = cards(here.channel)
        assert "Place cells in the hippocampus of bats" in card


async def test_a_paper_that_was_posted_from_arxiv_is_not_posted_again(
    service: Service, tmp_path: Path
) -> None:
    start = at(START, 8)
    moment = [start]
    put_programme(service, event(1, name=TITLE, **ORAL), event(2))
    days = {START: [Record(ON_ARXIV, batch=START)]}
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, days, now=start, others=[source]) as here:
        await here.add_feed()
        await here.tick(at(START, 9))
        assert TITLE in titles(here)[0]
        async with here.bot.services.database.write() as conn:
            (feed,) = await feeds.active(conn)
            await feeds.remove(conn, feed.id)
        await here.add_feed(sources=["icml"])
        await run(here, moment, START + DAY, 2)
        assert sum(TITLE in each for each in titles(here)) == 1
        async with here.bot.services.database.read() as conn:
            (stored,) = (await papers.get_many(conn, ["2605.00001"])).values()
        assert (stored.paper.venue, stored.paper.kind) == ("ICML 2026", "oral")


@pytest.mark.parametrize("answer", [html_reply(), Reply(b""), Reply(b'{"events": []}')])
async def test_a_site_that_fails_is_no_programme_that_is_not_out(
    service: Service, tmp_path: Path, answer: Reply
) -> None:
    start = at(START, 8)
    moment = [start]
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, {}, now=start, others=[source]) as here:
        await here.add_feed(sources=["icml"])
        await run(here, moment, START, 1)
        assert not await failing(here)  # 404: the programme is not out
        service.on(ROWS, answer)
        await run(here, moment, START + DAY, 1)
        assert await failing(here)
        put_programme(service, event(1))
        await run(here, moment, START + 2 * DAY, 2)
        assert not await failing(here)
        assert len(headers(here.channel)) == 1
        service.on(ROWS, Reply(status=404))
        await run(here, moment, START + 4 * DAY, 1)
        assert await failing(here)  # what was out is there no more
        known = await edition(here)
        assert known is not None
        assert known.papers == 1


async def test_an_edition_that_is_over_is_stored_and_not_posted(
    service: Service, tmp_path: Path
) -> None:
    start = at(START, 8)
    moment = [start]
    put_programme(service, event(1, endtime="2026-03-02T12:00:00Z"))
    source = icml_source(service, lambda: moment[0])
    async with world(tmp_path, {}, now=start, others=[source]) as here:
        await here.add_feed(sources=["icml"])
        await run(here, moment, START, 2)
        assert headers(here.channel) == []
        known = await edition(here)
        assert known is not None
        assert (known.papers, known.days) == (1, 0)


async def test_all_conferences_are_chosen_by_one_name(tmp_path: Path) -> None:
    async with world(tmp_path, {}) as here:
        offered = await here.admin.autocomplete(here.channel, "feed add", "sources", "conf")
        assert [choice["name"] for choice in offered] == ["All conferences"]
        result = await here.admin.slash(
            here.channel, "feed add", channel=here.channel, sources="conferences"
        )
        assert result.response is not None
        text = text_of(result.response.message)
        assert "ICLR" in text
        assert "EMNLP" in text
        assert "come over 14 days" in text
        refused = await here.admin.slash(
            here.channel, "feed edit", channel=here.channel, min_votes=3
        )
        assert refused.response is not None
        assert "have no upvotes" in (refused.response.content or text_of(refused.response.message))
