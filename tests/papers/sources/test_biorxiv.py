"""bioRxiv and medRxiv, served and broken on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from papers.model import Announcement, Author
from papers.sources import PaperSource, SourceError, SourceErrorKind
from papers.sources.biorxiv import BiorxivSource
from papers.sources.biorxiv_records import author_names, listed_paper, listed_papers
from papers.sources.listings import newest
from tests.papers.sources.biorxiv_answers import (
    NO_POSTS,
    NOW,
    YESTERDAY,
    biorxiv_source,
    page,
    path,
    put_day,
    row,
)
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv" / "biorxiv"


@pytest.fixture
async def source(service: Service, fake_time: FakeTime) -> AsyncIterator[BiorxivSource]:
    async with biorxiv_source(service, fake_time) as found:
        yield found


async def failure(source: BiorxivSource, day: date = YESTERDAY, **asked: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.listing(day, **asked)
    return caught.value


def test_a_row_is_a_version_of_a_paper_with_its_source_category_and_licence():
    paper = listed_paper(
        row(
            738145,
            title="Laterality of <i>subcortical</i> structures",
            abstract="BackgroundThe A{beta} and P<0.001. MethodsWe",
            authors="Ghafari, T.; MoTrPAC Study Group; Liang, K.-c.; Smith, J., Jr.; Neha",
            license="cc_no",
            category="Cell_Biology",
        ),
        "bioRxiv",
    )
    assert paper.key == "doi:10.64898/2026.07.13.738145"
    assert paper.title == "Laterality of subcortical structures"
    assert paper.abstract == "Background: The Aβ and P<0.001.\n\nMethods: We"
    assert paper.authors == (
        "T. Ghafari", "MoTrPAC Study Group", "K.-c. Liang", "J. Smith Jr.", "Neha",
    )  # fmt: skip
    assert (paper.source, paper.licence, paper.version) == ("bioRxiv", "cc_no", 1)
    assert paper.categories == ("biorxiv/cell-biology",)
    assert paper.published_doi is None
    assert not paper.withdrawn


def test_a_preprint_that_was_published_names_the_article():
    paper = listed_paper(
        row(1, doi="10.1101/008326", version="3", published="10.1093/Bioinformatics/btab717"),
        "bioRxiv",
    )
    assert paper.key == "doi:10.1101/008326"
    assert paper.published_doi == "10.1093/bioinformatics/btab717"
    assert paper.aliases == ("doi:10.1093/bioinformatics/btab717",)
    assert paper.first_day is None
    record = paper.record()
    assert record.aliases == paper.aliases
    assert (record.paper.source, record.paper.kind) == ("bioRxiv", "preprint")


@pytest.mark.parametrize(
    "changed",
    [
        {"doi": "10.1101/gr.279093.124"},
        {"doi": "10.1038/s41586-026-10461-3"},
        {"doi": ""},
        {"title": "<p></p>"},
        {"date": "soon"},
        {"version": "0"},
        {"server": "medRxiv"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_row_that_is_no_preprint_of_this_server_costs_no_other(changed: dict[str, Any]):
    papers, broken = listed_papers([row(1), {**row(2), **changed}, None, []], "bioRxiv")
    assert ([paper.key[-6:] for paper in papers], broken) == (["000001"], 3)


def test_versions_of_a_day_are_one_paper_that_is_new_if_the_first_is_among_them():
    rows = [
        row(1, version="2", title="Second"),
        row(1, title="First"),
        row(2, version="3"),
        row(3, version="2", type="withdrawn", abstract="Withdrawal statement: we were wrong."),
    ]
    papers, _ = listed_papers(rows, "bioRxiv")
    first, revised, withdrawn = (
        paper.record(YESTERDAY, new=paper.first_day is not None) for paper in newest(papers)
    )
    assert (first.paper.title, first.paper.version) == ("Second", 2)
    assert first.announcement is Announcement.NEW
    assert first.paper.published_at == datetime(2026, 7, 15, tzinfo=UTC)
    assert revised.announcement is Announcement.REPLACE
    assert revised.paper.published_at is None
    assert revised.paper.updated_at == datetime(2026, 7, 15, tzinfo=UTC)
    assert withdrawn.paper.withdrawn_at == datetime(2026, 7, 15, tzinfo=UTC)
    assert withdrawn.paper.abstract == ""


@pytest.mark.parametrize("size", [7, 30, 100])
async def test_a_day_is_read_whole_whatever_a_page_holds(
    size: int, service: Service, source: BiorxivSource
):
    put_day(service, [row(number) for number in range(50)], size=size)
    batch = await source.daily(YESTERDAY)
    assert batch.day == YESTERDAY
    assert len(batch.records) == 50
    assert batch.records[0].paper.authors[0] == Author("T. Ghafari")
    assert batch.records[0].batch == YESTERDAY
    assert len(service.requests) == -(-50 // size)


async def test_the_total_counts_versions_and_not_papers(service: Service, source: BiorxivSource):
    rows = [row(number // 2, version=str(1 + number % 2)) for number in range(40)]
    put_day(service, rows)
    assert len((await source.daily(YESTERDAY)).records) == 20


async def test_what_is_of_another_day_is_no_part_of_this_one(
    service: Service, source: BiorxivSource
):
    put_day(service, [row(1), row(2, date="2026-07-14")])
    batch = await source.daily(YESTERDAY)
    assert ([r.paper.id for r in batch.records], batch.broken) == (
        ["doi:10.64898/2026.07.13.000001"],
        1,
    )


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (NO_POSTS, "lists no papers"),
        (page([], 0), "lists no papers"),
        (Reply(b"", headers={"Content-Type": "application/json"}), "with nothing"),
        (html_reply("Checking your browser"), "web page"),
        (json_reply({"messages": [], "collection": []}), "None"),
        (json_reply({"messages": ["busy"], "collection": []}), "None"),
        (json_reply({"collection": []}), "without messages"),
        (json_reply({"messages": [{"status": "Server not recognized"}], "collection": []}),
         "not recognized"),
        (page([row(1)], 1, day=date(2026, 7, 1)), "other days"),
        (json_reply({**json.loads(page([row(1)], 1).body), "collection": []}), "holds 0"),
    ],
)  # fmt: skip
async def test_a_wall_or_nothing_is_a_failure_and_never_a_day_without_papers(
    answer: Reply, why: str, service: Service, source: BiorxivSource
):
    service.on(path(), answer)
    error = await failure(source)
    assert error.kind is SourceErrorKind.MALFORMED
    assert why in error.detail


async def test_a_category_that_is_ignored_is_a_failure(service: Service, source: BiorxivSource):
    service.on(path(), page([row(1, category="cell biology")], 1))
    error = await failure(source, category="animal_behavior")
    assert error.detail == "ignored the category"
    assert service.queries == [{"category": "animal_behavior"}]


async def test_one_category_of_a_day_may_be_empty(service: Service, source: BiorxivSource):
    service.on(path(), page([], 0, category="paleontology"))
    assert (await source.listing(YESTERDAY, "Paleontology")).records == ()


async def test_pages_that_shrink_are_a_failure_and_are_begun_again(
    service: Service, source: BiorxivSource
):
    rows = [row(number) for number in range(5)]
    service.on(path(0), page(rows[:3], 5))
    service.on(path(3), page([], 3, cursor=3), page(rows[3:], 5, cursor=3))
    assert "counts 5 rows and lists 3" in (await failure(source)).detail
    assert len((await source.daily(YESTERDAY)).records) == 5
    assert len(service.requests) == 4


async def test_pages_before_a_failure_are_not_asked_for_again(
    service: Service, source: BiorxivSource
):
    rows = [row(number) for number in range(5)]
    put_day(service, rows, size=3)
    service.on(path(3), html_reply(), page(rows[3:], 5, cursor=3))
    await failure(source)
    assert len((await source.daily(YESTERDAY)).records) == 5
    assert [request.path for request in service.requests] == [path(0), path(3), path(3)]


async def test_a_limit_is_waited_for_as_the_server_asks(service: Service, fake_time: FakeTime):
    limited = Reply(status=429, headers={"Retry-After": "7"})
    service.on(path(), limited, page([row(1)], 1))
    async with biorxiv_source(service, fake_time, attempts=2) as source:
        await source.daily(YESTERDAY)
    assert any(seconds >= 7 for seconds in fake_time.slept)
    service.on(path(), Reply(status=429, headers={"Retry-After": "3600"}))
    async with biorxiv_source(service, fake_time, attempts=2) as source:
        error = await failure(source)
    assert (error.kind, error.retry_after) == (SourceErrorKind.RATE_LIMITED, 3600)


async def test_no_more_than_eight_requests_are_made_in_a_day_and_the_rest_comes_after_midnight(
    service: Service, fake_time: FakeTime
):
    moment = [NOW]
    put_day(service, [row(number) for number in range(280)])
    put_day(service, [row(300, date="2026-07-16")], day=YESTERDAY + timedelta(days=1))
    async with biorxiv_source(service, fake_time, now=lambda: moment[0]) as source:
        assert source.listed_days()[0] == YESTERDAY
        assert len((await source.daily(YESTERDAY)).records) == 240
        assert len((await source.daily(YESTERDAY)).records) == 240
        assert len(service.requests) == 8
        assert source.listed_days() == ()
        error = await failure(source, YESTERDAY - timedelta(days=1))
        assert error.kind is SourceErrorKind.RATE_LIMITED
        assert error.retry_after == 19 * 3600  # midnight in New York
        moment[0] += timedelta(hours=19)
        days = source.listed_days()
        assert days[:2] == (YESTERDAY + timedelta(days=1), YESTERDAY)
        assert [len((await source.daily(day)).records) for day in days[:2]] == [1, 280]
    assert len(service.requests) == 11
    assert set(fake_time.slept) == {1.0}


async def test_every_attempt_counts_towards_the_budget(service: Service, fake_time: FakeTime):
    service.on(path(), html_reply())
    async with biorxiv_source(service, fake_time, attempts=20) as source:
        error = await failure(source)
    assert (len(service.requests), error.kind) == (8, SourceErrorKind.RATE_LIMITED)


async def test_a_day_is_asked_for_once_a_day_and_read_again_only_if_it_has_grown(
    service: Service, fake_time: FakeTime
):
    moment = [NOW]
    rows = [row(number) for number in range(40)]
    put_day(service, rows)
    async with biorxiv_source(service, fake_time, now=lambda: moment[0]) as source:
        first = await source.daily(YESTERDAY)
        assert await source.daily(YESTERDAY) == first
        assert len(service.requests) == 2
        moment[0] += timedelta(days=1)
        assert (await source.daily(YESTERDAY)).records == first.records
        assert len(service.requests) == 3
        moment[0] += timedelta(days=1)
        put_day(service, [*rows, row(40, version="2")])
        assert len((await source.daily(YESTERDAY)).records) == 41
        assert len(service.requests) == 5


async def test_several_who_ask_for_a_day_at_once_have_it_asked_for_once(
    service: Service, source: BiorxivSource
):
    put_day(service, [row(number) for number in range(40)])
    found = await asyncio.gather(*(source.daily(YESTERDAY) for _ in range(4)))
    assert [len(batch.records) for batch in found] == [40] * 4
    assert len(service.requests) == 2


async def test_a_smaller_answer_takes_no_paper_away(service: Service, fake_time: FakeTime):
    moment = [NOW]
    put_day(service, [row(1), row(2)])
    async with biorxiv_source(service, fake_time, now=lambda: moment[0]) as source:
        await source.daily(YESTERDAY)
        moment[0] += timedelta(days=1)
        put_day(service, [row(2, title="Two")])
        found = await source.daily(YESTERDAY)
    assert [record.paper.title for record in found.records] == ["Paper 1", "Two"]


@pytest.mark.parametrize(
    ("now", "newest_day"),
    [
        (datetime(2026, 7, 16, 3, 59, tzinfo=UTC), date(2026, 7, 14)),
        (datetime(2026, 7, 16, 4, 1, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 8, 3, 12, tzinfo=UTC), date(2026, 8, 2)),  # a Monday: Sunday has papers
        (datetime(2027, 1, 1, 12, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_the_days_to_ask_for_are_over_where_the_server_is(now: datetime, newest_day: date):
    days = BiorxivSource(now=lambda: now).listed_days()
    assert days == tuple(newest_day - timedelta(days=back) for back in range(4))


async def test_a_paper_is_looked_up_in_its_newest_version_by_either_prefix(
    service: Service, source: BiorxivSource
):
    versions = [row(5), row(5, version="2", date="2026-07-20", title="Revised")]
    found = json_reply({"messages": [{"status": "ok", "category": "all"}], "collection": versions})
    service.on("/details/biorxiv/10.64898/2026.07.13.000005/na/json", found)
    service.on("/details/biorxiv/10.1101/2026.07.13.000005/na/json", NO_POSTS)
    for key in ("doi:10.64898/2026.07.13.000005", "doi:10.1101/2026.07.13.000005"):
        (record,) = await source.lookup([key])
        assert record.paper.id == "doi:10.64898/2026.07.13.000005"
        assert (record.paper.title, record.paper.version) == ("Revised", 2)
        assert record.paper.published_at == datetime(2026, 7, 15, tzinfo=UTC)
        assert record.batch is None
        assert record.announcement is None


async def test_what_the_server_does_not_know_is_nothing_and_a_wall_is_a_failure(
    service: Service, source: BiorxivSource
):
    service.on("/details/biorxiv/10.64898/2026.07.13.000005/na/json", NO_POSTS)
    service.on("/details/biorxiv/10.1101/2026.07.13.000005/na/json", NO_POSTS)
    others = ["2607.00001", "doi:10.1038/s41586-026-10461-3", "doi:10.1101/gr.279093.124"]
    assert await source.lookup(["doi:10.64898/2026.07.13.000005", *others]) == []
    assert len(service.requests) == 2
    service.on("/details/biorxiv/10.64898/2026.07.13.000005/na/json", html_reply())
    with pytest.raises(SourceError):
        await source.lookup(["doi:10.64898/2026.07.13.000005"])


async def test_lookups_do_not_wait_for_the_budget_of_listings(
    service: Service, fake_time: FakeTime
):
    service.on("/details/biorxiv/10.64898/2026.07.13.000005/na/json",
               json_reply({"messages": [{"status": "ok"}], "collection": [row(5)]}))  # fmt: skip
    source = BiorxivSource(base_url=service.url, requests=0, sleep=fake_time.sleep,
                           clock=fake_time.clock, now=lambda: NOW)  # fmt: skip
    assert (await failure(source)).kind is SourceErrorKind.RATE_LIMITED
    assert len(await source.lookup(["doi:10.64898/2026.07.13.000005"])) == 1
    assert await source.search("neurons", 5) == []
    await source.close()


async def test_medrxiv_is_a_source_of_its_own(service: Service, fake_time: FakeTime):
    service.on(path(server="medrxiv"), page([row(1, server="medRxiv"), row(2)], 2))
    async with biorxiv_source(service, fake_time, server="medRxiv") as source:
        paper_source: PaperSource = source
        assert paper_source.name == "medRxiv"
        batch = await paper_source.latest()
    assert ([r.paper.categories for r in batch.records], batch.broken) == (
        [("medrxiv/neuroscience",)],
        1,
    )


def test_names_keep_their_order_and_come_once():
    assert author_names("O'Brien, E.; van der Berg, A.; ;O'Brien, E.") == (
        "E. O'Brien",
        "A. van der Berg",
    )
    assert author_names("") == ()


def recorded(name: str) -> list[dict[str, Any]]:
    parsed = json.loads((SAMPLES / name).read_text())
    answers = cast("list[Any]", parsed if isinstance(parsed, list) else [parsed])
    return [row for a in answers for row in a.get("raw_response", a)["collection"]]


@needs_shared
@pytest.mark.parametrize(
    ("name", "server", "papers"),
    [
        ("findpapers__details_biorxiv_2020-2022_cursor0.json", "bioRxiv", 12),
        ("findpapers__details_by_doi_biorxiv.json", "bioRxiv", 3),
        ("findpapers__details_by_doi_medrxiv.json", "medRxiv", 5),
        ("findpapers__details_medrxiv_2020-2022_cursor0.json", "medRxiv", 10),
        ("research_bot__details_biorxiv_2026-07.json", "bioRxiv", 3),
        ("SYNTHETIC__details_2026_page30_category_ignored.json", "bioRxiv", 2),
    ],
)
def test_every_recorded_row_is_read(name: str, server: str, papers: int):
    rows = recorded(name)
    versions, broken = listed_papers(rows, server)
    assert (len(versions), broken) == (len(rows), 0)
    found = newest(versions)
    assert len(found) == papers
    assert all(paper.authors and paper.categories for paper in found)
    assert all(paper.abstract or paper.withdrawn for paper in found)


@needs_shared
def test_the_recorded_answer_that_ignored_its_category_is_refused():
    answer = json.loads(
        (SAMPLES / "SYNTHETIC__details_2026_page30_category_ignored.json").read_text()
    )
    assert answer["messages"][0]["category"] == "all"
    versions, _ = listed_papers(answer["collection"], "bioRxiv")
    assert [paper.withdrawn for paper in versions] == [False, True]
