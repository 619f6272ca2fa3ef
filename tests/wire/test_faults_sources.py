"""What sources do to us: the day's thread comes late and says so, and nobody has to guess why."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from papers.sources.huggingface import HuggingFaceSource
from tests.bot.world import MONDAY, at
from tests.discord_server import DiscordServer
from tests.papers.sources.serving import (
    Answering,
    FakeTime,
    Reply,
    Service,
    html_reply,
    json_reply,
    serving,
)
from tests.wire.bot import Connected, connected
from tests.wire.fault_recorder import FaultRecorder

DAILY = "/api/daily_papers"
NINE = at(MONDAY, 9)
HOUR = timedelta(hours=1)


def record(number: int, **fields: Any) -> Any:
    """A paper as the Hub sends it."""
    paper: dict[str, Any] = {
        "id": f"2506.{number:05}",
        "authors": [{"_id": "6a", "name": "Ada Lovelace", "hidden": False}],
        "publishedAt": "2025-06-06T00:00:00.000Z",
        "title": f"Paper number {number}",
        "summary": "We note that engines compute.",
        "upvotes": number,
        "submittedOnDailyAt": "2025-06-09T00:00:00.000Z",
    }
    return {"paper": {**paper, **fields}, "publishedAt": "2025-06-06T00:00:00.000Z"}


def batch(*records: Any) -> Answering:
    """Answer with these records for the day, and with none for others."""

    def answer(request: web.Request) -> Reply:
        return json_reply(list(records) if request.query.get("date") == str(MONDAY) else [])

    return answer


WHOLE = batch(record(1), record(2), record(3))


@asynccontextmanager
async def fed_by_the_hub(
    server: DiscordServer, folder: Path
) -> AsyncGenerator[tuple[Connected, Service, FakeTime]]:
    """Connect a bot whose papers come from a Hub of our own."""
    time = FakeTime()
    async with serving() as hub:
        source = HuggingFaceSource(hub.url, sleep=time.sleep, clock=time.clock)
        async with connected(server, folder, sources=[source]) as here:
            await here.add_feed(time="09:00")
            yield here, hub, time


FAILING: list[tuple[str, Reply]] = [
    ("is down, 503", Reply(status=503)),
    ("breaks the connection", Reply(drop=True)),
    ("answers with garbage", Reply(b'[{"paper": {"id": "2506', headers={"Content-Type": "json"})),
    ("answers with another shape", json_reply({"papers": {"today": 3}})),
    ("asks whether we are a robot", html_reply()),
    ("refuses us, 403", Reply(status=403)),
    ("wants nothing for an hour, 429", Reply(status=429, headers={"Retry-After": "3600"})),
]


@pytest.mark.parametrize(("name", "reply"), FAILING, ids=[name for name, _ in FAILING])
async def test_a_source_that_fails_makes_the_thread_late_and_the_thread_says_so(
    discord_server: DiscordServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    reply: Reply,
) -> None:
    async with fed_by_the_hub(discord_server, tmp_path) as (here, hub, time):
        recorder = FaultRecorder(here, caplog)
        hub.on(DAILY, reply)
        for minute in range(0, 60, 5):
            await here.tick(NINE + timedelta(minutes=minute))
            time.now += 300
        asked = len(hub.requests)
        await recorder.observe(status=True)
        hub.on(DAILY, WHOLE)
        time.now += 600
        await here.tick(NINE + HOUR + timedelta(minutes=10))
        await recorder.observe(status=True)
        assert recorder.person[-1] == "1 late header, 1 thread, 3 cards"
        # A source that is in trouble is not made more of it: every five minutes, few tries each.
        assert asked <= 1 if reply.status == 429 else 10 <= asked <= 60
        recorder.record(f"source: {name}")


async def test_a_slow_source_holds_up_no_thread_that_can_come_without_it(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fed_by_the_hub(discord_server, tmp_path) as (here, hub, _):
        recorder = FaultRecorder(here, caplog)
        hub.on(DAILY, WHOLE)
        await here.tick(at(MONDAY, 8, 20))
        hub.on(DAILY, Reply(hang=30))
        here.clock.at = NINE
        await here.bot.app.cycle.run(NINE, timeout=0.1)
        await here.bot.services.queue.drain()
        await recorder.observe(status=True)
        recorder.record("source: takes half a minute for an answer")


async def test_broken_records_do_not_take_the_others_along(
    discord_server: DiscordServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with fed_by_the_hub(discord_server, tmp_path) as (here, hub, _):
        recorder = FaultRecorder(here, caplog)
        hub.on(DAILY, batch(record(1), {"paper": "?"}, record(3, title=None)))
        await here.tick(NINE)
        await recorder.observe(status=True)
        recorder.record("source: some records are broken")
