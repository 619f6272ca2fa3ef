"""bioRxiv across restarts: each `BiorxivSource` here is a process of its own."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from papers.sources import SourceError, SourceErrorKind
from papers.sources.biorxiv import REQUESTS, BiorxivSource
from papers.sources.memory import RememberingSource
from tests.papers.sources.biorxiv_answers import (
    NOW,
    YESTERDAY,
    biorxiv_source,
    page,
    path,
    put_day,
    row,
)
from tests.papers.sources.serving import FakeTime, Service, html_reply, serving

DAY = timedelta(days=1)


class Remembering:
    """Keeps what a database would, as JSON."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, date], int] = {}
        self.values: dict[tuple[str, str], str] = {}

    async def claim(self, source: str, day: date, most: int) -> int | None:
        made = await self.made(source, day)
        if made >= most:
            return None
        self.requests[source, day] = made + 1
        return made + 1

    async def made(self, source: str, day: date) -> int:
        return self.requests.get((source, day), 0)

    async def read(self, source: str) -> dict[str, Any]:
        return {name: json.loads(v) for (of, name), v in self.values.items() if of == source}

    async def write(self, source: str, name: str, value: Any) -> None:
        if value is None:
            self.values.pop((source, name), None)
        else:
            self.values[source, name] = json.dumps(value)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        yield running


@asynccontextmanager
async def process(
    service: Service, memory: Remembering, now: datetime = NOW, server: str = "bioRxiv"
) -> AsyncGenerator[BiorxivSource]:
    async with biorxiv_source(service, FakeTime(), now=lambda: now, server=server) as source:
        assert isinstance(source, RememberingSource)
        await source.restore(memory)
        yield source


async def test_no_number_of_restarts_gets_past_the_requests_of_a_day(service: Service) -> None:
    memory = Remembering()
    service.on(path(), html_reply())
    for _ in range(3 * REQUESTS):
        async with process(service, memory) as source:
            with pytest.raises(SourceError):
                await source.daily(YESTERDAY)
    assert len(service.requests) == REQUESTS
    async with process(service, memory) as source:
        assert source.listed_days() == ()
        with pytest.raises(SourceError) as raised:
            await source.daily(YESTERDAY)
    assert raised.value.kind is SourceErrorKind.RATE_LIMITED
    async with process(service, memory, NOW + DAY) as source:
        assert source.listed_days()


async def test_two_processes_share_the_requests_of_a_day(service: Service) -> None:
    memory = Remembering()
    put_day(service, [row(number) for number in range(30 * 6)])
    put_day(service, [row(900 + n, date="2026-07-14") for n in range(90)], day=YESTERDAY - DAY)
    async with process(service, memory) as bot, process(service, memory) as ingest:
        assert len((await bot.daily(YESTERDAY)).records) == 180
        assert len((await ingest.daily(YESTERDAY - DAY)).records) == 60
        assert ingest.listed_days() == ()
    assert len(service.requests) == REQUESTS


async def test_pages_that_a_killed_process_has_read_are_not_asked_for_again(
    service: Service,
) -> None:
    memory = Remembering()
    rows = [row(number) for number in range(70)]
    put_day(service, rows)
    service.on(path(60), html_reply(), page(rows[60:], 70, cursor=60))
    async with process(service, memory) as source:
        with pytest.raises(SourceError):
            await source.daily(YESTERDAY)
    async with process(service, memory) as source:
        assert YESTERDAY in source.listed_days()
        assert len((await source.daily(YESTERDAY)).records) == 70
    assert [each.path for each in service.requests] == [path(0), path(30), path(60), path(60)]


async def test_a_listing_that_was_read_today_is_known_after_a_restart_and_whole(
    service: Service,
) -> None:
    memory = Remembering()
    put_day(service, [row(number) for number in range(40)])
    async with process(service, memory) as source:
        first = await source.daily(YESTERDAY)
    async with process(service, memory) as source:
        assert await source.daily(YESTERDAY) == first
    assert len(service.requests) == 2
    # The day after, one page shows that it has not grown.
    async with process(service, memory, NOW + DAY) as source:
        assert (await source.daily(YESTERDAY)).records == first.records
    assert len(service.requests) == 3


async def test_pages_that_were_begun_in_vain_are_begun_again_after_a_restart(
    service: Service,
) -> None:
    memory = Remembering()
    rows = [row(number) for number in range(5)]
    service.on(path(0), page(rows[:3], 5))
    service.on(path(3), page([], 3, cursor=3), page(rows[3:], 5, cursor=3))
    async with process(service, memory) as source:
        with pytest.raises(SourceError):
            await source.daily(YESTERDAY)
    assert memory.values == {}
    async with process(service, memory) as source:
        assert len((await source.daily(YESTERDAY)).records) == 5


async def test_what_is_kept_goes_after_a_week_and_is_each_servers_own(service: Service) -> None:
    memory = Remembering()
    put_day(service, [row(1)])
    async with process(service, memory) as source:
        await source.daily(YESTERDAY)
    service.on(path(server="medrxiv"), page([row(2, server="medRxiv")], 1))
    async with process(service, memory, server="medRxiv") as source:
        assert len((await source.daily(YESTERDAY)).records) == 1
    assert {source for source, _ in memory.values} == {"bioRxiv", "medRxiv"}
    later = YESTERDAY + 10 * DAY
    put_day(service, [row(3, date=later.isoformat())], day=later)
    async with process(service, memory, NOW + 10 * DAY) as source:
        await source.daily(later)
    assert [name for source, name in memory.values if source == "bioRxiv"] == [f"{later} all"]
