"""Conferences' virtual sites and the ACL Anthology, served and broken."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from papers.model import Announcement
from papers.presentations import PRESENTATIONS, better, presentation_of
from papers.sources import DatedSource, EditionSource, SourceError, SourceErrorKind, declared
from papers.sources.anthology_records import volumes
from papers.sources.conference_records import programme
from papers.sources.conferences import (
    CONFERENCES,
    IN_SEASON,
    OUT_OF_SEASON,
    REQUESTS,
    Conference,
    ConferenceSource,
    conference_source,
)
from papers.sources.listings import ListedPaper, Proceedings
from papers.sources.responses import MalformedError, RetryPolicy
from tests.papers.sources.conference_answers import ABSTRACTS, ROWS, event, icml_source, rows
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv"
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
ACL = "/2022.acl.xml"


def read(*events: Any, abstracts: dict[str, Any] | None = None) -> Proceedings:
    return programme(rows(*events), abstracts or {}, "ICML", 2026, "https://icml.cc")


def volume(*papers: str, rest: str = "") -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><collection id='2022.acl'>"
        "<volume id='long' type='proceedings' ingest-date='2022-05-15'><meta>"
        "<booktitle>Proceedings</booktitle><month>May–June</month><year>2022</year>"  # noqa: RUF001
        "<venue>acl</venue></meta><frontmatter><url>2022.acl-long.0</url></frontmatter>"
        f"{''.join(papers)}</volume>{rest}</collection>"
    ).encode()


def paper(number: int, rest: str = "") -> str:
    return (
        f"<paper id='{number}'><title>Speeding up <fixed-case>BERT</fixed-case> {number}</title>"
        "<author><first>Ali</first><last>Modarressi</last></author>"
        f"<url hash='1'>2022.acl-long.{number}</url>{rest}</paper>"
    )


@pytest.fixture
async def icml(service: Service, fake_time: FakeTime) -> AsyncIterator[ConferenceSource]:
    source = site(service, fake_time)
    yield source
    await source.close()


def site(service: Service, fake_time: FakeTime, **known: Any) -> ConferenceSource:
    def now() -> datetime:
        return NOW + timedelta(days=fake_time.now // 86_400)

    return icml_source(
        service, now, sleep=fake_time.sleep, clock=fake_time.clock,
        manners=RetryPolicy(attempts=2, cache_for=0.0), **known,
    )  # fmt: skip


@pytest.fixture
async def acl(service: Service, fake_time: FakeTime) -> AsyncIterator[ConferenceSource]:
    source = conference_source(
        Conference("ACL", service.url, range(6, 10), collection="acl"),
        now=lambda: datetime(2022, 6, 10, 9, tzinfo=UTC),
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    yield source
    await source.close()


async def papers_of(source: ConferenceSource) -> tuple[ListedPaper, ...]:
    found = await source.proceedings()
    assert found is not None
    return found.papers


def test_a_poster_is_a_paper_with_its_venue_topic_and_forum():
    (found,) = read(event(1), abstracts={"1": "We <i>ask</i>."}).papers
    assert found.key == "openreview:Forum00001"
    assert (found.source, found.venue, found.kind) == ("ICML", "ICML 2026", "poster")
    assert found.authors == ("Ada Example", "Bo Sample")
    assert found.abstract == "We ask."
    assert found.categories == ("icml/large-language-models",)
    assert found.aliases == ("page:icml.cc/virtual/2026/poster/1",)


def test_the_talk_and_the_poster_of_a_paper_are_one():
    talk = event(
        2, uid=event(1)["uid"], name="Paper 1", eventtype="Oral", decision="Accept (oral)",
        authors=[{"fullname": "Ada Example"}], paper_url=None,
        virtualsite_url="/virtual/2026/oral/2",
    )  # fmt: skip
    for events in ((event(1), talk), (talk, event(1))):
        (found,) = read(*events, abstracts={"2": "We ask."}).papers
        assert (found.key, found.kind) == ("openreview:Forum00001", "oral")
        assert found.authors == ("Ada Example", "Bo Sample")
        assert found.abstract == "We ask."
        assert set(found.aliases) == {
            "page:icml.cc/virtual/2026/poster/1", "page:icml.cc/virtual/2026/oral/2",
        }  # fmt: skip


def test_talks_come_before_spotlights_and_spotlights_before_posters():
    found = read(
        event(1),
        event(2, decision="Accept (spotlight)"),
        event(3, eventtype="Oral", decision=None),
        event(4, decision="Accept (oral)"),
    )
    assert [one.kind for one in found.papers] == ["oral", "oral", "spotlight", "poster"]
    assert [one.title for one in found.papers] == ["Paper 3", "Paper 4", "Paper 2", "Paper 1"]


def test_workshops_hidden_rows_and_other_events_are_left_out():
    found = read(
        event(1, sourceurl="https://openreview.net/group?id=ICML.cc/2026/Workshop/X"),
        event(2, visible=False),
        event(5, decision="Reject"),
        event(6, decision="Withdrawn"),
        event(7, eventtype="Test of Time Award", decision=None),
        event(3, eventtype="Invited Talk", decision=None),
        event(4),
    )
    assert ([one.title for one in found.papers], found.broken) == (["Paper 4"], 0)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"paper_url": "https://arxiv.org/abs/2607.00001"}, "2607.00001"),
        ({"paper_url": None,
          "eventmedia": [{"uri": "https://icml.cc/media/slides.pdf"},
                         {"uri": "https://openreview.net/forum?id=Abcd123456"}]},
         "openreview:Abcd123456"),
        ({"paper_url": None}, "page:icml.cc/virtual/2026/poster/1"),
        ({"paper_url": None, "uid": None}, "page:icml.cc/virtual/2026/poster/1"),
    ],
)  # fmt: skip
def test_a_paper_is_known_by_what_its_event_links_to(changed: dict[str, Any], key: str):
    assert [one.key for one in read(event(1, **changed)).papers] == [key]


def test_rows_that_cannot_be_read_are_counted():
    found = read(event(1, name=""), event(2, paper_url=None, virtualsite_url=None), None, event(4))
    assert (len(found.papers), found.broken) == (1, 3)


@pytest.mark.parametrize("changed", [{"count": 3}, {"next": "https://icml.cc/?page=2"}])
def test_a_programme_that_counts_more_than_it_lists_is_a_failure(changed: dict[str, Any]):
    with pytest.raises(MalformedError, match="counts"):
        programme(rows(event(1), **changed), {}, "ICML", 2026, "https://icml.cc")


def test_a_paper_with_an_award_comes_first_and_is_as_good_as_its_best_row():
    talk = event(4, name="Paper 3", uid=event(3)["uid"], decision="Accept (oral, best paper)")
    found = read(
        event(1, decision="Accept (oral)"), event(2, event_type="Highlight"), event(3), talk
    )
    assert [one.kind for one in found.papers] == ["award", "oral", "highlight"]
    assert presentation_of("Outstanding Paper Award, oral") == "award"
    assert presentation_of("Accept", "Award ceremony") is None
    assert [better("poster", "oral"), better("preprint", "poster"), better(None, "preprint")] == [
        "oral", "poster", "preprint",
    ]  # fmt: skip


def test_two_rows_that_link_to_one_paper_are_one_though_their_numbers_differ():
    found = read(event(1), event(2, paper_url=event(1)["paper_url"], decision="Accept (oral)"))
    assert [one.kind for one in found.papers] == ["oral"]


def test_a_conference_ends_with_its_last_event_and_its_papers_are_of_the_day_they_were_seen():
    begun, over = "2026-07-07T10:30:00+09:00", "2026-07-11T12:00:00+09:00"
    found = read(event(1, starttime=begun), event(2, endtime=over), event(3, starttime="soon"))
    assert found.last == date(2026, 7, 11)
    assert {one.first_day for one in found.papers} == {date(2026, 7, 7)}
    assert {one.first_day for one in found.seen(NOW.date()).papers} == {NOW.date()}
    assert {one.first_day for one in found.seen(date(2026, 8, 1)).papers} == {date(2026, 7, 7)}
    record = found.batch(NOW.date()).records[0]
    assert (record.announcement, record.batch) == (Announcement.NEW, NOW.date())


async def test_a_conference_has_nothing_before_it_has_a_programme(
    service: Service, icml: ConferenceSource
):
    assert isinstance(icml, EditionSource)
    assert isinstance(icml, DatedSource)
    assert await papers_of(icml) == ()
    service.on(ROWS, json_reply(rows()))
    assert await papers_of(icml) == ()
    service.on(ROWS, json_reply(rows(event(1))))
    found = await icml.proceedings()
    assert found is not None
    assert (found.venue, len(found.papers), icml.name) == ("ICML 2026", 1, "ICML")
    assert len((await icml.latest()).records) == 1
    assert await icml.search("x", 1) == await icml.lookup(["openreview:Forum00001"]) == []
    with pytest.raises(SourceError):
        await icml.daily(NOW.date())


async def test_a_programme_that_was_stored_is_sent_again_only_if_it_changed(
    service: Service, icml: ConferenceSource
):
    def answer(body: Any, tag: str) -> Any:
        def given(request: Any) -> Reply:
            same = request.headers.get("If-None-Match") == tag
            return Reply(status=304) if same else json_reply(body, headers={"ETag": tag})

        return given

    service.on(ROWS, answer(rows(event(1)), '"r1"'))
    service.on(ABSTRACTS, answer({"1": "We ask."}, '"a1"'))
    for _ in range(2):  # what was not stored is sent once more
        assert len(await papers_of(icml)) == 1
    await icml.keep()
    assert await icml.proceedings() is None
    assert len(service.requests) == 6
    service.on(ROWS, answer(rows(event(1), event(2)), '"r2"'))
    assert [one.abstract for one in await papers_of(icml)] == ["We ask.", ""]


async def test_abstracts_that_come_later_are_added(service: Service, icml: ConferenceSource):
    def answer(request: Any) -> Reply:
        fresh = "If-None-Match" not in request.headers
        return json_reply(rows(event(1)), headers={"ETag": "r"}) if fresh else Reply(status=304)

    service.on(ROWS, answer)
    assert (await papers_of(icml))[0].abstract == ""
    await icml.keep()
    service.on(ABSTRACTS, json_reply({"1": "We ask."}))
    assert (await papers_of(icml))[0].abstract == "We ask."


async def test_a_site_that_fails_all_day_is_asked_no_more_than_its_budget(
    service: Service, fake_time: FakeTime
):
    source = site(service, fake_time)
    service.on(ROWS, html_reply())
    for _ in range(REQUESTS):
        with pytest.raises(SourceError):
            await source.proceedings()
    with pytest.raises(SourceError) as caught:
        await source.proceedings()
    assert len(service.requests) == REQUESTS
    assert caught.value.kind is SourceErrorKind.RATE_LIMITED
    assert caught.value.retry_after is not None
    fake_time.now += 86_400
    service.on(ROWS, json_reply(rows(event(1))))
    assert len(await papers_of(source)) == 1
    await source.close()


async def test_a_file_that_is_too_large_is_not_read_to_its_end(
    service: Service, fake_time: FakeTime
):
    source = site(service, fake_time, largest=10_000)
    service.on(ROWS, json_reply(rows(*map(event, range(100)))))
    with pytest.raises(SourceError, match="too large"):
        await source.proceedings()
    await source.close()


async def test_a_year_without_an_edition_asks_nothing(service: Service, fake_time: FakeTime):
    source = conference_source(
        Conference("ECCV", service.url, range(7, 11), every=2, since=2024),
        now=lambda: datetime(2027, 8, 1, tzinfo=UTC), sleep=fake_time.sleep, clock=fake_time.clock,
    )  # fmt: skip
    assert await papers_of(source) == ()
    assert service.requests == []
    assert source.interval(datetime(2026, 8, 1, tzinfo=UTC)) == IN_SEASON
    assert source.interval(datetime(2026, 2, 1, tzinfo=UTC)) == OUT_OF_SEASON
    assert source.interval(datetime(2027, 8, 1, tzinfo=UTC)) == OUT_OF_SEASON
    await source.close()


@pytest.mark.parametrize(
    "answer",
    [
        html_reply("Checking your browser"),
        Reply(b""),
        json_reply([]),
        json_reply({"count": 1}),
        json_reply(rows(event(1), count=2), headers={"ETag": "half"}),
    ],
)
async def test_a_wall_is_a_failure_after_which_everything_is_asked_for_again(
    answer: Reply, service: Service, icml: ConferenceSource
):
    service.on(ROWS, *[answer] * 2, json_reply(rows(event(1))))
    for _ in range(2):
        if len(service.answers[ROWS]) == 1:
            break
        with pytest.raises(SourceError) as caught:
            await icml.proceedings()
        assert caught.value.kind is SourceErrorKind.MALFORMED
    assert len(await papers_of(icml)) == 1
    assert all("If-None-Match" not in request.headers for request in service.requests)


def test_a_volumes_papers_have_their_id_people_and_version():
    (found,) = volumes(
        volume(
            paper(1, "<abstract>Over <tex-math>L^2</tex-math> &amp; P&lt;0.05.</abstract>"
                     "<doi>10.18653/v1/2022.acl-long.1</doi>"
                     "<revision id='1'/><revision id='2'>Fixed.</revision>"),
            paper(2, "<retracted date='2023-01-01'>Wrong.</retracted><doi>10.1162/tacl_1</doi>"),
            "<paper id='3'><title>No address</title></paper>",
            "<paper id='4'><title/></paper>",
            paper(5, "<award>Best Paper Award</award>"),
        )
    )  # fmt: skip
    first, second, third, fifth = found.papers
    assert fifth.kind == "award"
    assert first.key == "acl:2022.acl-long.1"
    assert first.title == "Speeding up BERT 1"
    assert first.authors == ("Ali Modarressi",)
    assert first.abstract == "Over $L^2$ & P<0.05."
    assert (first.version, first.day) == (2, date(2022, 5, 1))
    assert (first.venue, first.kind, first.aliases) == ("ACL 2022", "proceedings", ())
    assert (second.withdrawn, second.aliases) == (True, ("doi:10.1162/tacl_1",))
    assert third.key == "acl:2022.acl-long.3"
    assert found.broken == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"404: Not Found",
        b"<html><body>busy</body></html>",
        b"<collection/>",
        volume(paper(1))[:-20],
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + volume(paper(1, "<abstract>&a;</abstract>"))[38:],
    ],
)
def test_what_is_no_volume_is_a_failure(body: bytes):
    with pytest.raises(MalformedError):
        volumes(body)


async def test_a_file_of_the_anthology_is_one_edition_without_its_tutorials(
    service: Service, acl: ConferenceSource
):
    other = "<volume id='tutorials'><meta><year>2022</year><venue>acl</venue></meta>{}</volume>"
    body = volume(paper(1), paper(2, "<award>Best Paper</award>"), rest=other.format(paper(9)))
    service.on(ACL, Reply(body))
    found = await acl.proceedings()
    assert found is not None
    assert [one.key for one in found.papers] == ["acl:2022.acl-long.2", "acl:2022.acl-long.1"]
    assert (found.venue, found.last) == ("ACL 2022", date(2022, 5, 31))
    assert found.papers[0].source == "ACL Anthology"


@pytest.mark.parametrize("answer", [html_reply(), Reply(b""), Reply(volume(paper(1))[:-9])])
async def test_half_a_volume_is_a_failure(answer: Reply, service: Service, acl: ConferenceSource):
    service.on(ACL, answer)
    with pytest.raises(SourceError) as caught:
        await acl.latest()
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_a_volume_that_is_not_out_is_empty(acl: ConferenceSource):
    assert await papers_of(acl) == ()


def test_conferences_are_found_at_their_own_sites_in_the_order_in_which_they_are_declared():
    assert [one.name for one in CONFERENCES] == [one.name for one in declared.CONFERENCES]
    assert all(one.url.startswith("https://") for one in CONFERENCES)
    assert PRESENTATIONS[:2] == ("award", "oral")


@needs_shared
def test_the_recorded_programme_is_read():
    folder = SAMPLES / "virtual-conference"
    answer = json.loads((folder / "SYNTHETIC__icml-2026-orals-posters.json").read_text())
    abstracts = json.loads((folder / "SYNTHETIC__icml-2026-abstracts.json").read_text())
    (found,) = programme(answer, abstracts, "ICML", 2026, "https://icml.cc").papers
    assert (found.key, found.kind) == ("openreview:Abcd123456", "oral")
    assert found.abstract
    nothing = json.loads((folder / "SYNTHETIC__neurips-2026-not-yet.json").read_text())
    assert programme(nothing, {}, "NeurIPS", 2026, "https://neurips.cc").papers == ()


@needs_shared
@pytest.mark.parametrize(
    ("name", "papers", "first"),
    [
        ("acl-anthology-py__2022.acl_some.xml", [12], "acl:2022.acl-long.1"),
        ("acl-anthology-py__2022.naloma.xml", [5], "acl:2022.naloma-1.1"),
        ("acl-anthology-py__J89.xml", [14, 16, 19, 9], "acl:j89-1001"),
    ],
)
def test_recorded_volumes_are_read(name: str, papers: list[int], first: str):
    found = volumes((SAMPLES / "acl" / name).read_bytes())
    assert [len(one.papers) for one in found] == papers
    assert all(one.broken == 0 for one in found)
    assert found[0].papers[0].key == first
    assert all(one.title and one.day for part in found for one in part.papers)
