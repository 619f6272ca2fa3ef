"""The sources against answers that were recorded from the real ones."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from papers.model import Announcement, Author, Metrics
from papers.sources import PaperSource
from papers.sources.arxiv import ArxivSource
from papers.sources.arxiv_feed import read_found, read_listing
from papers.sources.huggingface import HuggingFaceSource
from papers.sources.huggingface_records import records_of
from papers.sources.responses import Response, RetryPolicy
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples"
DAYS = sorted((SAMPLES / "hf_daily").glob("*.json"))

pytestmark = needs_shared


def rows(path: Path) -> list[Any]:
    return cast("list[Any]", json.loads(path.read_text()))


def feed(name: str) -> Response:
    return Response(200, {}, (SAMPLES / name).read_bytes())


@pytest.mark.parametrize("path", DAYS, ids=[path.stem for path in DAYS])
def test_every_record_of_a_recorded_day_is_read_and_belongs_to_it(path: Path):
    wires = rows(path)
    records, broken = records_of(wires, "https://hub.example")
    assert broken == 0
    assert len(records) == len(wires)
    assert {record.batch for record in records} == {date.fromisoformat(path.stem)}
    assert all(r.paper.authors and r.paper.abstract and r.paper.submitter for r in records)
    assert all(r.metrics.upvotes is not None for r in records)


def test_the_fields_that_the_hubs_own_client_loses_are_kept():
    records, _ = records_of(rows(SAMPLES / "sotawhat__hf_daily_papers.json"), "https://hub.example")
    record = next(r for r in records if r.paper.id == "2606.13392")
    assert record.batch == date(2026, 6, 12)
    assert record.paper.published_at == datetime(2026, 6, 11, tzinfo=UTC)
    assert record.paper.summary
    assert record.paper.keywords
    assert record.paper.repository
    assert record.metrics.stars is not None


def test_a_batch_with_the_time_of_day_in_it_is_of_that_day():
    records, _ = records_of(rows(SAMPLES / "llm-paper-radar__hf_daily_response.json"), "")
    assert [record.batch for record in records] == [date(2026, 5, 8)] * 3


def test_records_without_an_ai_summary_and_with_relative_avatars_are_read():
    plain, broken = records_of(rows(SAMPLES / "All-News-AI__hf_daily_papers.json"), "")
    assert (len(plain), broken) == (5, 0)
    assert all(record.paper.summary is None for record in plain)
    relative = SAMPLES / "hf_daily_papers_2026-09-14_first_record.json"
    (record,), _ = records_of(rows(relative), "")
    assert record.paper.submitter == "infinitylogesh"
    assert record.metrics == Metrics(upvotes=0, stars=0, comments=1)


def test_search_results_have_no_batch_and_claimed_authors_have_their_account():
    records, broken = records_of(rows(SAMPLES / "hf-mcp-server__papers_search_q_kazakh.json"), "")
    assert (len(records), broken) == (9, 0)
    assert all(record.batch is None for record in records)
    assert records[0].paper.authors[0] == Author("Rustem Yeshpanov", "yeshpanovrustem")
    assert records[0].paper.authors[3] == Author("Ardak Shalkarbayuli")


@pytest.mark.parametrize(
    ("name", "day", "kinds"),
    [
        ("distill__arxiv_cs_cl.xml", date(2026, 4, 27), ["new"] * 3),
        ("distill__arxiv_cs_ai.xml", date(2026, 4, 27), ["new"] * 3),
        ("zotero-arxiv-daily__arxiv_rss_example.xml", date(2025, 8, 20), None),
        ("All-News-AI__arxiv_weekend_empty.xml", date(2026, 8, 1), []),
    ],
)
def test_recorded_announcements_are_read(name: str, day: date, kinds: list[str] | None):
    listing = read_listing(feed(name))
    assert (listing.day, listing.broken) == (day, 0)
    found = [record.announcement for record in listing.records]
    if kinds is None:
        assert (found.count(Announcement.NEW), found.count(Announcement.CROSS)) == (2, 5)
    else:
        assert found == [Announcement(kind) for kind in kinds]
    for record in listing.records:
        assert record.paper.authors
        assert not record.paper.abstract.startswith("arXiv:")


def test_an_announcement_with_broken_items_keeps_the_others():
    listing = read_listing(feed("SYNTHETIC__All-News-AI__arxiv_cs_cl.xml"))
    assert [record.announcement for record in listing.records] == [
        Announcement.NEW,
        Announcement.CROSS,
        Announcement.REPLACE_CROSS,
        None,
    ]
    assert listing.broken == 1


@pytest.mark.parametrize(
    ("name", "first", "count"),
    [
        ("sotawhat__arxiv_transformer.xml", "2606.13677", 5),
        ("llm-paper-radar__arxiv_response.xml", "2605.08083", 2),
        ("xiv__arxiv_response.xml", "2510.14968", 2),
        ("xiv__arxiv_empty.xml", None, 0),
    ],
)
def test_both_serializers_of_the_query_api_are_read(name: str, first: str | None, count: int):
    found = read_found(feed(name))
    assert len(found.records) == count
    for record in found.records:
        assert "\n" not in record.paper.title + record.paper.abstract
        assert record.paper.published_at
        assert record.paper.categories
    if first is not None:
        assert found.records[0].paper.id == first


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("id_0000.0000_s0_m100_8b51d9633a68", []),
        ("id_1605.08386_s0_m100_199195aa31ad", ["1605.08386"]),
        ("id_2104.12255v1_s0_m100_6ae69987ffe1", ["2104.12255"]),
        ("id_astro-ph_0601001_s0_m100_3150dca9dc76", ["astro-ph/0601001"]),
        ("id_quant-ph_0201082v1_s0_m100_86989fe779ef", ["quant-ph/0201082"]),
        ("id_abc_s0_m100_b79c8dcf6bc3", None),
    ],
)
def test_recorded_look_ups_are_read(name: str, ids: list[str] | None):
    wire = json.loads((SAMPLES / "arxiv.py" / f"{name}.json").read_text())
    found = read_found(Response(wire["status_code"], {}, wire["body"].encode()))
    if ids is None:
        assert found.error == "incorrect id format for abc"
    else:
        assert [record.paper.id for record in found.records] == ids


FAULTS = ["429", "500", "html", "slow", "cut"]


@pytest.fixture(params=[[], FAULTS], ids=["well", "ailing"])
def replay(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start the replay of the recorded days, well or with all its faults; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    faults = [word for fault in cast("list[str]", request.param) for word in ("--fault", fault)]
    script = SHARED / "tools" / "replay_sources.py"
    with subprocess.Popen(
        [sys.executable, str(script), "--port", str(port), *faults], stdout=subprocess.DEVNULL
    ) as process:
        yield f"http://127.0.0.1:{port}"
        process.kill()  # asked politely, it waits for the answers that it holds back


async def up(url: str) -> None:
    """Wait until the replay answers at all."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(aiohttp.ClientConnectorError),
        wait=wait_fixed(0.1),
        stop=stop_after_delay(20),
        reraise=True,
    ):
        with attempt:
            async with aiohttp.ClientSession() as session, session.get(f"{url}/ready"):
                pass


async def test_replayed_sources_answer_in_full_whatever_fails(replay: str):
    await up(replay)
    manners = RetryPolicy(timeout=1.0, first_pause=0.01, longest_pause=0.05)
    hub = HuggingFaceSource(replay, manners=manners)
    arxiv = ArxivSource(
        f"{replay}/arxiv/api/query", f"{replay}/arxiv/rss", pace=0.01, manners=manners
    )
    sources: list[PaperSource] = [hub, arxiv]
    try:
        for _ in range(3):
            batch = await hub.latest()
            assert batch.day == date(2026, 7, 10)
            assert len(batch.records) == 19
            assert batch.records[0].metrics.upvotes == 95
            assert (await hub.daily(date(2026, 7, 4))).records == ()
            assert len(await hub.lookup(["2607.03118", "2601.16211", "2101.00001"])) == 2
            assert len((await arxiv.latest()).records) == 3
            assert len(await arxiv.lookup(["2606.13677", "2101.00001"])) == 1
            assert await arxiv.search("transformer", 3)
    finally:
        for source in sources:
            await source.close()
