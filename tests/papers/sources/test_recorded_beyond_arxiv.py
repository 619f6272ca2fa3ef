"""Whole answers of bioRxiv and Crossref as they were recorded, served again on loopback."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from papers.sources import SourceError, SourceErrorKind
from papers.sources.biorxiv import BiorxivSource
from papers.sources.crossref import Crossref
from papers.sources.crossref_records import listed_works
from tests.papers.sources.biorxiv_answers import YESTERDAY, biorxiv_source, path
from tests.papers.sources.recorded_answers import SAMPLES, cassette
from tests.papers.sources.serving import FakeTime, Reply, Service, json_reply
from tests.shared import needs_shared

pytestmark = needs_shared


@pytest.fixture
async def crossref(service: Service, fake_time: FakeTime) -> AsyncIterator[Crossref]:
    found = Crossref(service.url, sleep=fake_time.sleep, clock=fake_time.clock)
    yield found
    await found.close()


@pytest.fixture
async def biorxiv(service: Service, fake_time: FakeTime) -> AsyncIterator[BiorxivSource]:
    async with biorxiv_source(service, fake_time) as found:
        yield found


def recorded(name: str) -> Iterator[tuple[str, int, bytes]]:
    """Yield the address, status and body of each answer in a cassette of VCR."""
    return cassette(SAMPLES / "crossref" / f"{name}.yaml")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("habanero__test_cursor", 10),
        ("paper-qa__test_arxiv_doi_is_used_when_available", 1),
        ("paper-qa__test_bad_dois", 0),
    ],
)
def test_recorded_lists_of_works_are_read(name: str, least: int):
    found = [
        json.loads(body)["message"]["items"]
        for address, status, body in recorded(name)
        if "api.crossref.org/works?" in address and status == 200
    ]
    for items in found:
        papers, broken = listed_works(items)
        assert len(papers) >= least
        assert broken == 0
        assert all(paper.title and paper.key.startswith(("doi:", "acl:")) for paper in papers)
    assert found


@pytest.mark.parametrize(
    "name",
    ["habanero__test_registration_agency_bad_request", "habanero__test_cursor_fails_cursor_value"],
)
async def test_a_recorded_404_is_an_unknown_doi(name: str, service: Service, crossref: Crossref):
    ((_, status, body),) = recorded(name)
    service.on("/works/10.5555/none", Reply(body, status))
    assert await crossref.resolve("10.5555/none") is None


@pytest.mark.parametrize(
    "name", ["habanero__test_limit_of_zero_without_id", "habanero__test_registration_agency"]
)
async def test_a_recorded_answer_to_another_question_is_a_failure(
    name: str, service: Service, crossref: Crossref
):
    ((_, status, body),) = recorded(name)
    service.on("/works/10.1126/science.169.3946.635", Reply(body, status))
    with pytest.raises(SourceError) as caught:
        await crossref.resolve("10.1126/science.169.3946.635")
    assert caught.value.kind is SourceErrorKind.MALFORMED


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("crossref/prereview__*.json")), ids=lambda path: path.stem[11:]
)
async def test_recorded_works_are_resolved_by_their_doi(
    path: Any, service: Service, crossref: Crossref
):
    body = path.read_bytes()
    number: str = json.loads(body)["message"]["DOI"]
    service.on(f"/works/{number}", Reply(body))
    paper = await crossref.resolve(number)
    assert paper is not None
    assert number.lower().startswith(paper.key.removeprefix("doi:"))


@pytest.mark.parametrize(
    "name",
    [
        "SYNTHETIC__200_empty_body.json",
        "SYNTHETIC__server_not_recognized.json",
        "TRANSCRIBED__no_posts_found.json",
        "SYNTHETIC__details_2026_page30_category_ignored.json",
        "findpapers__details_biorxiv_2020-2022_cursor0.json",
        "SYNTHETIC__pubs_of_10.64898_doi.json",
        "SYNTHETIC__pubs_by_doi.json",
    ],
)
async def test_a_recorded_answer_that_is_not_the_whole_of_the_day_is_a_failure(
    name: str, service: Service, biorxiv: BiorxivSource
):
    service.on(path(), Reply((SAMPLES / "biorxiv" / name).read_bytes()))
    with pytest.raises(SourceError) as caught:
        await biorxiv.daily(YESTERDAY)
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_recorded_answers_by_doi_are_looked_up(service: Service, biorxiv: BiorxivSource):
    answers = json.loads((SAMPLES / "biorxiv/findpapers__details_by_doi_biorxiv.json").read_text())
    dois = [answer["raw_response"]["collection"][0]["doi"] for answer in answers]
    for doi, answer in zip(dois, answers, strict=True):
        service.on(f"/details/biorxiv/{doi}/na/json", json_reply(answer["raw_response"]))
    records = await biorxiv.lookup([f"doi:{doi}" for doi in dois])
    assert [record.paper.id for record in records] == [f"doi:{doi}" for doi in dois]
    assert all(record.aliases for record in records)
