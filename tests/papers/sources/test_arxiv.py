import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from papers.model import Announcement, Author
from papers.sources import SourceError, SourceErrorKind
from papers.sources.arxiv import ArxivSource, search_query
from papers.sources.arxiv_feed import split_creators
from papers.sources.rate_limits import RateLimiter
from tests.papers.sources.arxiv_answers import API, RSS, arxiv_source, atom, entry, item, rss
from tests.papers.sources.serving import Answering, FakeTime, Reply, Service, html_reply

FEED_DAY = date(2026, 7, 29)


def complaint(text: str) -> Reply:
    error = (
        "<entry><id>https://arxiv.org/api/errors#incorrect</id><title>Error</title>"
        f"<summary>{text}</summary><author><name>arXiv api core</name></author></entry>"
    )
    return atom(error, status=400)


def knowing(*paper_ids: str, unreadable: str = "", names_it: bool = True) -> Answering:
    """Answer look-ups out of `paper_ids`, and none that ask for the id that is `unreadable`."""

    def answer(request: web.Request) -> Reply:
        asked = request.query["id_list"].split(",")
        if unreadable in asked:
            return complaint(f"incorrect id format for {unreadable}" if names_it else "bad ids")
        return atom(*(entry(f"{i}v2") for i in asked if i in paper_ids))

    return answer


@pytest.fixture
async def source(service: Service, fake_time: FakeTime) -> AsyncIterator[ArxivSource]:
    async with arxiv_source(service, fake_time) as found:
        yield found


async def failure(call: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await call
    return caught.value


# The daily announcement


async def test_new_papers_cross_lists_and_replacements_are_told_apart(
    service: Service, source: ArxivSource
):
    kinds = ("new", "cross", "replace", "replace-cross")
    service.on(RSS, rss(*(item(n, kind) for n, kind in enumerate(kinds, 1))))
    batch = await source.latest()
    assert [r.announcement for r in batch.records] == [Announcement(kind) for kind in kinds]
    assert batch.day == FEED_DAY
    assert {r.batch for r in batch.records} == {FEED_DAY}


async def test_the_kind_is_read_from_the_text_where_its_element_is_missing(
    service: Service, source: ArxivSource
):
    bare = {"arxiv__announce_type": ""}
    service.on(
        RSS,
        rss(
            item(1, "cross", **bare),
            item(2, **bare, description="No header, Announce Type: nothing. Abstract: this."),
            item(3, "a-new-kind"),
        ),
    )
    one, two, three = (await source.latest()).records
    assert (one.announcement, one.paper.abstract) == (Announcement.CROSS, "It computes.")
    assert two.announcement is None
    assert two.paper.abstract.startswith("No header")
    assert three.announcement is None


async def test_an_announced_paper_is_read_whole(service: Service, source: ArxivSource):
    service.on(
        RSS,
        rss(
            item(
                1,
                title="If $x<y$ & \n all is $\\mathcal{O}(n)$",
                guid="oai:arXiv.org:2607.00001v3",
                dc__creator="Andr\\'e Weil, Jane Doe (MIT, CSAIL),  Bob Roe, Jr.",
                arxiv__DOI="10.1/x",
                arxiv__journal_reference="J. of Notes 1",
            )
        ),
    )
    (record,) = (await source.latest()).records
    paper = record.paper
    assert paper.id == "2607.00001"
    assert paper.version == 3
    assert paper.title == "If $x<y$ & all is $\\mathcal{O}(n)$"
    assert paper.authors == (Author("André Weil"), Author("Jane Doe"), Author("Bob Roe, Jr."))
    assert (paper.doi, paper.journal_ref) == ("10.1/x", "J. of Notes 1")
    assert paper.categories == ("cs.CL",)
    assert paper.published_at is None


async def test_an_item_that_cannot_be_read_is_counted_and_costs_no_other(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(item(1), item(2, title=""), item(3, guid="oai:nowhere:1"), item(4)))
    batch = await source.latest()
    assert [r.paper.id for r in batch.records] == ["2607.00001", "2607.00004"]
    assert batch.broken == 2


async def test_a_paper_new_in_one_category_and_cross_listed_in_another_is_new(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(item(1, "cross"), item(1, "new"), item(1, "cross")))
    (record,) = (await source.latest()).records
    assert record.announcement is Announcement.NEW


async def test_yesterdays_items_under_todays_date_are_yesterdays_announcement(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(item(1), item(2), day="Thu, 30 Jul 2026 00:00:00 -0400"))
    batch = await source.latest()
    assert batch.day == date(2026, 7, 29)
    assert len(batch.records) == 2


async def test_what_is_left_of_yesterday_is_no_part_of_today(service: Service, source: ArxivSource):
    left, strange = "Tue, 28 Jul 2026 00:00:00 -0400", "Fri, 01 Jan 2100 00:00:00 -0500"
    service.on(RSS, rss(item(1, pubDate=left), item(2), item(3, pubDate=strange)))
    batch = await source.latest()
    assert batch.day == date(2026, 7, 29)
    assert [record.paper.id for record in batch.records] == ["2607.00002", "2607.00003"]


async def test_the_weekends_feed_is_an_empty_day_and_no_failure(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(day="Sat, 01 Aug 2026 00:00:00 -0400"))
    batch = await source.daily(date(2026, 8, 1))
    assert (batch.day, batch.records, batch.broken) == (date(2026, 8, 1), (), 0)


async def test_a_day_that_the_feed_has_not_is_a_failure_and_no_empty_day(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(item(1)))
    assert len((await source.daily(FEED_DAY)).records) == 1
    error = await failure(source.daily(date(2026, 7, 28)))
    assert error.kind is SourceErrorKind.REFUSED
    assert "2026-07-29" in error.detail


async def test_a_feed_that_ends_at_its_limit_is_asked_for_by_category(
    service: Service, source: ArxivSource
):
    service.on(RSS, rss(*(item(n) for n in range(1, 2001))))
    service.on("/rss/cs.CL", rss(item(1), item(2)))
    service.on("/rss/cs.LG", rss(item(2), item(3)))
    batch = await source.latest()
    assert [r.paper.id for r in batch.records] == ["2607.00001", "2607.00002", "2607.00003"]


async def test_parts_on_both_sides_of_midnight_are_not_mixed(service: Service, source: ArxivSource):
    service.on(RSS, rss(*(item(n) for n in range(1, 2001))))
    thursday = "Thu, 30 Jul 2026 00:00:00 -0400"
    service.on("/rss/cs.CL", rss(item(1)))
    service.on("/rss/cs.LG", rss(item(2, pubDate=thursday), day=thursday))
    batch = await source.latest()
    assert (batch.day, len(batch.records)) == (date(2026, 7, 30), 1)


@given(st.lists(st.text(max_size=40), max_size=4))
def test_splitting_creators_never_yields_an_empty_name(creators: list[str]):
    assert all(name.strip(" ,") for name in split_creators(creators))


# Look-up


async def test_lookup_asks_in_pages_and_keeps_the_versions_apart(
    service: Service, source: ArxivSource
):
    ids = [f"2607.{n:05}" for n in range(1, 251)]
    service.on(API, knowing(*ids))
    records = await source.lookup([f"arXiv:{paper_id}v1" for paper_id in ids] + ids[:5])
    assert [r.paper.id for r in records] == ids
    assert {r.paper.version for r in records} == {2}
    assert [len(q["id_list"].split(",")) for q in service.queries] == [100, 100, 50]
    assert [q["max_results"] for q in service.queries] == ["100", "100", "50"]


async def test_papers_that_were_not_asked_for_are_dropped(service: Service, source: ArxivSource):
    service.on(API, atom(entry("2607.00009v1"), entry("2607.00001v1")))
    records = await source.lookup(["2607.00001", "2607.00002"])
    assert [r.paper.id for r in records] == ["2607.00001"]


async def test_unknown_ids_are_left_out_and_no_ids_ask_nothing(
    service: Service, source: ArxivSource
):
    service.on(API, atom())
    assert await source.lookup(["0704.0001"]) == []
    assert await source.lookup(["no id", ""]) == []
    assert len(service.requests) == 1


@pytest.mark.parametrize("names_it", [True, False])
async def test_an_id_that_arxiv_cannot_read_does_not_cost_the_others(
    names_it: bool, service: Service, source: ArxivSource
):
    ids = [f"2607.{n:05}" for n in range(1, 6)]
    service.on(API, knowing(*ids, unreadable="2607.00003", names_it=names_it))
    records = await source.lookup(ids)
    assert [r.paper.id for r in records] == [i for i in ids if i != "2607.00003"]


async def test_old_ids_are_found_without_their_subject_class(service: Service, source: ArxivSource):
    service.on(API, knowing("math/0309136", "hep-th/9901001"))
    records = await source.lookup(["math.GT/0309136", "hep-th/9901001v2"])
    assert [r.paper.id for r in records] == ["math/0309136", "hep-th/9901001"]
    assert service.queries[0]["id_list"] == "math/0309136,hep-th/9901001"


async def test_what_the_query_api_tells_is_kept(service: Service, source: ArxivSource):
    extra = (
        '<arxiv:primary_category term="cs.LG"/><category term="cs.AI"/><category term="cs.LG"/>'
        '<category term="68T50"/><category term="I.2.7; H.3"/><category term="math-ph"/>'
        "<arxiv:comment>12 pages,\n  accepted</arxiv:comment><arxiv:doi>10.1/x</arxiv:doi>"
        "<arxiv:journal_ref>J. of Notes 1</arxiv:journal_ref>"
    )
    service.on(API, atom(entry("2607.00001v4", extra, "  Wrapped\nlines.\n")))
    (record,) = await source.lookup(["2607.00001"])
    paper = record.paper
    assert paper.categories == ("cs.LG", "cs.AI", "math-ph")
    assert (paper.comment, paper.doi) == ("12 pages, accepted", "10.1/x")
    assert paper.journal_ref == "J. of Notes 1"
    assert paper.abstract == "Wrapped lines."
    assert paper.published_at == datetime(2026, 7, 8, 9, 30, tzinfo=UTC)
    assert paper.updated_at == datetime(2026, 7, 20, 17, tzinfo=UTC)
    assert (paper.withdrawn_at, record.batch, record.announcement) == (None, None, None)


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors due to an error", "It computes.", True),
        ("Withdrawn by arXiv administrators", "It computes.", True),
        ("12 pages", "This paper has been withdrawn.", True),
        ("Withdrawn from ICLR 2026", "It computes.", False),
        ("12 pages", "We study how liquidity is withdrawn by banks.", False),
    ],
)
async def test_a_withdrawn_paper_says_since_when(
    comment: str, abstract: str, withdrawn: bool, service: Service, source: ArxivSource
):
    extra = f"<arxiv:comment>{comment}</arxiv:comment>"
    service.on(API, atom(entry("2607.00001v2", extra, abstract)))
    (record,) = await source.lookup(["2607.00001"])
    since = datetime(2026, 7, 20, 17, tzinfo=UTC) if withdrawn else None
    assert record.paper.withdrawn_at == since


# Search


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("sparse attention", "all:sparse AND all:attention"),
        ('the "mixture of experts" for vision', 'all:"mixture of experts" AND all:vision'),
        ("chain-of-thought", 'all:"chain of thought"'),
        ("agents OR (cat:cs.AI ANDNOT au:x)", 'all:agents AND all:"cat cs ai" AND all:"au x"'),
        ("BERT AND NOT *", "all:bert"),
        ("The of", "all:the AND all:of"),
        ('"', ""),
        ("Schrödinger 方程", "all:schrödinger AND all:方程"),
    ],
)
def test_a_persons_words_become_a_question(words: str, question: str):
    assert search_query(words) == question


@given(st.text(max_size=200))
def test_nothing_a_person_types_is_an_operator_or_a_field(text: str):
    for term in filter(None, search_query(text).split(" AND ")):
        field, _, words = term.partition(":")
        assert field == "all"
        assert words.strip('"').replace(" ", "").isalnum()


async def test_search_returns_what_arxiv_ranks_first(service: Service, source: ArxivSource):
    service.on(API, atom(*(entry(f"2607.{n:05}v1") for n in (4, 2, 9))))
    records = await source.search("sparse attention", 2)
    assert [r.paper.id for r in records] == ["2607.00004", "2607.00002"]
    (query,) = service.queries
    assert query["search_query"] == "all:sparse AND all:attention"
    assert (query["sortBy"], query["max_results"]) == ("relevance", "2")


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("Ada Lovelace", 'au:"ada lovelace"'),
        ("Lovelace", 'au:"lovelace"'),
        ('Jean-Luc O\'Neil" OR all:"x', 'au:"jean luc o neil or all x"'),
    ],
)
async def test_an_authors_papers_are_asked_for_by_the_whole_name(
    service: Service, source: ArxivSource, name: str, question: str
):
    service.on(API, atom(*(entry(f"2607.{n:05}v1") for n in (4, 2, 9))))
    records = await source.by_author(name, 2)
    assert [r.paper.id for r in records] == ["2607.00004", "2607.00002"]
    (query,) = service.queries
    assert query["search_query"] == question
    assert (query["sortBy"], query["max_results"]) == ("submittedDate", "2")


async def test_an_author_without_a_letter_is_not_asked_for(service: Service, source: ArxivSource):
    assert await source.by_author(" ?! ", 10) == []
    assert await source.by_author("Ada Lovelace", 0) == []
    assert service.requests == []


async def test_an_id_or_a_link_as_search_finds_that_paper(service: Service, source: ArxivSource):
    service.on(API, knowing("2607.00001"))
    (record,) = await source.search("https://arxiv.org/abs/2607.00001v1", 10)
    assert record.paper.id == "2607.00001"


async def test_a_search_without_a_word_asks_nothing(service: Service, source: ArxivSource):
    assert await source.search(" ?! ", 10) == []
    assert await source.search("agents", 0) == []
    assert service.requests == []


async def test_a_question_that_arxiv_refuses_is_a_refusal(service: Service, source: ArxivSource):
    service.on(API, complaint("incorrect query"))
    assert (await failure(source.search("agents", 5))).kind is SourceErrorKind.REFUSED


# Manners


async def test_requests_are_three_seconds_apart_and_one_at_a_time(
    service: Service, source: ArxivSource, fake_time: FakeTime
):
    at: list[float] = []

    def noting(reply: Reply) -> Answering:
        def answer(_: web.Request) -> Reply:
            at.append(fake_time.now)
            return reply

        return answer

    service.on(API, noting(Reply(atom().body, hang=0.02)))
    service.on(RSS, noting(rss(item(1))))
    calls = [source.search(f"agents {n}", 5) for n in range(4)]
    await asyncio.gather(source.latest(), source.lookup(["2607.00001"]), *calls)
    assert len(at) == 6
    assert all(later - earlier >= 3 for earlier, later in pairwise(at))
    assert service.most_open == 1


async def test_two_sources_with_one_pacer_keep_one_pace(service: Service, fake_time: FakeTime):
    pacer = RateLimiter(3.0, sleep=fake_time.sleep, clock=fake_time.clock)
    service.on(API, atom())
    sources = [ArxivSource(service.url + API, pacer=pacer) for _ in range(2)]
    for source in sources:
        await source.lookup(["2607.00001"])
        await source.close()
    assert fake_time.slept == [3.0]


async def test_waiting_for_a_turn_can_be_called_off(fake_time: FakeTime):
    pacer = RateLimiter(3.0, sleep=fake_time.sleep, clock=fake_time.clock)
    async with pacer:
        waiting = asyncio.create_task(pacer.__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(1), pacer:
        assert waiting.cancelled()


async def test_a_repeated_attempt_keeps_the_pace_too(
    service: Service, source: ArxivSource, fake_time: FakeTime
):
    service.on(API, Reply(drop=True), Reply(status=503), atom(entry("2607.00001v1")))
    assert len(await source.lookup(["2607.00001"])) == 1
    assert len(service.requests) == 3
    assert sum(fake_time.slept) >= 6


async def test_the_same_question_is_not_asked_again_soon(service: Service, source: ArxivSource):
    service.on(RSS, rss(item(1)))
    service.on(API, atom(entry("2607.00001v1")))
    for _ in range(3):
        await source.latest()
        await source.search("agents", 5)
    assert len(service.requests) == 2


# Trouble


@pytest.mark.parametrize(
    "reply",
    [
        html_reply("Are you a robot?"),
        Reply(b"Rate exceeded.", headers={"Content-Type": "text/plain"}),
        Reply(status=429),
    ],
    ids=["captcha", "complaint", "429"],
)
async def test_being_taken_for_a_robot_is_being_limited_and_arxiv_is_left_alone_for_a_while(
    reply: Reply, service: Service, source: ArxivSource, fake_time: FakeTime
):
    service.on(API, reply)
    error = await failure(source.search("agents", 5))
    assert (error.kind, error.retry_after) == (SourceErrorKind.RATE_LIMITED, 60)
    asked = len(service.requests)
    assert asked == 3
    assert (await failure(source.latest())).kind is SourceErrorKind.RATE_LIMITED
    assert len(service.requests) == asked
    fake_time.now += 60
    service.on(RSS, rss(item(1)))
    assert len((await source.latest()).records) == 1


async def test_half_a_feed_is_asked_for_again(service: Service, source: ArxivSource):
    whole = rss(*(item(n) for n in range(1, 9)))
    half = Reply(whole.body[: len(whole.body) // 2], headers=whole.headers)
    service.on(RSS, half, whole)
    assert len((await source.latest()).records) == 8


async def test_a_feed_with_a_stray_sign_in_it_is_read_all_the_same(
    service: Service, source: ArxivSource
):
    reply = rss(item(1), item(2, title="A & B"), item(3))
    service.on(RSS, Reply(reply.body.replace(b"A &amp; B", b"A & B"), headers=reply.headers))
    assert len((await source.latest()).records) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"/etc/hostname", b"http://127.0.0.1:9/feed", b"<?xml version='1.0'?><a>no feed</a>"],
    ids=["empty", "file name", "address", "other XML"],
)
async def test_what_is_no_feed_is_malformed_and_is_not_followed(
    body: bytes, service: Service, source: ArxivSource
):
    service.on(RSS, Reply(body))
    assert (await failure(source.latest())).kind is SourceErrorKind.MALFORMED


async def test_a_feed_that_names_no_day_is_malformed(service: Service, source: ArxivSource):
    service.on(RSS, rss(item(1), day=""))
    assert (await failure(source.latest())).kind is SourceErrorKind.MALFORMED


async def test_a_mislabelled_feed_is_still_a_feed(service: Service, source: ArxivSource):
    service.on(RSS, Reply(rss(item(1)).body, headers={"Content-Type": "text/html"}))
    assert len((await source.latest()).records) == 1


def test_a_source_can_be_made_before_there_is_a_loop(recwarn: pytest.WarningsRecorder):
    source = ArxivSource()
    assert (source.name, source.curated) == ("arXiv", False)
    asyncio.run(source.close())
    assert not recwarn.list
