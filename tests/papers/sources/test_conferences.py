"""Conferences' virtual sites and the ACL Anthology, served and broken."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from papers.model import Announcement
from papers.sources import PaperSource, SourceError, SourceErrorKind
from papers.sources.anthology_records import volumes
from papers.sources.conference_records import KINDS, programme
from papers.sources.conferences import (
    CONFERENCES,
    AnthologySource,
    Conference,
    VirtualSiteSource,
)
from papers.sources.listings import MOST_OF_PROCEEDINGS, Proceedings
from papers.sources.responses import MalformedError
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv"
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
ROWS = "/static/virtual/data/icml-2026-orals-posters.json"
ABSTRACTS = "/static/virtual/data/icml-2026-abstracts.json"
ACL = "/2022.acl.xml"


def event(number: int, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "uid": f"{number:032x}",
        "name": f"Paper {number}",
        "authors": [{"fullname": "Ada Example"}, {"fullname": "Bo Sample"}, None],
        "abstract": None,
        "topic": "Deep Learning->Large Language Models",
        "decision": "Accept (regular)",
        "eventtype": "Poster",
        "virtualsite_url": f"/virtual/2026/poster/{number}",
        "sourceurl": "https://openreview.net/group?id=ICML.cc/2026/Conference",
        "visible": True,
        "paper_url": f"https://openreview.net/forum?id=Forum{number:05d}",
        "eventmedia": [],
        **changed,
    }


def rows(*events: Any, **changed: Any) -> dict[str, Any]:
    return {"count": len(events), "next": None, "results": list(events), **changed}


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
async def icml(service: Service, fake_time: FakeTime) -> AsyncIterator[VirtualSiteSource]:
    moment = [NOW]
    source = VirtualSiteSource(
        Conference("ICML", service.url),
        2026,
        now=lambda: moment[0] + timedelta(days=fake_time.now // 86_400),
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    yield source
    await source.close()


@pytest.fixture
async def acl(service: Service, fake_time: FakeTime) -> AsyncIterator[AnthologySource]:
    source = AnthologySource(
        "ACL 2022", "2022.acl", service.url, now=lambda: NOW,
        sleep=fake_time.sleep, clock=fake_time.clock,
    )  # fmt: skip
    yield source
    await source.close()


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


def test_a_large_conference_is_one_batch_that_begins_with_its_talks():
    events = [event(number) for number in range(MOST_OF_PROCEEDINGS)]
    found = read(*events, event(9999, decision="Accept (oral)"))
    batch = found.batch(NOW.date())
    assert len(found.papers) == MOST_OF_PROCEEDINGS + 1
    assert len(batch.records) == MOST_OF_PROCEEDINGS
    first = batch.records[0]
    assert (first.paper.kind, first.paper.venue, first.batch) == ("oral", "ICML 2026", NOW.date())
    assert first.announcement is Announcement.NEW


async def test_a_conference_has_nothing_before_it_has_a_programme(
    service: Service, icml: VirtualSiteSource, fake_time: FakeTime
):
    source: PaperSource = icml
    assert (await source.latest()).records == ()
    service.on(ROWS, json_reply(rows()))
    fake_time.now += 86_400
    assert (await source.latest()).records == ()
    service.on(ROWS, json_reply(rows(event(1))))
    fake_time.now += 86_400
    assert len((await source.daily(NOW.date() + timedelta(days=2))).records) == 1
    assert source.name == "ICML 2026"
    assert await source.search("x", 1) == []
    (record,) = await source.lookup(["openreview:Forum00001", "2607.00001"])
    assert (record.paper.title, record.batch) == ("Paper 1", None)
    with pytest.raises(SourceError):
        await source.daily(NOW.date())


async def test_a_programme_is_asked_for_once_a_day_and_sent_again_only_if_it_changed(
    service: Service, icml: VirtualSiteSource, fake_time: FakeTime
):
    service.on(ROWS, json_reply(rows(event(1)), headers={"ETag": '"r1"'}), Reply(status=304))
    service.on(ABSTRACTS, json_reply({"1": "We ask."}, headers={"ETag": '"a1"'}), Reply(status=304))
    first, other = await asyncio.gather(icml.proceedings(), icml.proceedings())
    assert other == first
    assert await asyncio.gather(icml.proceedings(), icml.proceedings()) == [first] * 2
    assert len(service.requests) == 2
    fake_time.now += 86_400
    assert await icml.proceedings() == first
    asked = [request.headers.get("If-None-Match") for request in service.requests]
    assert asked == [None, None, '"r1"', '"a1"']


async def test_abstracts_that_come_later_are_added(
    service: Service, icml: VirtualSiteSource, fake_time: FakeTime
):
    def answer(request: Any) -> Reply:
        fresh = "If-None-Match" not in request.headers
        return json_reply(rows(event(1)), headers={"ETag": "r"}) if fresh else Reply(status=304)

    service.on(ROWS, answer)
    assert (await icml.proceedings()).papers[0].abstract == ""
    service.on(ABSTRACTS, json_reply({"1": "We ask."}))
    fake_time.now += 86_400
    assert (await icml.proceedings()).papers[0].abstract == "We ask."


async def test_papers_that_come_later_have_the_abstracts_that_did_not_change(
    service: Service, icml: VirtualSiteSource, fake_time: FakeTime
):
    def answer(request: Any) -> Reply:
        fresh = "If-None-Match" not in request.headers
        return json_reply({"2": "Later."}, headers={"ETag": "a"}) if fresh else Reply(status=304)

    service.on(ABSTRACTS, answer)
    service.on(ROWS, json_reply(rows(event(1))), json_reply(rows(event(1), event(2))))
    await icml.proceedings()
    fake_time.now += 86_400
    assert [one.abstract for one in (await icml.proceedings()).papers] == ["", "Later."]


async def test_a_programme_that_shrinks_keeps_its_papers(
    service: Service, icml: VirtualSiteSource, fake_time: FakeTime
):
    unlinked = event(2, paper_url=None)
    service.on(ROWS, json_reply(rows(event(1), unlinked)), json_reply(rows(event(2))))
    await icml.proceedings()
    fake_time.now += 86_400
    found = await icml.proceedings()
    assert [one.key for one in found.papers] == ["openreview:Forum00002", "openreview:Forum00001"]


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
    answer: Reply, service: Service, icml: VirtualSiteSource
):
    service.on(ROWS, *[answer] * 2, json_reply(rows(event(1))))
    for _ in range(2):
        if len(service.answers[ROWS]) == 1:
            break
        with pytest.raises(SourceError) as caught:
            await icml.proceedings()
        assert caught.value.kind is SourceErrorKind.MALFORMED
    assert len((await icml.proceedings()).papers) == 1
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
        )
    )  # fmt: skip
    first, second, third = found.papers
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


async def test_a_file_of_the_anthology_is_one_batch(service: Service, acl: AnthologySource):
    other = "<volume id='short'><meta><year>2022</year><venue>acl</venue></meta></volume>"
    service.on(ACL, Reply(volume(paper(1), paper(2), rest=other)))
    batch = await acl.latest()
    assert [record.paper.id for record in batch.records] == [
        "acl:2022.acl-long.1", "acl:2022.acl-long.2",
    ]  # fmt: skip
    assert (batch.day, batch.records[0].paper.source) == (NOW.date(), "ACL Anthology")


@pytest.mark.parametrize("answer", [html_reply(), Reply(b""), Reply(volume(paper(1))[:-9])])
async def test_half_a_volume_is_a_failure(answer: Reply, service: Service, acl: AnthologySource):
    service.on(ACL, answer)
    with pytest.raises(SourceError) as caught:
        await acl.latest()
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_a_volume_that_is_not_out_is_empty(acl: AnthologySource):
    assert (await acl.proceedings()).papers == ()


def test_conferences_are_found_at_their_own_sites():
    assert {one.name for one in CONFERENCES} >= {"ICLR", "ICML", "NeurIPS", "MLSys", "ECCV"}
    assert all(one.url.startswith("https://") for one in CONFERENCES)
    assert KINDS[0] == "oral"


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
