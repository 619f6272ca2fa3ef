"""DataCite, and the resolver that asks it for what Crossref does not know."""

import contextlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources import SourceError, SourceErrorKind
from papers.sources.crossref import Crossref
from papers.sources.datacite import DataCite, DoiResolver, listed_doi
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply

CROSSREF = "/works/10.5281/zenodo.7"
DATACITE = "/dois/10.5281/zenodo.7"


def attributes(**changed: Any) -> dict[str, Any]:
    return {
        "doi": "10.5281/ZENODO.7",
        "titles": [{"title": "On <i>Mus musculus</i>"}],
        "creators": [
            {"name": "Doe, Jane", "givenName": "Jane", "familyName": "Doe"},
            {"name": "Roe, Richard"},
            {"name": "A Consortium", "nameType": "Organizational"},
            None,
        ],
        "publisher": "Zenodo",
        "publicationYear": 2021,
        "types": {"resourceTypeGeneral": "Preprint"},
        "descriptions": [
            {"description": "Ours.", "descriptionType": "Other"},
            {"description": "<p>We &lt;ask&gt;.</p>", "descriptionType": "Abstract"},
        ],
        "rightsList": [{"rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode"}],
        "relatedIdentifiers": [
            {"relationType": "IsVersionOf", "relatedIdentifierType": "DOI",
             "relatedIdentifier": "10.5281/zenodo.6"},
            {"relationType": "Cites", "relatedIdentifierType": "DOI",
             "relatedIdentifier": "10.5555/other"},
        ],
        "dates": [{"date": "2021-05-04T10:00:00Z", "dateType": "Submitted"},
                  {"date": "2021", "dateType": "Issued"},
                  {"date": "1999-01-01", "dateType": "Collected"}],
        **changed,
    }  # fmt: skip


def answer(**changed: Any) -> Reply:
    return json_reply({"data": {"id": "x", "type": "dois", "attributes": attributes(**changed)}})


@pytest.fixture
async def resolver(service: Service, fake_time: FakeTime) -> AsyncIterator[DoiResolver]:
    crossref = Crossref(service.url, sleep=fake_time.sleep, clock=fake_time.clock)
    datacite = DataCite(service.url, sleep=fake_time.sleep, clock=fake_time.clock)
    yield DoiResolver(crossref, datacite)
    await crossref.close()
    await datacite.close()


def test_a_doi_is_a_paper_with_its_repository_people_and_versions():
    paper = listed_doi(attributes())
    assert paper.key == "doi:10.5281/zenodo.7"
    assert (paper.source, paper.kind, paper.venue) == ("Zenodo", "preprint", None)
    assert paper.title == "On Mus musculus"
    assert paper.authors == ("Jane Doe", "Richard Roe", "A Consortium")
    assert paper.abstract == "We <ask>."
    assert paper.day == date(2021, 5, 4)
    assert paper.licence == "https://creativecommons.org/licenses/by/4.0/legalcode"
    assert paper.aliases == ("doi:10.5281/zenodo.6",)


@pytest.mark.parametrize(
    ("changed", "day"),
    [({"dates": [{"date": "2022-02-02", "dateType": "Issued"},
                 {"date": "2021-05-04", "dateType": "Created"}]}, date(2021, 5, 4)),
     ({"dates": []}, date(2021, 1, 1)), ({"dates": None, "publicationYear": None}, None)],
)  # fmt: skip
def test_a_year_alone_is_its_first_day(changed: dict[str, Any], day: date | None):
    assert listed_doi(attributes(**changed)).day == day


def test_an_article_has_its_journal_and_a_publisher_may_be_an_object():
    paper = listed_doi(
        attributes(
            publisher={"name": "Figshare"},
            types={"resourceTypeGeneral": "JournalArticle"},
            container={"title": "Journal of Tests"},
        )
    )
    assert (paper.source, paper.kind, paper.venue) == ("Figshare", "article", "Journal of Tests")


def test_the_dois_of_arxiv_are_arxivs_papers():
    assert listed_doi(attributes(doi="10.48550/arXiv.2607.00001")).key == "2607.00001"


@pytest.mark.parametrize(
    "changed", [{"types": {"resourceTypeGeneral": "Dataset"}}, {"types": None}, {"titles": []}]
)
def test_data_and_software_are_no_papers(changed: dict[str, Any]):
    with pytest.raises(ValueError, match="no paper"):
        listed_doi(attributes(**changed))


@given(st.dictionaries(st.sampled_from(sorted(attributes())), st.none() | st.integers()
       | st.lists(st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
                  max_size=2), max_size=4))  # fmt: skip
def test_attributes_of_any_kind_are_a_paper_or_none(changed: dict[str, Any]):
    with contextlib.suppress(ValueError):
        assert listed_doi(attributes(**changed)).title


async def test_datacite_is_asked_for_what_crossref_does_not_know(
    service: Service, resolver: DoiResolver
):
    service.on(CROSSREF, Reply(b"Resource not found.", 404))
    service.on(DATACITE, answer())
    for _ in range(2):
        paper = await resolver.resolve("10.5281/zenodo.7")
        assert paper is not None
        assert paper.source == "Zenodo"
    assert [request.path for request in service.requests] == [CROSSREF, DATACITE]


async def test_what_no_agency_knows_is_no_paper(service: Service, resolver: DoiResolver):
    service.on(CROSSREF, Reply(b"Resource not found.", 404))
    service.on(DATACITE, json_reply({"errors": [{"status": "404"}]}, status=404))
    assert await resolver.resolve("10.5281/zenodo.7") is None
    assert await resolver.resolve("10.5281/zenodo.7") is None
    assert len(service.requests) == 2


async def test_data_is_no_paper(service: Service, resolver: DoiResolver):
    service.on(CROSSREF, Reply(b"Resource not found.", 404))
    service.on(DATACITE, answer(types={"resourceTypeGeneral": "Software"}))
    assert await resolver.resolve("10.5281/zenodo.7") is None


@pytest.mark.parametrize(
    "wall",
    [html_reply(), html_reply(status=404), Reply(b""), json_reply({"data": []}),
     json_reply({"data": {}})],
)  # fmt: skip
async def test_a_wall_is_a_failure_and_no_unknown_doi(
    wall: Reply, service: Service, resolver: DoiResolver
):
    service.on(CROSSREF, Reply(b"Resource not found.", 404))
    service.on(DATACITE, wall)
    with pytest.raises(SourceError) as caught:
        await resolver.resolve("10.5281/zenodo.7")
    assert caught.value.kind is SourceErrorKind.MALFORMED
    assert caught.value.source == "DataCite"


@pytest.mark.parametrize(
    ("work", "version"),
    [
        ("10.31234/osf.io/hq8sd", "10.31234/osf.io/hq8sd_v1"),
        ("10.20944/preprints202505.1032", "10.20944/preprints202505.1032.v1"),
        ("10.21203/rs.3.rs-123456", "10.21203/rs.3.rs-123456/v1"),
        ("10.36227/techrxiv.170794036.66542348", "10.36227/techrxiv.170794036.66542348/v1"),
        ("10.22541/au.169147825.53935627", "10.22541/au.169147825.53935627/v1"),
        ("10.31124/advance.172416255.59522334", "10.31124/advance.172416255.59522334/v1"),
        ("10.12688/f1000research.161261", "10.12688/f1000research.161261.1"),
    ],
)
async def test_a_work_whose_versions_alone_are_registered_is_known_by_its_first(
    work: str, version: str, service: Service, resolver: DoiResolver
):
    record = {"DOI": version.upper(), "title": ["Mice"], "type": "posted-content"}
    record |= {"subtype": "preprint"}
    envelope = {"status": "ok", "message-type": "work", "message": record}
    service.on(f"/works/{work}", Reply(b"Resource not found.", 404))
    service.on(f"/works/{version}", json_reply(envelope))
    paper = await resolver.resolve(work)
    assert paper is not None
    assert (paper.key, paper.title) == (f"doi:{work}", "Mice")
    assert len(service.requests) == 2
