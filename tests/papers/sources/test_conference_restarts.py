"""Conferences across restarts: each source here is a process of its own."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.sources import SourceError, SourceErrorKind
from papers.sources.conferences import REQUESTS, ConferenceSource
from papers.sources.memory import RememberingSource
from tests.papers.sources.conference_answers import ABSTRACTS, ROWS, event, icml_source, rows
from tests.papers.sources.serving import Reply, Service, html_reply, json_reply, serving
from tests.papers.sources.test_biorxiv_restarts import Remembering

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with serving() as running:
        put(running, rows(event(1)), '"r1"')
        running.on(ABSTRACTS, tagged({"1": "We ask."}, '"a1"'))
        yield running


def tagged(body: Any, tag: str) -> Any:
    """Return an answer that is not sent again to who has it."""

    def given(request: Any) -> Reply:
        same = request.headers.get("If-None-Match") == tag
        return Reply(status=304) if same else json_reply(body, headers={"ETag": tag})

    return given


def put(service: Service, body: Any, tag: str) -> None:
    service.on(ROWS, tagged(body, tag))


@asynccontextmanager
async def process(
    service: Service, memory: Remembering, now: datetime = NOW
) -> AsyncGenerator[ConferenceSource]:
    source = icml_source(service, lambda: now)
    assert isinstance(source, RememberingSource)
    await source.restore(memory)
    yield source
    await source.close()


async def stored(source: ConferenceSource) -> list[str]:
    """Return the titles that were sent, once they are stored."""
    found = await source.proceedings()
    await source.keep()
    return [] if found is None else [paper.title for paper in found.papers]


async def test_what_is_stored_is_not_sent_again_after_a_restart_until_it_changes(
    service: Service,
) -> None:
    memory = Remembering()
    async with process(service, memory) as source:
        assert await stored(source) == ["Paper 1"]
    for _ in range(2):
        async with process(service, memory) as source:
            assert await source.proceedings() is None
    assert len(service.requests) == 6
    put(service, rows(event(1), event(2)), '"r2"')
    async with process(service, memory) as source:
        assert await stored(source) == ["Paper 1", "Paper 2"]
    async with process(service, memory, NOW + DAY) as source:
        assert await source.proceedings() is None


async def test_what_was_lost_on_the_way_to_the_database_is_sent_to_the_next_process(
    service: Service,
) -> None:
    memory = Remembering()
    async with process(service, memory) as source:
        assert await source.proceedings() is not None
    async with process(service, memory) as source:
        assert await stored(source) == ["Paper 1"]


async def test_a_newer_version_that_reads_more_asks_for_everything_once_more(
    service: Service,
) -> None:
    memory = Remembering()
    async with process(service, memory) as source:
        await stored(source)
    memory.values = {
        name: kept.replace('"reading": 1', '"reading": 0') for name, kept in memory.values.items()
    }
    async with process(service, memory) as source:
        assert await stored(source) == ["Paper 1"]
    async with process(service, memory) as source:
        assert await source.proceedings() is None


async def test_a_file_that_says_nothing_of_its_state_is_not_remembered(service: Service) -> None:
    memory = Remembering()
    async with process(service, memory) as source:
        await stored(source)
    service.on(ROWS, json_reply(rows(event(3))))
    async with process(service, memory) as source:
        assert await stored(source) == ["Paper 3"]
    assert {name for _, name in memory.values} == {f"{service.url}{ABSTRACTS}"}


async def test_no_number_of_restarts_gets_past_the_requests_of_a_day(service: Service) -> None:
    memory = Remembering()
    service.on(ROWS, html_reply())
    kinds: list[SourceErrorKind] = []
    for _ in range(REQUESTS + 3):
        async with process(service, memory) as source:
            with pytest.raises(SourceError) as raised:
                await source.proceedings()
            kinds.append(raised.value.kind)
    assert kinds[REQUESTS:] == [SourceErrorKind.RATE_LIMITED] * 3
    assert len(service.requests) == REQUESTS
    put(service, rows(event(1)), '"r1"')
    async with process(service, memory, NOW + DAY) as source:
        assert await stored(source) == ["Paper 1"]
