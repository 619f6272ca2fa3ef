"""Crossref as resolver of DOIs and as the way to servers and journals, served and broken."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from papers.model import Announcement
from papers.sources import PaperSource, SourceError, SourceErrorKind
from papers.sources.crossref import CHEMRXIV, SSRN, Crossref, CrossrefSource, Works
from papers.sources.crossref_records import CORRECTION, listed_work, listed_works
from tests.papers.sources.serving import FakeTime, Reply, Service, html_reply, json_reply
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv" / "crossref"
DAY = date(2023, 1, 18)
GENOME = Works("Genome Research", issn="1088-9051")


def when(*parts: int | None) -> dict[str, Any]:
    return {"date-parts": [list(parts)]}


def work(**changed: Any) -> dict[str, Any]:
    """A work of ChemRxiv, whose id, title, names and dates are those of the field."""
    found: dict[str, Any] = {
        "DOI": "10.26434/chemrxiv-2022-w0jzh-v2",
        "type": "posted-content",
        "subtype": "preprint",
        "title": ["Five Years of ChemRxiv: Where We Are and Where We Go From Here"],
        "author": [
            {"given": "Benjamin", "family": "Mudrak", "sequence": "first"},
            {"given": "Sara", "family": "Bosshart", "sequence": "additional"},
        ],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>An abstract.</jats:p>",
        "container-title": [],
        "group-title": "Chemistry",
        "publisher": "American Chemical Society (ACS)",
        "published": when(2023, 1, 18),
        "created": when(2023, 1, 18),
        "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/"}],
        "relation": {
            "is-version-of": [{"id-type": "doi", "id": "10.26434/chemrxiv-2022-w0jzh"}],
            "is-preprint-of": [{"id-type": "doi", "id": "10.1002/ANIE.202215847"}],
        },
    }
    return {name: value for name, value in (found | changed).items() if value is not None}


def listing(*works: Any, total: int | None = None, cursor: str | None = "next") -> Reply:
    message = {
        "total-results": len(works) if total is None else total,
        "items": list(works),
        "next-cursor": cursor,
    }
    return json_reply({"status": "ok", "message-type": "work-list", "message": message})


@pytest.fixture
async def crossref(service: Service, fake_time: FakeTime) -> AsyncIterator[Crossref]:
    found = Crossref(
        service.url,
        "operator@lab.example",
        sleep=fake_time.sleep,
        clock=fake_time.clock,
    )
    yield found
    await found.close()


def test_a_preprint_has_its_server_version_and_journal_article():
    paper = listed_work(work())
    assert paper.key == "doi:10.26434/chemrxiv-2022-w0jzh"
    assert (paper.source, paper.venue, paper.kind, paper.version) == (
        "ChemRxiv", None, "preprint", 2,
    )  # fmt: skip
    assert paper.categories == ("chemrxiv/chemistry",)
    osf = listed_work(work(DOI="10.31219/osf.io/t9gbj", **{"group-title": "Social & Health"}))
    assert osf.categories == ("osfpreprints/social-health",)
    assert paper.authors == ("Benjamin Mudrak", "Sara Bosshart")
    assert paper.abstract == "An abstract."
    assert paper.published_doi == "10.1002/anie.202215847"
    assert paper.aliases == ("doi:10.1002/anie.202215847",)
    assert paper.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_an_article_has_its_journal_as_venue_though_its_prefix_is_a_preprint_servers():
    paper = listed_work(
        work(
            DOI="10.1101/gr.279093.124",
            type="journal-article",
            **{
                "container-title": ["Genome Research"],
                "relation": {
                    "has-preprint": [{"id-type": "doi", "id": "10.1101/2023.07.21.550114"}],
                    "references": [{"id-type": "doi", "id": "10.5555/other"}],
                },
            },
        )
    )
    assert paper.aliases == ("doi:10.1101/2023.07.21.550114",)
    assert paper.published_doi is None
    assert paper.key == "doi:10.1101/gr.279093.124"
    assert (paper.source, paper.venue, paper.kind) == ("Crossref", "Genome Research", "article")
    assert paper.categories == ()


@pytest.mark.parametrize(
    ("doi", "changed", "server"),
    [
        ("10.2139/ssrn.6518178", {"group-title": "SSRN"}, "SSRN"),
        ("10.64898/2026.07.13.738145", {"institution": [{"name": "bioRxiv"}]}, "bioRxiv"),
        (
            "10.22541/au.169147825.53935627",
            {"institution": [{"name": "Authorea, Inc."}]},
            "Authorea",
        ),
        ("10.5555/unknown", {}, "American Chemical Society (ACS)"),
    ],
)
def test_the_server_of_a_preprint_is_known_by_its_prefix_or_its_institution(
    doi: str, changed: dict[str, Any], server: str
):
    paper = listed_work(work(DOI=doi, relation=None, **changed))
    assert paper.source == server
    assert paper.version is None
    assert len(paper.categories) == (server != "SSRN")


@pytest.mark.parametrize(
    ("published", "created", "day"),
    [
        (when(2023, 1, 18), when(2023, 1, 20), date(2023, 1, 18)),
        (when(2026), when(2026, 4, 6), date(2026, 4, 6)),
        (when(2026, 4), when(2026, 4, 6), date(2026, 4, 6)),
        (when(1998), when(2005, 4, 6), date(1998, 1, 1)),
        (when(None), when(2026, 4, 6), date(2026, 4, 6)),
        (when(2023, 2, 30), when(2023, 2, 3), None),
        ({"date-parts": "soon"}, None, None),
        (None, None, None),
    ],
)
def test_a_day_that_is_not_known_is_that_of_registration(
    published: Any, created: Any, day: date | None
):
    assert listed_work(work(published=published, created=created)).day == day


def test_people_groups_and_single_names_are_authors():
    names: list[Any] = [
        {"family": "Neha"},
        {"name": "MoTrPAC Study Group"},
        {"given": "J.", "family": "Smith", "suffix": "Jr"},
        {"ORCID": "https://orcid.org/0000"},
        None,
    ]
    assert listed_work(work(author=names)).authors == ("Neha", "MoTrPAC Study Group", "J. Smith Jr")


def test_titles_and_abstracts_are_text():
    paper = listed_work(
        work(
            title=["&lt;p&gt;Precision&amp;nbsp;&lt;i&gt;Oncology&lt;/i&gt;&lt;/p&gt;"],
            abstract="<jats:sec><jats:title>Results</jats:title><jats:p>P&lt;0.05</jats:p>",
        )
    )
    assert (paper.title, paper.abstract) == ("Precision Oncology", "Results: P<0.05")


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ["Correction: Development of a Game"]},
        {"title": ["Author Correction: A Game"]},
        {"title": ["Retraction Note to: A Game"]},
        {"update-to": [{"type": "erratum", "DOI": "10.1/x"}]},
    ],
)
def test_a_notice_about_another_work_is_found_by_its_doi_and_not_listed(changed: dict[str, Any]):
    assert listed_work(work(**changed)).kind == CORRECTION
    assert listed_works([work(**changed), work()]) == ([listed_work(work())], 0)


def test_a_new_version_is_no_notice_and_a_retracted_work_is_withdrawn():
    newer = listed_work(work(**{"update-to": [{"type": "new_version", "DOI": "10.1/x"}]}))
    assert (newer.kind, newer.withdrawn) == ("preprint", False)
    assert listed_work(work(**{"updated-by": [{"type": "retraction"}]})).withdrawn
    assert not listed_work(work(**{"updated-by": [{"type": "new_version"}]})).withdrawn
    assert listed_work(work(title=["Correction of errors in codes"])).kind == "preprint"


def test_what_is_no_paper_is_left_out_and_what_cannot_be_read_is_counted():
    works = [
        work(type="peer-review"), work(type="component"), work(type="journal-issue"),
        work(title=[]), work(DOI="nonsense"), None, "text",
    ]  # fmt: skip
    assert listed_works(works) == ([], 4)


async def test_a_doi_is_resolved_politely_and_once(service: Service, crossref: Crossref):
    path = "/works/10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"
    message = work(DOI=path.removeprefix("/works/"))
    service.on(path, json_reply({"status": "ok", "message-type": "work", "message": message}))
    for _ in range(2):
        paper = await crossref.resolve(message["DOI"])
        assert paper is not None
        assert paper.key == f"doi:{message['DOI']}"
    assert service.queries == [{"mailto": "operator@lab.example"}]


async def test_an_unknown_doi_is_remembered_for_a_day(
    service: Service, crossref: Crossref, fake_time: FakeTime
):
    service.on("/works/10.5555/none", Reply(b"Resource not found.", 404))
    assert await crossref.resolve("10.5555/none") is None
    fake_time.now += 86_000
    source = CrossrefSource(crossref, GENOME)
    assert await source.lookup(["doi:10.5555/none", "2607.00001", "acl:2022.acl-long.1"]) == []
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(b""),
        html_reply(),
        html_reply(status=404),
        json_reply([]),
        json_reply({"status": "ok", "message-type": "work-list", "message": {}}),
        json_reply({"status": "ok", "message-type": "work"}),
    ],
)
async def test_a_wall_is_a_failure_and_no_unknown_doi(
    answer: Reply, service: Service, crossref: Crossref
):
    service.on("/works/10.5555/none", answer)
    with pytest.raises(SourceError) as caught:
        await crossref.resolve("10.5555/none")
    assert caught.value.kind is SourceErrorKind.MALFORMED


async def test_the_works_of_a_day_are_read_over_all_pages(service: Service, crossref: Crossref):
    second = work(DOI="10.26434/chemrxiv-2023-abcde")
    service.on("/works", listing(work(), total=2), listing(second, total=2, cursor=None))
    source: PaperSource = CrossrefSource(crossref, CHEMRXIV)
    batch = await source.daily(DAY)
    assert (source.name, batch.day, batch.broken) == ("ChemRxiv", DAY, 0)
    assert [(r.paper.id, r.announcement) for r in batch.records] == [
        ("doi:10.26434/chemrxiv-2022-w0jzh", Announcement.REPLACE),
        ("doi:10.26434/chemrxiv-2023-abcde", Announcement.NEW),
    ]
    assert [query["cursor"] for query in service.queries] == ["*", "next"]
    assert service.queries[0]["filter"] == (
        "prefix:10.26434,type:posted-content,from-created-date:2023-01-18,"
        "until-created-date:2023-01-18"
    )
    assert service.queries[0]["mailto"] == "operator@lab.example"


async def test_a_journal_is_listed_by_its_issn_and_may_have_nothing_new(
    service: Service, crossref: Crossref
):
    service.on("/works", listing())
    source = CrossrefSource(crossref, GENOME, now=lambda: datetime(2023, 1, 19, 8, tzinfo=UTC))
    assert source.listed_days() == (DAY, date(2023, 1, 17))
    batch = await source.latest()
    assert (batch.day, batch.records, batch.broken) == (DAY, (), 0)
    assert service.queries[0]["filter"].startswith("issn:1088-9051,from-created-date:2023-01-18")
    assert await source.search("wolves", 5) == []


@pytest.mark.parametrize(
    "answers",
    [
        [listing(work(), total=3), listing(total=3)],
        [listing(work(), total=3), listing(total=1)],
        [listing(work(), total=3, cursor=None)],
        [json_reply({"status": "ok", "message-type": "work-list", "message": {"items": []}})],
        [json_reply({"status": "ok", "message-type": "work-list", "message": {}})],
        [
            json_reply(
                {
                    "status": "ok",
                    "message-type": "work",
                    "message": {"items": [], "total-results": 0},
                }
            )
        ],
        [html_reply()],
        [Reply(b"")],
    ],
)
async def test_less_than_what_is_counted_is_a_failure_and_no_empty_day(
    answers: list[Reply], service: Service, crossref: Crossref
):
    service.on("/works", *answers)
    with pytest.raises(SourceError) as caught:
        await CrossrefSource(crossref, SSRN).daily(DAY)
    assert caught.value.kind is SourceErrorKind.MALFORMED
    assert caught.value.source == "SSRN"


async def test_a_listing_without_an_end_is_refused(service: Service, crossref: Crossref):
    service.on("/works", listing(work(), total=10_000))
    with pytest.raises(SourceError) as caught:
        await CrossrefSource(crossref, SSRN).daily(DAY)
    assert caught.value.kind is SourceErrorKind.REFUSED
    assert len(service.requests) == 20


async def test_a_limit_is_obeyed_by_resolver_and_listings(
    service: Service, crossref: Crossref, fake_time: FakeTime
):
    service.on("/works", Reply(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(SourceError) as caught:
        await CrossrefSource(crossref, SSRN).daily(DAY)
    assert (caught.value.kind, caught.value.retry_after) == (SourceErrorKind.RATE_LIMITED, 3600)
    with pytest.raises(SourceError):
        await CrossrefSource(crossref, SSRN).daily(DAY)
    assert len(service.requests) == 1


@needs_shared
@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("prereview__*.json")), ids=lambda path: path.stem[11:]
)
def test_every_recorded_work_is_read(path: Any):
    paper = listed_work(json.loads(path.read_text())["message"])
    assert paper.day
    assert paper.authors
    assert not {"<", "&"} & set(paper.title)
    assert paper.kind == (CORRECTION if "correction" in path.stem else paper.kind)
    assert (paper.source == "Crossref") == (paper.venue is not None)
    assert paper.record().paper.id == paper.key
    assert paper.key not in paper.aliases


@needs_shared
def test_recorded_versions_are_of_one_paper():
    paper = listed_work(
        json.loads((SAMPLES / "prereview__osf-preprints-short-title.json").read_text())["message"]
    )
    assert (paper.key, paper.version) == ("doi:10.31219/osf.io/4k26r", 11)
    assert paper.aliases == ()
