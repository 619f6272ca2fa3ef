"""Two weeks of what the real ingester asks the real sources, answered on this machine.

The Daily Papers are those that were recorded. Of the others no day was recorded whole: theirs are
as large as `benchmarks._sources_answers` has them.
"""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

from benchmarks._sources_answers import FEEDS, FIRST_RECORDED, WORKING_DAYS, Answers
from bot.services.ingest import Ingester
from bot.services.web_feeds import WebFeeds
from papers import calendar
from papers.sources import PaperSource
from papers.sources.arxiv import ArxivSource
from papers.sources.biorxiv import SERVERS, BiorxivSource
from papers.sources.conferences import CONFERENCES, conference_source
from papers.sources.crossref import CHEMRXIV, SSRN, Crossref, CrossrefSource
from papers.sources.declared import CHOSEN
from papers.sources.feed import FeedReader
from papers.sources.huggingface import HuggingFaceSource
from papers.sources.public_addresses import anything
from papers.zones import NEW_YORK
from storage import batches, feeds, server_sources, web_feeds
from storage.database import Database

START: Final = FIRST_RECORDED
"""A Monday, from which on two weeks of Daily Papers were recorded."""
DAYS: Final = 14
_STEP: Final = timedelta(minutes=10)
_DAY: Final = timedelta(days=1)


@dataclass
class Simulated:
    """The time, which passes in steps and by sleeping."""

    at: datetime
    slept: float = 0.0

    def now(self) -> datetime:
        """Return the time."""
        return self.at

    def clock(self) -> float:
        """Return the seconds of a clock that only moves on."""
        return self.at.timestamp() + self.slept

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept += seconds


@dataclass
class Days:
    """What a source was asked, by the day as its budget has it, and the sizes of its days."""

    requests: dict[date, int] = field(default_factory=lambda: defaultdict[date, int](int))
    papers: list[int] = field(default_factory=list[int])

    def line(self, days: int = DAYS) -> dict[str, Any]:
        """Return the days' figures."""
        counts = [self.requests[START + number * _DAY] for number in range(days)]
        figures: dict[str, Any] = {"requests a day": _figures(counts)}
        return figures | ({"papers a day": _figures(self.papers)} if self.papers else {})


async def live(
    folder: Path, days: int = DAYS, sizes: Mapping[str, int] = WORKING_DAYS
) -> dict[str, Days]:
    """Let the days pass; return what each source was asked and had, by its name."""
    time_of = Simulated(datetime.combine(START - _DAY, time(), UTC))
    found: dict[str, Days] = defaultdict(Days)
    async with _served(time_of, found, Answers(time_of.now, sizes)) as url:
        sources = _sources(url, time_of)
        database = await Database.open(f"sqlite+aiosqlite:///{folder / 'sources.db'}")
        try:
            await _settle(database, url, time_of.at)
            reader = FeedReader(allowed=anything, sleep=time_of.sleep, clock=time_of.clock)
            web_feeds_ = WebFeeds(database, reader, on_new=lambda: None)
            ingester = Ingester(database, sources, web_feeds_, interval=timedelta(minutes=30))
            while time_of.at.date() < START + days * _DAY:
                await ingester.run_due(time_of.at, calendar.expected_batch(time_of.at))
                time_of.at += _STEP
            for source in sources:
                found[source.name].papers = await _sizes(database, source.name, days)
        finally:
            await database.close()
            for source in sources:
                await source.close()
    return found


async def _sizes(database: Database, source: str, days: int) -> list[int]:
    """Return the sizes of the days that are over everywhere."""
    last = START + (days - 2) * _DAY
    async with database.read() as conn:
        return [row.papers for row in await batches.rows(conn, START, last, sources=[source])]


def _figures(counts: Sequence[int]) -> dict[str, float]:
    return {"median": median(counts), "most": max(counts), "sum": sum(counts)}


async def _settle(database: Database, url: str, now: datetime) -> None:
    """Let one feed use all sources, one the default ones, and a server have three feeds."""
    shared: Any = {"at": time(9), "timezone": "UTC", "size": 5, "now": now}
    async with database.write() as conn:
        for number, name in enumerate(FEEDS):
            feed = await web_feeds.add(conn, f"{url}/{name}", now)
            await server_sources.offer(conn, 1, feed.id, f"Feed {number}", now)
            await server_sources.add(conn, 1, feed.id, now)
        await feeds.add(conn, guild_id=1, channel_id=1, sources=CHOSEN, **shared)
        await feeds.add(conn, guild_id=1, channel_id=2, trending=True, **shared)


def _sources(url: str, time_of: Simulated) -> Sequence[PaperSource]:
    paced: Any = {"sleep": time_of.sleep, "clock": time_of.clock}
    timed: Any = {"now": time_of.now, **paced}
    return (
        HuggingFaceSource(f"{url}/Hugging Face", **paced),
        ArxivSource(f"{url}/arXiv/api/query", f"{url}/arXiv/rss", **paced),
        *(BiorxivSource(server, f"{url}/{server}", **timed) for server in SERVERS),
        *(
            CrossrefSource(Crossref(f"{url}/{works.name}", **paced), works, now=time_of.now)
            for works in (CHEMRXIV, SSRN)
        ),
        *(
            conference_source(replace(each, url=f"{url}/{each.name}"), **timed)
            for each in CONFERENCES
        ),
    )


@asynccontextmanager
async def _served(
    time_of: Simulated, found: dict[str, Days], answers: Answers
) -> AsyncGenerator[str]:
    async def handle(request: web.Request) -> web.Response:
        name, _, rest = request.path.lstrip("/").partition("/")
        zone = NEW_YORK if name in SERVERS else UTC
        found[name].requests[time_of.at.astimezone(zone).date()] += 1
        reply = answers.of(name, rest, request.query)
        tag = json.dumps(str(hash(reply.body)))
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(
            body=reply.body, status=reply.status, headers={**reply.headers, "ETag": tag}
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
