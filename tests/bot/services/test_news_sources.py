"""Asking the sources what became of saved papers: little, politely, and never before people."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.runtime.clock import FixedClock
from bot.services.news import (
    ASKED_AT_ONCE,
    ASKED_ONE_BY_ONE,
    BETWEEN_LISTINGS,
    PEOPLE_LATELY,
    NewsWatch,
)
from bot.services.source_queries import SourceQueries
from papers.model import Announcement, Batch, Record
from papers.sources import SourceError, SourceErrorKind
from storage import batches, library, papers, source_health, source_searches
from storage.database import Database
from storage.library import Via
from storage.news import AFTER_FAILURE, BETWEEN_ANSWERS
from storage.tables import news, person_news
from tests.bot.services.publishing.test_publishing_sources import preprint
from tests.bot.world import MONDAY, FakeSource, at, paper
from tests.databases import open_empty

ADA = 1001
NOON = at(MONDAY, 12)
MINUTE = timedelta(minutes=1)


@dataclass
class Asked(FakeSource):
    """A source that notes what it is asked about, and may answer only when it is let."""

    looked_up: list[list[str]] = field(default_factory=list[list[str]])

    async def lookup(self, paper_ids: Sequence[str]) -> list[Record]:
        self.looked_up.append(list(paper_ids))
        if self.failing:
            raise SourceError(self.name, SourceErrorKind.UNAVAILABLE, "503")
        return await super().lookup(paper_ids)


@dataclass
class Watched:
    """A library of one person, the sources, and what watches both."""

    database: Database
    watch: NewsWatch
    sources: tuple[Asked, ...]
    indexed: list[None]

    async def minute(self, now: datetime) -> None:
        self.watch.start(now)
        await self.watch.drain()

    def restart(self) -> None:
        """Forget what a process has in memory."""
        queries = SourceQueries(self.database, self.sources, FixedClock(NOON))
        self.watch = NewsWatch(self.database, queries, lambda: self.indexed.append(None))

    async def save(self, *numbers: int, now: datetime = NOON) -> None:
        saved = {paper(number).id: now + timedelta(seconds=number) for number in numbers}
        async with self.database.write() as conn:
            await papers.upsert(conn, [Record(paper(number)) for number in numbers], now=now)
            mine = next(e for e in await library.ensure(conn, ADA, now) if e.is_default)
            await library.save(conn, ADA, mine.id, saved, via=Via.COMMAND)

    async def found(self) -> int:
        async with self.database.read() as conn:
            return await conn.scalar(select(func.count()).select_from(news)) or 0


@asynccontextmanager
async def watched(folder: Path, *sources: Asked) -> AsyncGenerator[Watched]:
    database = await open_empty(folder)
    queries = SourceQueries(database, sources, FixedClock(NOON))
    indexed: list[None] = []
    watch = NewsWatch(database, queries, lambda: indexed.append(None))
    try:
        yield Watched(database, watch, sources, indexed)
    finally:
        await database.close()


def hub(*numbers: int, **known: Any) -> Asked:
    return Asked({MONDAY: [Record(paper(number, **known)) for number in numbers]}, name="Hub")


def arxiv(*numbers: int, **known: Any) -> Asked:
    source = replace(hub(*numbers, **{"version": 1} | known), name="arXiv", curated=False)
    source.looked_up = []
    return source


def ids(*numbers: int) -> list[str]:
    return [paper(number).id for number in numbers]


async def test_the_hub_is_asked_one_by_one_and_a_listing_about_many_at_once(
    tmp_path: Path,
) -> None:
    numbers = range(1, ASKED_ONE_BY_ONE + 3)
    async with watched(tmp_path, hub(*numbers), arxiv(*numbers)) as here:
        await here.save(*numbers)
        await here.minute(NOON + MINUTE)
        newest = ids(*reversed(numbers))
        community, archive = here.sources
        assert community.looked_up == [[each] for each in newest[:ASKED_ONE_BY_ONE]]
        assert archive.looked_up == [newest]
        assert len(newest) <= ASKED_AT_ONCE
        await here.minute(NOON + 2 * MINUTE)
        assert community.looked_up[ASKED_ONE_BY_ONE:] == [
            [each] for each in newest[ASKED_ONE_BY_ONE:]
        ]


async def test_each_paper_is_asked_about_once_a_week_also_after_a_restart(tmp_path: Path) -> None:
    async with watched(tmp_path, hub(1), arxiv(1)) as here:
        await here.save(1)
        for minutes in range(1, 40):
            await here.minute(NOON + minutes * MINUTE)
            here.restart()
        assert [source.looked_up for source in here.sources] == [[ids(1)], [ids(1)]]
        await here.minute(NOON + MINUTE + BETWEEN_ANSWERS)
        assert [len(source.looked_up) for source in here.sources] == [2, 2]


async def test_a_listing_is_left_alone_for_a_while_after_a_question(tmp_path: Path) -> None:
    async with watched(tmp_path, arxiv(1, 2)) as here:
        (source,) = here.sources
        await here.save(1)
        await here.minute(NOON + MINUTE)
        await here.save(2)
        await here.minute(NOON + 2 * MINUTE)
        assert source.looked_up == [ids(1)]
        await here.minute(NOON + MINUTE + BETWEEN_LISTINGS)
        assert source.looked_up == [ids(1), ids(2)]


async def test_while_people_ask_the_sources_are_left_to_them(tmp_path: Path) -> None:
    async with watched(tmp_path, hub(1), arxiv(1)) as here:
        await here.save(1)
        now = NOON + MINUTE
        async with here.database.write() as conn:
            for number in range(PEOPLE_LATELY):
                await source_searches.claim(conn, f"q{number}", now=now, per_minute=99)
        await here.minute(now)
        assert [source.looked_up for source in here.sources] == [[], []]
        await here.minute(now + 2 * MINUTE)
        assert [len(source.looked_up) for source in here.sources] == [1, 1]


async def test_a_source_that_fails_is_a_value_and_asked_again_some_hours_later(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path, hub(1, 2)) as here:
        (source,) = here.sources
        await here.save(1, 2)
        source.failing = True
        await here.minute(NOON + MINUTE)
        assert source.looked_up == [ids(2)], "one question is enough to see that it fails"
        source.failing = False
        await here.minute(NOON + 2 * MINUTE)
        assert source.looked_up == [ids(2)]
        await here.minute(NOON + MINUTE + AFTER_FAILURE)
        assert source.looked_up[1:] == [ids(2), ids(1)]
        source.days[MONDAY] = [Record(paper(n, repository="https://e.org/c")) for n in (1, 2)]
        await here.minute(NOON + MINUTE + AFTER_FAILURE + BETWEEN_ANSWERS)
        assert await here.found() == 2


async def test_a_source_that_is_known_to_fail_is_not_asked(tmp_path: Path) -> None:
    async with watched(tmp_path, hub(1), arxiv(1)) as here:
        await here.save(1)
        community, archive = here.sources
        error = SourceError(community.name, SourceErrorKind.UNREACHABLE, "no connection")
        async with here.database.write() as conn:
            await source_health.failed(conn, error, NOON)
        await here.minute(NOON + MINUTE)
        assert community.looked_up == []
        assert archive.looked_up == [ids(1)]


async def test_a_paper_that_the_hub_does_not_have_yet_is_news_when_it_gets_code_there(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path, hub()) as here:
        (source,) = here.sources
        await here.save(1)
        await here.minute(NOON + MINUTE)
        source.days[MONDAY] = [Record(paper(1, repository="https://e.org/c"))]
        await here.minute(NOON + MINUTE + BETWEEN_ANSWERS)
        assert await here.found() == 1
        assert here.indexed, "the search follows"


async def test_a_pass_that_is_stopped_goes_on_after_the_restart(tmp_path: Path) -> None:
    async with watched(tmp_path, hub(1)) as here:
        await here.save(1)
        here.watch.start(NOON + MINUTE)
        await here.watch.pause()
        here.restart()
        await here.minute(NOON + MINUTE + AFTER_FAILURE)
        assert here.sources[0].looked_up[-1:] == [ids(1)]


async def test_two_processes_ask_about_a_paper_once_and_find_its_news_once(tmp_path: Path) -> None:
    async with watched(tmp_path, hub(1)) as here:
        await here.save(1)
        (source,) = here.sources
        other = await open_empty(tmp_path)
        queries = SourceQueries(other, here.sources, FixedClock(NOON))
        second = NewsWatch(other, queries, lambda: None)
        try:
            for now in (NOON + MINUTE, NOON + MINUTE + BETWEEN_ANSWERS):
                here.watch.start(now)
                second.start(now)
                await here.watch.drain()
                await second.drain()
                source.days[MONDAY] = [Record(paper(1, repository="https://e.org/c"))]
        finally:
            await other.close()
        assert source.looked_up == [ids(1), ids(1)]
        assert await here.found() == 1
        async with here.database.read() as conn:
            assert await conn.scalar(select(func.count()).select_from(person_news)) == 1


async def test_a_saved_preprint_gets_its_news_from_its_servers_listing_alone(
    tmp_path: Path,
) -> None:
    first = preprint(MONDAY, 1, "A Map of Every Neuron")
    key = first.paper.id

    async def posted(here: Watched, day: int, **known: Any) -> None:
        now = NOON + timedelta(days=day)
        revised = replace(first.paper, **known)
        record = replace(first, paper=revised, announcement=Announcement.REPLACE)
        async with here.database.write() as conn:
            batch = Batch(MONDAY + timedelta(days=day), (record,))
            await batches.record(conn, batch, "bioRxiv", now=now)
        for minute in range(2):
            await here.minute(now + timedelta(minutes=minute))

    async with watched(tmp_path, hub(1), arxiv(1)) as here:
        async with here.database.write() as conn:
            await papers.upsert(conn, [first], now=NOON)
            mine = next(e for e in await library.ensure(conn, ADA, NOON) if e.is_default)
            await library.save(conn, ADA, mine.id, {key: NOON}, via=Via.COMMAND)
        await here.minute(NOON)
        await posted(here, 1, version=2)
        await posted(here, 2, version=2, doi="10.1038/s41586-026-10461-3")
        await posted(here, 3, version=3, withdrawn_at=NOON + timedelta(days=3))
        here.restart()
        await posted(here, 4, version=3, withdrawn_at=NOON + timedelta(days=3))
        async with here.database.read() as conn:
            found = await conn.execute(select(news.c.kind, news.c.level).order_by(news.c.id))
            assert [tuple(row) for row in found] == [
                ("version", 2),
                ("published", 1),
                ("withdrawn", 1),
            ]
            assert await conn.scalar(select(func.count()).select_from(person_news)) == 3
        assert [source.looked_up for source in here.sources] == [[], []], "they don't know it"
