import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from papers.model import Author, Metrics
from papers.sources import SourceError, SourceErrorKind
from papers.sources.huggingface import HuggingFaceSource
from papers.sources.huggingface_records import records_of
from papers.sources.responses import RetryPolicy
from tests.papers.sources.serving import Answering, FakeTime, Reply, Service, html_reply, json_reply
from tests.shared import SHARED, needs_shared

DAILY = "/api/daily_papers"
SEARCH = "/api/papers/search"
DAY = date(2026, 7, 10)


def wire(number: int = 1, day: str | None = "2026-07-10T00:00:00.000Z", **fields: Any) -> Any:
    """A record as the Hub sends it, of a paper that nobody wrote."""
    paper: dict[str, Any] = {
        "id": f"2607.{number:05}",
        "authors": [{"_id": "6a", "name": "Ada Lovelace", "hidden": False}],
        "publishedAt": "2026-07-08T00:00:00.000Z",
        "title": f"Paper {number}",
        "summary": "We note that engines compute.",
        "upvotes": number,
    }
    if day is not None:
        paper["submittedOnDailyAt"] = day
    return {"paper": {**paper, **fields}, "publishedAt": "2026-07-07T20:00:00.000Z"}


def paged(rows: list[Any], *, links: bool = True) -> Answering:
    def answer(request: web.Request) -> Reply:
        page, size = int(request.query.get("p", 0)), int(request.query["limit"])
        more = links and len(rows) > size * (page + 1)
        headers = {"Link": f'<{request.url.update_query(p=page + 1)}>; rel="next"'} if more else {}
        return json_reply(rows[page * size : (page + 1) * size], 200, headers)

    return answer


def by_day(undated: list[Any], **days: list[Any]) -> Answering:
    """Answer an undated question with `undated`, one of 2026-07-10 with `d20260710`."""

    def answer(request: web.Request) -> Reply:
        day = request.query.get("date")
        return json_reply(days.get(f"d{day.replace('-', '')}", []) if day else undated)

    return answer


@pytest.fixture
async def source(service: Service, fake_time: FakeTime) -> AsyncIterator[HuggingFaceSource]:
    found = HuggingFaceSource(service.url, sleep=fake_time.sleep, clock=fake_time.clock)
    yield found
    await found.close()


async def failure(call: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await call
    return caught.value


# A day's batch


async def test_a_day_is_read_whole_from_all_its_pages(service: Service, source: HuggingFaceSource):
    service.on(DAILY, paged([wire(n) for n in range(1, 251)]))
    batch = await source.daily(DAY)
    assert [r.paper.id for r in batch.records] == [f"2607.{n:05}" for n in range(1, 251)]
    assert [(q["p"], q["limit"], q["date"]) for q in service.queries] == [
        (page, "100", "2026-07-10") for page in "012"
    ]


async def test_a_full_page_is_followed_even_where_no_link_header_says_so(
    service: Service, source: HuggingFaceSource
):
    service.on(DAILY, paged([wire(n) for n in range(1, 131)], links=False))
    assert len((await source.daily(DAY)).records) == 130


async def test_a_small_day_costs_one_request(service: Service, source: HuggingFaceSource):
    service.on(DAILY, paged([wire(n) for n in range(1, 31)]))
    await source.daily(DAY)
    assert len(service.requests) == 1


async def test_paging_that_never_ends_is_left(service: Service, source: HuggingFaceSource):
    service.on(DAILY, json_reply([wire()], 200, {"Link": '<http://x.example/?p=1>; rel="next"'}))
    batch = await source.daily(DAY)
    assert len(batch.records) == 1
    assert len(service.requests) == 20


async def test_a_day_without_papers_is_an_empty_batch_and_no_failure(
    service: Service, source: HuggingFaceSource
):
    service.on(DAILY, json_reply([]))
    batch = await source.daily(date(2026, 7, 11))
    assert (batch.day, batch.records, batch.broken) == (date(2026, 7, 11), (), 0)


async def test_the_batch_is_the_day_a_paper_entered_and_not_when_it_was_published(
    service: Service, source: HuggingFaceSource
):
    service.on(DAILY, json_reply([wire(1, "2026-07-10T00:44:05.364Z")]))
    (record,) = (await source.daily(DAY)).records
    assert record.batch == DAY
    assert record.paper.published_at == datetime(2026, 7, 8, tzinfo=UTC)


async def test_a_record_of_another_day_does_not_enter_the_batch(
    service: Service, source: HuggingFaceSource
):
    service.on(DAILY, json_reply([wire(1), wire(2, "2026-07-09T00:00:00.000Z"), wire(3, None)]))
    batch = await source.daily(DAY)
    assert [(r.paper.id, r.batch) for r in batch.records] == [
        ("2607.00001", DAY),
        ("2607.00003", DAY),
    ]


async def test_a_broken_record_is_skipped_and_counted_and_costs_no_other(
    service: Service, source: HuggingFaceSource
):
    rows: list[Any] = [
        wire(1),
        None,
        {"paper": []},
        {},
        wire(2, title=None),
        wire(3, id="nonsense"),
        wire(4),
    ]
    service.on(DAILY, json_reply(rows))
    batch = await source.daily(DAY)
    assert [r.paper.id for r in batch.records] == ["2607.00001", "2607.00004"]
    assert batch.broken == 5


async def test_a_paper_listed_twice_is_one_record(service: Service, source: HuggingFaceSource):
    service.on(DAILY, json_reply([wire(1), wire(1, id="2607.00001v2"), wire(2)]))
    assert len((await source.daily(DAY)).records) == 2


# One record


async def test_everything_the_hub_tells_of_a_paper_is_kept(
    service: Service, source: HuggingFaceSource
):
    row = wire(
        7,
        title="Engines \n of note",
        authors=[
            {"name": "Ada Lovelace", "status": "claimed_verified", "user": {"user": "ada"}},
            {"name": "C. Babbage", "status": "extracted_pending", "user": {"user": "cb"}},
            {"name": "Wrongly Extracted", "hidden": True},
        ],
        submittedOnDailyBy={"user": "luigi", "avatarUrl": "/avatars/d13.svg"},
        ai_summary="Engines compute.",
        ai_keywords=["engines", "notes", "engines"],
        githubRepo="https://github.com/ada/notes",
        githubStars=251,
        projectPage="ada.example.org/notes",
        organization={"name": "engine", "fullname": "Engine Works", "avatar": "/x.png"},
        mediaUrls=["/media/a.png"],
    )
    row |= {"thumbnail": "https://cdn.example.org/7.png", "numComments": 3}
    service.on(DAILY, json_reply([row]))
    (record,) = (await source.daily(DAY)).records
    paper = record.paper
    assert paper.title == "Engines of note"
    assert paper.authors == (Author("Ada Lovelace", "ada"), Author("C. Babbage"))
    assert paper.submitter == "luigi"
    assert paper.summary == "Engines compute."
    assert paper.keywords == ("engines", "notes")
    assert paper.organization == "Engine Works"
    assert paper.repository == "https://github.com/ada/notes"
    assert paper.project_page == "https://ada.example.org/notes"
    assert paper.thumbnail == "https://cdn.example.org/7.png"
    assert paper.media == (f"{service.url}/media/a.png",)
    assert record.metrics == Metrics(upvotes=7, stars=251, comments=3)


async def test_what_is_missing_or_misshapen_is_unknown(service: Service, source: HuggingFaceSource):
    row = wire(
        1,
        authors=[{"name": None}, "Ada", {"name": "Ada Lovelace", "user": 5}],
        upvotes="many",
        githubStars=-1,
        githubRepo="javascript:alert(1)",
        projectPage="see the paper",
        ai_keywords="engines",
        organization="Engine Works",
        publishedAt="last week",
        mediaUrls=[None],
    )
    service.on(DAILY, json_reply([row]))
    (record,) = (await source.daily(DAY)).records
    paper = record.paper
    assert paper.authors == (Author("Ada Lovelace"),)
    assert record.metrics == Metrics()
    assert (paper.repository, paper.project_page, paper.organization) == (None, None, None)
    assert (paper.summary, paper.keywords, paper.media, paper.published_at) == (None, (), (), None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(
                [
                    *("id", "title", "authors", "publishedAt", "submittedOnDailyAt", "githubRepo"),
                    *("upvotes", "mediaUrls", "organization", "paper", "submittedBy"),
                ]
            ),
            json_values | st.just("2607.00001") | st.just("http://[x"),
        )
        | json_values,
        max_size=4,
    )
)
def test_no_record_whatsoever_stops_the_others(rows: list[Any]):
    records, broken = records_of([*rows, wire(99)], "https://hub.example")
    assert records[-1].paper.title == "Paper 99"
    assert len(records) + broken <= len(rows) + 1


# The newest batch


async def test_latest_is_the_newest_day_of_the_undated_listing_read_whole(
    service: Service, source: HuggingFaceSource
):
    old, new = wire(1, "2026-07-09T00:00:00.000Z"), wire(2)
    service.on(DAILY, by_day(undated=[old, new], d20260710=[new, wire(3)], d20260709=[old]))
    batch = await source.latest()
    assert batch.day == DAY
    assert [r.paper.id for r in batch.records] == ["2607.00002", "2607.00003"]


async def test_latest_goes_a_day_back_where_the_newest_turns_out_empty(
    service: Service, source: HuggingFaceSource
):
    future, new = wire(1, "2099-01-01T00:00:00.000Z"), wire(2)
    service.on(DAILY, by_day(undated=[future, new], d20260710=[new]))
    assert (await source.latest()).day == DAY


async def test_a_newest_listing_without_any_day_is_a_failure_and_no_empty_day(
    service: Service, source: HuggingFaceSource
):
    service.on(DAILY, json_reply([wire(1, None)]))
    assert (await failure(source.latest())).kind is SourceErrorKind.MALFORMED


# Single papers, search


# What trends


async def test_what_trends_is_one_request_in_the_hubs_order_whatever_its_age(
    service: Service, source: HuggingFaceSource
):
    rows = [wire(3, None), wire(1), "noise", wire(2, "2024-12-28T00:00:00.000Z"), wire(1)]
    service.on(DAILY, paged([*rows, *(wire(n) for n in range(10, 300))]))
    records = await source.trending()
    assert [r.paper.id for r in records[:3]] == ["2607.00003", "2607.00001", "2607.00002"]
    assert len(records) == 98
    assert [dict(query) for query in service.queries] == [
        {"sort": "trending", "limit": "100", "p": "0"}
    ]


@pytest.mark.parametrize(
    "answer",
    [
        json_reply([]),
        json_reply(["noise", {"paper": {}}]),
        json_reply({"error": "no"}),
        html_reply(),
        Reply(b""),
    ],
    ids=["nothing", "nothing readable", "no list", "a wall", "an empty body"],
)
async def test_an_answer_without_what_trends_is_a_failure(
    answer: Reply, service: Service, source: HuggingFaceSource
):
    service.on(DAILY, answer)
    assert (await failure(source.trending())).kind is SourceErrorKind.MALFORMED


@needs_shared
async def test_the_recorded_answer_is_an_old_paper_with_its_numbers(
    service: Service, source: HuggingFaceSource
):
    (path,) = (SHARED / "samples/beyond_arxiv/huggingface").glob("*sort_trending.json")
    service.on(DAILY, Reply(path.read_bytes()))
    (record,) = await source.trending()
    assert record.paper.id == "2412.20138"
    assert record.batch is None
    assert (record.metrics.upvotes, record.metrics.stars) == (140, 107_465)


async def test_one_paper_comes_with_what_links_to_it(service: Service, source: HuggingFaceSource):
    flat: dict[str, Any] = {
        **wire(1)["paper"],
        "linkedModels": [],
        "numTotalModels": 12,
        "numTotalSpaces": 3,
    }
    service.on("/api/papers/2607.00001", json_reply(flat))
    record = await source.paper("https://arxiv.org/abs/2607.00001v3")
    assert record is not None
    assert (record.paper.linked_models, record.paper.linked_spaces) == (12, 3)
    assert record.metrics.upvotes == 1


async def test_a_paper_the_hub_has_not_indexed_is_none(service: Service, source: HuggingFaceSource):
    service.on("/api/papers/2607.00002", json_reply({"error": "Paper not found"}, 404))
    assert await source.paper("2607.00002") is None
    assert await source.paper("../../etc/passwd") is None
    assert len(service.requests) == 1


async def test_lookup_returns_the_known_ones_each_once(service: Service, source: HuggingFaceSource):
    service.on("/api/papers/2607.00001", json_reply(wire(1)["paper"]))
    service.on("/api/papers/2607.00002", json_reply({"error": "Paper not found"}, 404))
    records = await source.lookup(["2607.00001", "2607.00001v2", "2607.00002", "no id"])
    assert [r.paper.id for r in records] == ["2607.00001"]
    assert len(service.requests) == 2


async def test_lookup_fails_as_a_whole_and_with_one_error(
    service: Service, source: HuggingFaceSource
):
    service.on("/api/papers/2607.00001", json_reply(wire(1)["paper"]))
    service.on("/api/papers/2607.00002", Reply(status=401))
    error = await failure(source.lookup(["2607.00001", "2607.00002"]))
    assert error.kind is SourceErrorKind.REFUSED


async def test_lookup_asks_for_a_few_papers_at_a_time(service: Service, source: HuggingFaceSource):
    for number in range(1, 21):
        path = f"/api/papers/2607.{number:05}"
        service.on(path, Reply(json_reply(wire(number)["paper"]).body, hang=0.01))
    assert len(await source.lookup([f"2607.{number:05}" for number in range(1, 21)])) == 20
    assert service.most_open <= 4


async def test_search_keeps_to_the_hubs_bounds(service: Service, source: HuggingFaceSource):
    service.on(SEARCH, json_reply([wire(n, None) for n in range(1, 9)]))
    records = await source.search("  agents\n that   plan " + "x" * 300, 3)
    assert [r.paper.id for r in records] == ["2607.00001", "2607.00002", "2607.00003"]
    (query,) = service.queries
    assert query["q"].startswith("agents that plan xxx")
    assert len(query["q"]) == 250
    await source.search("agents", 5000)
    assert service.queries[1]["limit"] == "120"


async def test_a_search_for_nothing_asks_nothing(service: Service, source: HuggingFaceSource):
    assert await source.search("   ", 10) == []
    assert await source.search("agents", 0) == []
    assert service.requests == []


# Trouble


async def test_being_limited_briefly_is_waited_out_as_long_as_the_hub_says(
    service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    limited = json_reply({}, 429, {"RateLimit": '"api";r=0;t=2'})
    service.on(DAILY, limited, json_reply([wire()]))
    assert len((await source.daily(DAY)).records) == 1
    assert 2 <= sum(fake_time.slept) <= 3


async def test_being_limited_for_long_is_told_at_once_and_nothing_is_asked_meanwhile(
    service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    limited = json_reply({}, 429, {"RateLimit": '"api";r=0;t=200'})
    service.on(DAILY, limited, json_reply([wire()]))
    error = await failure(source.daily(DAY))
    assert (error.kind, error.retry_after) == (SourceErrorKind.RATE_LIMITED, 200)
    fake_time.now += 100
    error = await failure(source.search("agents", 5))
    assert (error.kind, error.retry_after) == (SourceErrorKind.RATE_LIMITED, 100)
    assert (len(service.requests), fake_time.slept) == (1, [])
    fake_time.now += 100
    assert len((await source.daily(DAY)).records) == 1


async def test_an_answer_that_says_it_was_the_last_one_delays_the_next(
    service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    service.on(DAILY, json_reply([], 200, {"RateLimit": '"api";r=0;t=7'}))
    await source.daily(DAY)
    assert fake_time.slept == []
    await source.daily(DAY)
    assert fake_time.slept == [7]


async def test_requests_that_are_left_delay_nothing(
    service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    service.on(DAILY, json_reply([], 200, {"RateLimit": '"api";r=480;t=290'}))
    await source.daily(DAY)
    await source.daily(DAY)
    assert fake_time.slept == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "4"},
        {"Date": "Fri, 10 Jul 2026 06:00:00 GMT", "Retry-After": "Fri, 10 Jul 2026 06:00:04 GMT"},
    ],
)
async def test_retry_after_is_obeyed_in_seconds_and_as_a_date(
    headers: dict[str, str], service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    service.on(DAILY, Reply(status=503, headers=headers), json_reply([wire()]))
    await source.daily(DAY)
    assert 4 <= sum(fake_time.slept) <= 5


@pytest.mark.parametrize(
    "fault",
    [
        Reply(b"Internal Server Error", 500),
        Reply(status=429),
        html_reply(),
        Reply(b'[{"paper": {"id": "2607', headers={"Content-Type": "application/json"}),
        json_reply({"error": "try later"}),
        Reply(drop=True),
        Reply(b"[]", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500", "429", "html", "cut", "no list", "broken connection", "broken encoding"],
)
async def test_a_passing_fault_is_not_noticed(
    fault: Reply, service: Service, source: HuggingFaceSource
):
    service.on(DAILY, fault, fault, json_reply([wire()]))
    assert len((await source.daily(DAY)).records) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Reply(status=502), SourceErrorKind.UNAVAILABLE),
        (Reply(status=429), SourceErrorKind.RATE_LIMITED),
        (html_reply(), SourceErrorKind.MALFORMED),
        (Reply(b'[{"paper'), SourceErrorKind.MALFORMED),
        (Reply(b"[" * 100_000), SourceErrorKind.MALFORMED),
        (Reply(drop=True), SourceErrorKind.UNREACHABLE),
    ],
    ids=["502", "429", "html", "cut", "deep", "broken connection"],
)
async def test_a_lasting_fault_is_told_after_a_few_attempts_with_growing_pauses(
    fault: Reply,
    kind: SourceErrorKind,
    service: Service,
    source: HuggingFaceSource,
    fake_time: FakeTime,
):
    service.on(DAILY, fault)
    error = await failure(source.daily(DAY))
    assert (error.source, error.kind) == ("Hugging Face", kind)
    assert len(service.requests) == 4
    assert len(fake_time.slept) == 3
    assert fake_time.slept[0] < fake_time.slept[2] < 10


async def test_what_is_refused_is_not_asked_again(service: Service, source: HuggingFaceSource):
    service.on(DAILY, json_reply({"error": "Invalid credentials"}, 401))
    error = await failure(source.daily(DAY))
    assert error.kind is SourceErrorKind.REFUSED
    assert "token" in error.detail
    assert len(service.requests) == 1


async def test_a_server_that_does_not_answer_is_given_up_in_bounded_time(service: Service):
    manners = RetryPolicy(timeout=0.1, attempts=3, first_pause=0.01, longest_pause=0.02)
    source = HuggingFaceSource(service.url, manners=manners)
    service.on(DAILY, Reply(hang=5))
    began = time.monotonic()
    error = await failure(source.daily(DAY))
    await source.close()
    assert error.kind is SourceErrorKind.UNREACHABLE
    assert time.monotonic() - began < 2


async def test_patience_ends_before_the_attempts_do(service: Service):
    manners = RetryPolicy(
        timeout=0.1, attempts=1000, patience=0.5, first_pause=0.01, longest_pause=0.1
    )
    source = HuggingFaceSource(service.url, manners=manners)
    service.on(DAILY, Reply(status=500))
    began = time.monotonic()
    error = await failure(source.daily(DAY))
    await source.close()
    assert error.kind is SourceErrorKind.UNAVAILABLE
    assert time.monotonic() - began < 2


async def test_nobody_there_is_unreachable(fake_time: FakeTime):
    source = HuggingFaceSource("http://127.0.0.1:9", sleep=fake_time.sleep, clock=fake_time.clock)
    assert (await failure(source.latest())).kind is SourceErrorKind.UNREACHABLE
    await source.close()


# Manners


async def test_the_token_is_sent_where_there_is_one_and_our_name_always(service: Service):
    service.on(DAILY, json_reply([]))
    for token in (None, "hf_secret"):
        source = HuggingFaceSource(service.url + "/", token)
        await source.daily(DAY)
        await source.close()
    anonymous, known = (request.headers for request in service.requests)
    assert "Authorization" not in anonymous
    assert known["Authorization"] == "Bearer hf_secret"
    assert anonymous["User-Agent"].startswith("paperboy/")


async def test_the_same_search_within_a_minute_is_asked_once(
    service: Service, source: HuggingFaceSource, fake_time: FakeTime
):
    service.on(SEARCH, Reply(b"[]", hang=0.02))
    await asyncio.gather(*(source.search("agents", 5) for _ in range(8)))
    await source.search("agents", 5)
    assert len(service.requests) == 1
    await source.search("agents", 6)
    assert len(service.requests) == 2
    fake_time.now += 61
    await source.search("agents", 5)
    assert len(service.requests) == 3


async def test_a_failure_is_not_remembered(service: Service, source: HuggingFaceSource):
    service.on(SEARCH, Reply(status=400), json_reply([wire()]))
    await failure(source.search("agents", 5))
    assert len(await source.search("agents", 5)) == 1


async def test_a_days_votes_are_never_old(service: Service, source: HuggingFaceSource):
    service.on(DAILY, json_reply([wire(upvotes=1)]), json_reply([wire(upvotes=41)]))
    votes = [(await source.daily(DAY)).records[0].metrics.upvotes for _ in range(2)]
    assert votes == [1, 41]


def test_a_source_can_be_made_before_there_is_a_loop(recwarn: pytest.WarningsRecorder):
    source = HuggingFaceSource()
    assert (source.name, source.curated) == ("Hugging Face", True)
    asyncio.run(source.close())
    assert not recwarn.list


async def test_a_closed_source_answers_nothing(service: Service, source: HuggingFaceSource):
    service.on(SEARCH, json_reply([wire()]))
    await source.search("agents", 5)
    await source.close()
    assert (await failure(source.search("agents", 5))).kind is SourceErrorKind.REFUSED
