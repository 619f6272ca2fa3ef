"""`/library import zotero:`: a public library, as Zotero's documentation says that it answers."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import aiohttp
import pytest

from papers.sources.responses import RetryPolicy
from papers.sources.zotero import ZoteroSource
from tests.bot.library_fakes import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    change_paper,
    posted,
    said,
    shelf,
    slash,
)
from tests.bot.services.library.test_long_imports import Listing
from tests.bot.world import MONDAY, World, at
from tests.papers.sources.serving import Reply, Service, serving
from tests.papers.sources.zotero_answers import (
    GROUP,
    USER,
    preprint,
    zotero_item,
    zotero_pages,
    zotero_refusal,
)


@asynccontextmanager
async def reading(folder: Path) -> AsyncGenerator[tuple[World, Service]]:
    """Open a world in which a server answers for Zotero, and is asked once for each page."""
    # simcord waits for timers, such as that of a connection which is kept open.
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        serving() as service,
        posted(folder) as here,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        policy = RetryPolicy(attempts=1, cache_for=0)
        source = ZoteroSource(service.url, pace=0, manners=policy, session=session)
        vars(here.bot.services.zotero)["_source"] = source
        yield here, service


async def imported(here: World, named: str = "475425", **options: Any) -> str:
    return said(await slash(here, "library import", zotero=named, **options))


async def test_papers_with_an_arxiv_id_are_saved_and_others_are_named(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        service.on(
            USER,
            zotero_pages(
                [
                    preprint(FIRST),
                    zotero_item(2, url=f"https://arxiv.org/pdf/{SECOND}v2"),
                    zotero_item(3, title="A history of engines", itemType="book"),
                    zotero_item(4, itemType="note", note=f"see arXiv:{THIRD}", title=""),
                    preprint("2506.09999"),
                ]
            ),
        )
        result = await slash(here, "library import", zotero="475425", list="favourites")
        text = said(result)
        assert "2 papers saved to ⭐ favourites." in text
        assert "1 paper wasn't found: `2506.09999`" in text
        assert "1 entry without a paper that I can look up:" in text
        assert "> A history of engines" in text
        assert await shelf(here, here.member) == {"favourites": {FIRST, SECOND}}
        await here.member.click(answer(result), label="Undo")
        assert await shelf(here, here.member) == {}


async def test_a_paper_is_known_by_the_doi_of_its_journal(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        change_paper(here, doi="10.1234/engines.7")
        await here.tick(at(MONDAY, 10))
        service.on(USER, zotero_pages([zotero_item(1, DOI="10.1234/Engines.7")]))
        assert "1 paper saved." in await imported(here)


async def test_the_address_of_zotero_is_a_setting(tmp_path: Path) -> None:
    async with serving() as service, posted(tmp_path, zotero_url=f"{service.url}/api/") as here:
        service.on(f"/api{USER}", zotero_pages([preprint(FIRST)]))
        zotero = here.bot.services.zotero
        try:
            assert (await zotero.read("475425", AsyncMock())).found.ids == [FIRST]
        finally:
            await vars(zotero)["_source"].close()


async def test_a_groups_link_leads_to_its_library(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        service.on(GROUP, zotero_pages([preprint(FIRST)]))
        text = await imported(here, "https://www.zotero.org/groups/12345/engines/library")
        assert "1 paper saved." in text


async def test_a_long_library_is_read_to_its_end(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        vars(here.bot.services.lookup)["_sources"] = [Listing()]
        service.on(USER, zotero_pages([preprint(f"2301.{n:05}") for n in range(1, 251)]))
        assert "225 papers saved." in await imported(here)
        assert [query["start"] for query in service.queries] == ["0", "100", "200"]


async def test_what_was_read_before_zotero_failed_is_saved_and_the_rest_is_named(
    tmp_path: Path,
) -> None:
    async with reading(tmp_path) as (here, service):
        vars(here.bot.services.lookup)["_sources"] = [Listing()]
        pages = zotero_pages([preprint(f"2301.{n:05}") for n in range(1, 251)])
        service.on(USER, pages, zotero_refusal(429))
        text = await imported(here)
        assert "90 papers saved." in text
        assert "Only the first 100 of 250 entries were read, the latest added first." in text
        assert "Zotero asked me to slow down." in text


async def test_of_a_huge_library_the_entries_added_last_are_read(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        vars(here.bot.services.zotero)["_most"] = 200
        many = [preprint(FIRST), *(zotero_item(n, title="A book") for n in range(300))]
        service.on(USER, zotero_pages(many))
        text = await imported(here)
        assert "1 paper saved." in text
        assert "Only the first 200 of 301 entries were read, the latest added first." in text
        assert len(service.requests) == 2


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (zotero_refusal(403), "This Zotero library isn't public."),
        (zotero_refusal(404), "Zotero has no library with this number."),
        (zotero_pages([]), "This Zotero library is empty."),
        (zotero_refusal(429), "Zotero asked me to slow down. Try again in a few minutes."),
        (zotero_refusal(503), "Zotero is unavailable. Try again in a few minutes."),
        (Reply(b"<html>hello"), "Zotero sent an unreadable answer."),
        (Reply(drop=True), "Zotero couldn't be reached."),
    ],
)
async def test_why_nothing_could_be_read_is_said(tmp_path: Path, reply: Any, sentence: str) -> None:
    async with reading(tmp_path) as (here, service):
        service.on(USER, reply)
        assert sentence in await imported(here)


async def test_a_library_without_a_paper_of_arxiv_says_so(tmp_path: Path) -> None:
    async with reading(tmp_path) as (here, service):
        service.on(USER, zotero_pages([zotero_item(n) for n in range(150)]))
        text = await imported(here)
        assert "None of the entries of this Zotero library has an arXiv id" in text
        assert await shelf(here, here.member) == {}


@pytest.mark.parametrize("named", ["ada", "https://www.zotero.org/ada", "x" * 300])
async def test_a_user_name_is_not_enough_and_nothing_is_asked(tmp_path: Path, named: str) -> None:
    async with reading(tmp_path) as (here, service):
        assert "A user name isn't enough." in await imported(here, named)
        assert service.requests == []
