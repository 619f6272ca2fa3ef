"""Whatever a source answers, a paper or a failure comes of it, and no other error."""

import contextlib
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.paper_key import PaperKey
from papers.sources import SourceError
from papers.sources.biorxiv_records import listed_papers
from papers.sources.conference_records import programme
from papers.sources.crossref_records import listed_works
from papers.sources.feed_records import contents
from papers.sources.listings import ListedPaper, newest
from papers.sources.responses import MalformedError
from tests.papers.sources.biorxiv_answers import biorxiv_source, page, path, row
from tests.papers.sources.serving import FakeTime, Reply, Service

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["10.1101/2026.07.13.738145", "2026-07-15", "1", "NA", "<i>", "doi"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def broken(whole: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Records of which some fields are anything."""
    return st.dictionaries(st.sampled_from(sorted(whole)), JSON, max_size=4).map(
        lambda fields: {**whole, **fields}
    )


WORK: dict[str, Any] = {
    "DOI": "10.26434/chemrxiv-2022-w0jzh-v2", "type": "posted-content", "title": ["A"],
    "author": [{"given": "A", "family": "B"}], "abstract": "<p>A</p>", "container-title": ["J"],
    "institution": [{"name": "I"}], "group-title": "G", "published": {"date-parts": [[2023, 1]]},
    "created": {"date-parts": [[2023, 1, 18]]}, "license": [{"URL": "u"}], "publisher": "P",
    "relation": {"is-same-as": [{"id-type": "doi", "id": "10.1/x"}]}, "update-to": [],
    "updated-by": [{"type": "retraction"}],
}  # fmt: skip
EVENT: dict[str, Any] = {
    "id": 1, "uid": "u", "name": "A", "authors": [{"fullname": "A"}], "abstract": None,
    "topic": "a->b", "decision": "Accept (oral)", "eventtype": "Oral", "visible": True,
    "virtualsite_url": "/virtual/2026/oral/1", "sourceurl": None, "eventmedia": [{"uri": "x"}],
    "paper_url": "https://openreview.net/forum?id=Abcd123456",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "id": "urn:1", "link": "https://journal.example/1", "title": "A", "summary": "B",
    "content": [{"value": "C"}], "authors": [{"name": "A, B."}], "dc_identifier": "doi:10.1/x",
    "prism_doi": "10.1/x", "prism_url": "u", "published_parsed": None, "updated_parsed": None,
    "dc_type": "t", "prism_section": "s", "prism_publicationname": "J", "rights": "r", "tags": [],
}  # fmt: skip


def check(papers: Any) -> None:
    for paper in papers:
        assert isinstance(paper, ListedPaper)
        assert str(PaperKey.read(paper.key)) == paper.key
        assert all(str(PaperKey.read(alias)) == alias for alias in paper.aliases)
        assert paper.title
        json.dumps([paper.title, paper.abstract, paper.authors]).encode()
        record = paper.record(date(2026, 7, 15))
        assert record.paper.id == paper.key


@given(st.lists(broken(row(1)) | JSON, max_size=3))
def test_rows_of_biorxiv(rows: list[Any]):
    papers, unread = listed_papers(rows, "bioRxiv")
    assert len(papers) + unread == len(rows)
    check(newest(papers))


@given(st.lists(broken(WORK) | JSON, max_size=3))
def test_works_of_crossref(works: list[Any]):
    papers, _ = listed_works(works)
    check(newest(papers))


@given(st.lists(broken(EVENT) | JSON, max_size=3), st.dictionaries(st.just("1"), JSON))
def test_events_of_a_conference(events: list[Any], abstracts: dict[str, Any]):
    answer = {"count": len(events), "results": events}
    check(programme(answer, abstracts, "ICML", 2026, "https://icml.cc").papers)


@given(broken({"title": "J", "ttl": "5"}), st.lists(broken(ENTRY), max_size=3))
def test_entries_of_a_feed(head: dict[str, Any], entries: list[dict[str, Any]]):
    check(contents(head, entries, date(2026, 7, 15)).papers)


@pytest.mark.parametrize(
    "changed",
    [
        {"total": float("inf")}, {"count": float("nan")}, {"total": None}, {"total": "9" * 5000},
        {"interval": []}, {"category": 7}, {"status": {}}, {"count": [1]}, {"total": -5},
    ],
    ids=lambda changed: str(changed)[:30],
)  # fmt: skip
async def test_counts_of_any_kind_are_a_failure(
    changed: dict[str, Any], service: Service, fake_time: FakeTime
):
    answer = json.loads(page([row(1)], 1).body)
    answer["messages"][0].update(changed)
    service.on(path(), Reply(json.dumps(answer).encode()))
    async with biorxiv_source(service, fake_time) as source:
        with contextlib.suppress(SourceError, MalformedError):
            found = await source.daily(source.listed_days()[0])
            assert "total" in changed
            assert len(found.records) == 1
