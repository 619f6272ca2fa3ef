"""Answers that are not whole, not new or no answer, as arXiv has been seen to give them."""

import contextlib
import gzip
import json
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources import SourceError, SourceErrorKind
from papers.sources.arxiv import ArxivSource
from papers.sources.arxiv_feed import read_listing
from papers.sources.huggingface import HuggingFaceSource
from papers.sources.huggingface_records import record_of
from papers.sources.rate_limits import LONGEST_WAIT, retry_after_seconds
from papers.sources.responses import MalformedError, Response
from storage import batches
from storage.database import Database
from tests.papers.sources.arxiv_answers import API, RSS, arxiv_source, atom, entry, item, rss
from tests.papers.sources.serving import FakeTime, Reply, Service

DATE = "Fri, 10 Jul 2026 06:00:00 GMT"


@pytest.fixture
async def source(service: Service, fake_time: FakeTime) -> AsyncIterator[ArxivSource]:
    async with arxiv_source(service, fake_time) as found:
        yield found


def counting(total: int, *entries: str, start: int = 0) -> Reply:
    """An answer of the query API that says how many papers it has found."""
    counts = (
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>"
        f'<opensearch:startIndex xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{start}</opensearch:startIndex>'
    )
    return atom(counts, *entries)


async def test_an_empty_page_of_what_was_found_is_asked_for_again(
    service: Service, source: ArxivSource
) -> None:
    service.on(API, counting(700), counting(700, entry("2607.00001v1")))
    assert [r.paper.id for r in await source.search("agents", 5)] == ["2607.00001"]
    service.on(API, counting(2), counting(2, entry("2607.00002v1")))
    assert [r.paper.id for r in await source.lookup(["2607.00002"])] == ["2607.00002"]
    assert len(service.requests) == 4


async def test_a_page_that_stays_empty_is_a_failure_and_not_nothing_found(
    service: Service, source: ArxivSource
) -> None:
    service.on(API, counting(700))
    with pytest.raises(SourceError) as caught:
        await source.search("agents", 5)
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_what_was_not_found_is_nothing(service: Service, source: ArxivSource) -> None:
    service.on(API, counting(0))
    assert await source.search("agents", 5) == []
    service.on(API, counting(3, start=3))
    assert await source.search("robots", 5) == []


@pytest.mark.parametrize(
    "error",
    [
        "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_x</id><title>Error</title>"
        "<summary>incorrect id format for x</summary></entry>",
        "<entry><id>https://arxiv.org/api/errors</id><summary>bad</summary></entry>",
        "<entry><id>https://arxiv.org/api/errors</id><title></title></entry>",
        "<entry><title>Error</title><summary>bad</summary></entry>",
        "<entry><id>http://arxiv.org/abs/</id><title> Error </title></entry>",
    ],
    ids=["named", "no title", "empty title", "no id", "no paper's id"],
)
@pytest.mark.parametrize("status", [200, 400])
async def test_an_error_in_the_place_of_a_paper_is_a_refusal_and_no_paper(
    error: str, status: int, service: Service, source: ArxivSource
) -> None:
    service.on(API, atom(error, status=status))
    with pytest.raises(SourceError) as caught:
        await source.search("agents", 5)
    assert caught.value.kind is SourceErrorKind.REFUSED
    assert await source.lookup(["2607.00001"]) == []


async def test_a_paper_called_error_is_a_paper(service: Service, source: ArxivSource) -> None:
    service.on(API, atom(entry("2607.00001v1").replace("Paper 2607.00001v1", "Error")))
    (record,) = await source.lookup(["2607.00001"])
    assert record.paper.title == "Error"


async def test_an_entry_without_an_id_costs_no_other(service: Service, source: ArxivSource) -> None:
    nameless = "<entry><title/><updated>2021-08-15T00:00:00Z</updated><author/></entry>"
    service.on(API, atom(nameless, entry("2607.00001v1")))
    found = await source.lookup(["2208.05394", "2607.00001"])
    assert [record.paper.id for record in found] == ["2607.00001"]


async def test_a_feed_of_which_the_packed_end_is_missing_is_asked_for_again(
    service: Service, source: ArxivSource
) -> None:
    packed = gzip.compress(rss(*(item(n) for n in range(1, 300))).body)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/rss+xml"}
    half = Reply(packed[: len(packed) // 2], headers=headers)
    service.on(RSS, half, Reply(packed, headers=headers))
    assert len((await source.latest()).records) == 299
    assert len(service.requests) == 2


async def test_a_stale_category_in_a_current_feed_is_no_part_of_the_day(
    service: Service, source: ArxivSource
) -> None:
    stale = {"pubDate": "Tue, 28 Jul 2026 00:00:00 -0400", "category": "cs.LG"}
    service.on(RSS, rss(*(item(n, **stale) for n in range(1, 6)), item(6), item(7, "replace")))
    batch = await source.latest()
    assert (batch.day, batch.broken) == (date(2026, 7, 29), 0)
    assert [record.paper.id for record in batch.records] == ["2607.00006", "2607.00007"]


async def test_an_item_signed_by_the_feed_s_own_mail_address_has_no_author(
    service: Service, source: ArxivSource
) -> None:
    service.on(RSS, rss(item(1, dc__creator="", author="rss-help@arxiv.org")))
    (record,) = (await source.latest()).records
    assert record.paper.authors == ()


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        ("The paper is withdrawn because of an error in Theorem 2", True),
        ("This manuscript is now withdrawn", True),
        ("Submission withdrawn due to errors in Section 4", True),
        ("We have withdrawn this paper", True),
        ("We withdraw this submission, since Lemma 3 is wrong", True),
        ("The authors have withdrawn the article", True),
        ("This version withdrawn by arXiv administrators", True),
        ("This work is withdrawn from NeurIPS 2025", False),
        ("We have withdrawn this paper from ICLR", False),
        ("An earlier version was withdrawn; accepted at ACL", False),
        ("Dataset of withdrawn papers", False),
    ],
)
async def test_a_withdrawal_is_known_however_it_is_written(
    comment: str, withdrawn: bool, service: Service, source: ArxivSource
) -> None:
    service.on(API, atom(entry("2607.00001v2", f"<arxiv:comment>{comment}</arxiv:comment>")))
    (record,) = await source.lookup(["2607.00001"])
    assert (record.paper.withdrawn_at is not None) is withdrawn


async def test_a_503_that_names_a_time_holds_back_every_request(
    service: Service, source: ArxivSource, fake_time: FakeTime
) -> None:
    service.on(API, Reply(status=503, headers={"Retry-After": "3600"}))
    service.on(RSS, rss(item(1)))
    with pytest.raises(SourceError) as caught:
        await source.search("agents", 5)
    assert (caught.value.kind, caught.value.retry_after) == (SourceErrorKind.UNAVAILABLE, 3600)
    with pytest.raises(SourceError):
        await source.latest()
    assert len(service.requests) == 1
    fake_time.now += 3600
    assert len((await source.latest()).records) == 1


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("1.5", 1.5),
        ("10, 10", 10),
        ("5, 30", 30),
        ("Fri, 10 Jul 2026 06:02:00 GMT", 120),
        ("Fri, 10 Jul 2026 06:02:00", 120),
        ("Friday, 10-Jul-26 06:02:00 GMT", 120),
        ("Fri, 10 Jul 2026 05:00:00 GMT", 0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", LONGEST_WAIT),
        ("99999999999999999999", LONGEST_WAIT),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_named_wait_is_read_in_every_form_and_is_a_day_at_most(
    retry_after: str, seconds: float | None
) -> None:
    assert retry_after_seconds({"Retry-After": retry_after, "Date": DATE}) == seconds


@given(st.text(max_size=40), st.sampled_from([DATE, "", "never"]))
def test_whatever_a_server_names_the_wait_is_bounded(retry_after: str, sent: str) -> None:
    seconds = retry_after_seconds({"Retry-After": retry_after, "Date": sent})
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("title", "read"),
    [
        (b"Q&amp;amp;A: &amp;quot;Why?&amp;quot;", 'Q&A: "Why?"'),
        (b"If $a &amp;lt; b$", "If $a < b$"),
        (b"O&amp;#39;Neil&amp;#x27;s", "O'Neil's"),
        (b"AT&amp;T and R&amp;notD", "AT&T and R&notD"),
        (b"A &amp; B; C", "A & B; C"),
        (b"Control\x0f signs\x00", "Control signs"),
        (b"Non&nbsp;breaking", "Non breaking"),
        (b"G\xf6del in Latin-1", "Gödel in Latin-1"),
        (b"Half &#xd83d; an emoji", "Half an emoji"),
        (b"No &#x110000;such &#0;character&#99999999;", "No such character"),
        (b"G&#246;del &#x03c0;", "Gödel π"),
    ],
)
async def test_a_title_is_read_however_its_signs_are_escaped_or_broken(
    title: bytes, read: str, service: Service, source: ArxivSource
) -> None:
    reply = rss(item(1), item(2, title="TITLE"), item(3))
    service.on(RSS, Reply(reply.body.replace(b"TITLE", title), headers=reply.headers))
    assert [r.paper.title for r in (await source.latest()).records] == ["Paper 1", read, "Paper 3"]


@given(st.binary(max_size=60), st.sampled_from([b"&#%s;", b"<x>%s</x>", b"<![CDATA[%s", b"%s"]))
def test_whatever_stands_in_a_feed_it_is_read_or_malformed(some: bytes, around: bytes) -> None:
    body = rss(item(1), item(2, title="TITLE")).body.replace(b"TITLE", around.replace(b"%s", some))
    with contextlib.suppress(MalformedError):
        assert len(read_listing(Response(200, {}, body)).records) <= 2


@given(st.text())
def test_whatever_a_source_writes_can_be_stored(text: str) -> None:
    record = record_of({"id": "2607.00001", "title": f"A{text}", "summary": text}, "https://x.org")
    for written in (record.paper.title, record.paper.abstract):
        assert written.encode() == written.encode("utf-8", "replace")
        assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in written)


@pytest.mark.parametrize("broken", [r"\ud83d", r"\u0000", r"a\udc00b"])
async def test_half_a_character_in_one_paper_costs_no_other(
    broken: str, service: Service, database: Database
) -> None:
    rows = [{"paper": {"id": f"2607.0000{n}", "title": f"Paper {n}"}} for n in (1, 2)]
    body = json.dumps(rows).replace("Paper 2", f"Paper {broken}2").encode()
    service.on("/api/daily_papers", Reply(body, headers={"Content-Type": "application/json"}))
    hub = HuggingFaceSource(service.url)
    batch = await hub.daily(date(2026, 7, 10))
    async with database.write() as connection:
        report = await batches.record(connection, batch, hub.name, now=datetime.now(UTC))
    assert report.new == 2
    await hub.close()
