"""Threads of bioRxiv by the real source, whose server is on loopback."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from papers.sources.biorxiv import BiorxivSource
from papers.sources.responses import RetryPolicy
from storage import batches, source_health
from tests.bot.world import World, at, cards, headers, world
from tests.papers.sources.biorxiv_answers import YESTERDAY, path, put_day, row
from tests.papers.sources.serving import FakeTime, Service, html_reply, serving

DAY = timedelta(days=1)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        yield running


def source_of(service: Service, moment: list[datetime]) -> BiorxivSource:
    fake_time = FakeTime()
    return BiorxivSource(
        base_url=service.url,
        manners=RetryPolicy(attempts=1, cache_for=0.0),
        now=lambda: moment[0],
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )


def put_days(service: Service, papers: int, first: date = YESTERDAY - 5 * DAY) -> None:
    """Serve ten days with so many papers each."""
    for number in range(10):
        day = first + number * DAY
        rows = [
            row(1000 * number + place, date=day.isoformat(), title=f"Neuron {number}-{place}")
            for place in range(papers)
        ]
        put_day(service, rows, day=day)


async def run(here: World, moment: list[datetime], start: datetime, hours: int) -> None:
    for hour in range(0, hours, 2):
        moment[0] = start + timedelta(hours=hour)
        await here.tick(moment[0])


async def failing(here: World) -> bool:
    async with here.bot.services.database.read() as conn:
        states = await source_health.all(conn)
    return any(s.source == "bioRxiv" and s.failing_since is not None for s in states)


async def test_each_day_of_the_server_becomes_one_thread_and_asks_it_little(
    service: Service, tmp_path: Path
) -> None:
    start = at(YESTERDAY + DAY, 0)
    moment = [start]
    put_days(service, 40)
    async with world(tmp_path, now=start, others=[source_of(service, moment)]) as here:
        await here.add_feed(sources=["biorxiv"])
        await run(here, moment, start, 72)
        found = headers(here.channel)
        assert len(found) == 3
        assert all("40 new papers of bioRxiv" in header for header in found)
        assert not await failing(here)
    assert len(service.requests) <= 3 * 8


async def test_a_bot_that_is_killed_between_two_pages_reads_the_day_and_posts_it_once(
    service: Service, tmp_path: Path
) -> None:
    start = at(YESTERDAY + DAY, 8)
    moment = [start]
    put_days(service, 40)
    second_page = service.answers[path(30)]
    service.on(path(30), html_reply())
    async with world(tmp_path, now=start, others=[source_of(service, moment)]) as here:
        await here.add_feed(sources=["biorxiv"])
        await run(here, moment, start, 2)
        assert headers(here.channel) == []
        assert await failing(here)
        service.answers[path(30)] = second_page
        here.others = [source_of(service, moment)]
        await here.restart()
        await run(here, moment, start + timedelta(hours=2), 12)
        assert len(headers(here.channel)) == 1
        assert "40 new papers of bioRxiv" in headers(here.channel)[0]
        assert cards(here.channel, 0)


async def test_a_day_of_more_pages_than_are_asked_for_is_posted_as_far_as_it_came(
    service: Service, tmp_path: Path
) -> None:
    start = at(YESTERDAY + DAY, 8)
    moment = [start]
    put_days(service, 40)
    put_day(service, [row(number, title=f"Neuron {number}") for number in range(290)])
    async with world(tmp_path, now=start, others=[source_of(service, moment)]) as here:
        await here.add_feed(sources=["biorxiv"])
        await run(here, moment, start, 14)
        (header,) = headers(here.channel)
        assert "240 new papers of bioRxiv" in header
        assert not await failing(here)
        assert len(service.requests) == 8
        await run(here, moment, start + timedelta(hours=14), 14)
        assert "40 new papers of bioRxiv" in headers(here.channel)[1]
        async with here.bot.services.database.read() as conn:
            (kept,) = await batches.rows(conn, YESTERDAY, YESTERDAY, sources=["bioRxiv"])
        assert kept.papers == 290
        assert len(service.requests) <= 16
        assert not await failing(here)


async def test_a_bot_that_starts_again_and_again_does_not_ask_for_what_it_has(
    service: Service, tmp_path: Path
) -> None:
    start = at(YESTERDAY + DAY, 8)
    moment = [start]
    put_days(service, 40)
    service.on(path(30), html_reply())
    async with world(tmp_path, now=start, others=[source_of(service, moment)]) as here:
        await here.add_feed(sources=["biorxiv"])
        for hour in range(4):
            await run(here, moment, start + timedelta(hours=hour), 1)
            here.others = [source_of(service, moment)]
            await here.restart()
    assert len(service.requests) == 1 + 4  # the first page once, the broken one each time
