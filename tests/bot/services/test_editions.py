"""Editions of conferences: known once, whole or not at all, and merged with arXiv's papers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services import editions
from bot.services.editions import PORTION, Editions
from papers.export import ExportItem, Format, export
from papers.model import Author, Paper, Record
from papers.presentations import PRESENTATIONS
from papers.sources import EditionSource, SourceError
from papers.sources.conference_records import programme
from papers.sources.listings import Proceedings
from storage import batches, papers
from storage import editions as stored_editions
from storage.database import Database
from tests.papers.sources.conference_answers import event, rows

NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
FIRST = date(2026, 6, 9)
DAY = timedelta(days=1)
ICML = cast("EditionSource", type("Source", (), {"name": "ICML"})())


def of(*events: object) -> Proceedings:
    return programme(rows(*events), {}, "ICML", 2026, "https://icml.cc").seen(NOW.date())


@dataclass
class Killed:
    """A database that lets through so many writes, then takes nothing, as if the bot was killed."""

    database: Database
    writes: int
    made: int = field(default=0)

    def read(self) -> object:
        return self.database.read()

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        async with self.database.write() as conn:
            yield conn
            self.made += 1
            if self.made > self.writes:
                raise KeyboardInterrupt


async def kept(database: Database) -> stored_editions.Edition | None:
    async with database.read() as conn:
        return await stored_editions.get(conn, "ICML", "ICML 2026")


@pytest.mark.parametrize("writes", range(3))
async def test_a_bot_that_is_killed_while_it_stores_an_edition_stores_it_later_as_a_whole(
    database: Database, writes: int
) -> None:
    found = of(*map(event, range(PORTION + 1)))
    with pytest.raises(KeyboardInterrupt):
        await editions.store(cast("Database", Killed(database, writes)), ICML, found, NOW)
    assert await kept(database) is None
    async with database.read() as conn:
        assert await batches.rows(conn, FIRST, NOW.date(), sources=["ICML"]) == []
    await editions.store(database, ICML, found, NOW + DAY)
    edition = await kept(database)
    assert edition is not None
    assert (edition.day, edition.papers, edition.days) == (FIRST + DAY, PORTION + 1, 14)


async def test_an_edition_that_grows_or_shrinks_keeps_its_days_and_its_papers(
    database: Database,
) -> None:
    await editions.store(database, ICML, of(event(1), event(2)), NOW)
    oral = event(3, decision="Accept (oral)")
    await editions.store(database, ICML, of(event(2), oral), NOW + 3 * DAY)
    edition = await kept(database)
    assert edition is not None
    assert (edition.day, edition.papers) == (FIRST, 3)
    async with database.read() as conn:
        found = await Editions(["icml"]).candidates(conn, FIRST + 5 * DAY)
        assert [each.paper.title for each in found] == ["Paper 3", "Paper 2", "Paper 1"]
        assert {each.edition for each in found} == {"ICML 2026"}
        assert await Editions(["icml"]).candidates(conn, FIRST + 14 * DAY) == []
        assert await Editions(["biorxiv"]).candidates(conn, FIRST) == []
    with pytest.raises(SourceError, match="lists no papers"):
        await editions.store(database, ICML, of(), NOW + 4 * DAY)


async def test_rows_that_cannot_be_read_are_no_programme_that_is_not_out(
    database: Database,
) -> None:
    await editions.store(database, ICML, of(), NOW)
    with pytest.raises(SourceError):
        await editions.store(database, ICML, of(None), NOW)
    assert await kept(database) is None


async def test_an_arxiv_paper_that_a_conference_lists_is_one_paper_cited_as_the_conferences(
    database: Database,
) -> None:
    title = "Speculative decoding with trees of drafts"
    people = (Author("Ada Example"), Author("Bo Sample"))
    known = Paper("2505.00001", title, "We decode.", people, datetime(2025, 5, 1, tzinfo=UTC))
    async with database.write() as conn:
        await papers.upsert(conn, [Record(known)], now=NOW)
    await editions.store(database, ICML, of(event(1, name=title)), NOW)
    await editions.store(
        database, ICML, of(event(1, name=title, decision="Accept (oral)")), NOW + DAY
    )
    async with database.read() as conn:
        (edition_paper,) = await stored_editions.papers(conn, await _edition(database))
        keys = (await papers.all_keys(conn, ["2505.00001"]))["2505.00001"]
    paper = edition_paper.paper
    assert (paper.id, paper.venue, paper.kind) == ("2505.00001", "ICML 2026", "oral")
    assert keys == {"2505.00001", "openreview:Forum00001", "page:icml.cc/virtual/2026/poster/1"}
    written = export([ExportItem(paper)], Format.BIBTEX).decode()
    assert "@inproceedings{" in written
    for line in ("booktitle = {ICML 2026}", "year = {2026}", "eprint = {2505.00001}"):
        assert line in written
    assert "paper-conference" in export([ExportItem(paper)], Format.CSL_JSON).decode()
    assert "TY  - CPAPER" in (ris := export([ExportItem(paper)], Format.RIS).decode())
    assert "T2  - ICML 2026" in ris


async def _edition(database: Database) -> stored_editions.Edition:
    found = await kept(database)
    assert found is not None
    return found


def test_presentations_are_ordered() -> None:
    assert PRESENTATIONS == ("award", "oral", "spotlight", "highlight", "poster")
