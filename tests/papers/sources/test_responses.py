import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources.responses import MalformedError, Pages, Response, union
from tests.shared import SHARED, needs_shared

SAMPLES = SHARED / "samples" / "beyond_arxiv"


def answer(body: bytes, kind: str = "application/json") -> Response:
    return Response(200, {"Content-Type": kind}, body)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "with nothing"),
        (b" \n", "with nothing"),
        (b"<!DOCTYPE html><html><body>Checking your browser", "web page"),
        (b'{"messages": [], "collection": [{"doi": "10.1', "broken"),
        (b"[]", "no object"),
        (b'{"messages": []}', "without collection"),
        (b'{"messages": [], "collection": null}', "without collection"),
        (b'{"messages": [], "collection": {}}', "without collection"),
        (b"[" * 100_000, "broken"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_a_failure(body: bytes, why: str):
    with pytest.raises(MalformedError, match=why):
        answer(body).envelope(messages=list, collection=list)


def test_a_page_for_people_is_a_failure_even_without_a_body_that_says_so():
    with pytest.raises(MalformedError, match="web page"):
        answer(b"Please wait", "text/html; charset=utf-8").rows()


def test_data_that_is_labelled_as_a_page_is_data():
    assert answer(b" [1]", "text/html").rows() == [1]


def test_an_object_in_the_place_of_a_list_is_a_failure():
    with pytest.raises(MalformedError, match="than a list"):
        answer(b'{"error": "busy"}').rows()


def test_pages_are_whole_when_all_rows_have_come():
    pages = Pages[int]()
    pages.add([1, 2], 3)
    assert not pages.is_whole
    pages.add([3], 3)
    assert pages.is_whole
    assert pages.rows == [1, 2, 3]


def test_a_listing_of_nothing_is_whole():
    pages = Pages[int]()
    pages.add([], 0)
    assert pages.is_whole


@pytest.mark.parametrize("second", [0, 2, 3])
def test_pages_that_end_before_what_they_counted_are_a_failure(second: int):
    pages = Pages[int]()
    pages.add([1, 2], 3)
    with pytest.raises(MalformedError, match="counts 3 rows and lists 2"):
        pages.add([], second)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers())), st.lists(st.integers(0, 9)))
def test_a_partial_answer_takes_nothing_from_a_fuller_one(
    known: list[tuple[int, int]], newer: list[int]
):
    found = union(known, [(number, -1) for number in newer], lambda row: row[0])
    assert len({number for number, _ in found}) == len(found)
    assert {number for number, _ in found} == {number for number, _ in known} | set(newer)
    assert all(dict(found)[number] == -1 for number in newer)


@needs_shared
@pytest.mark.parametrize(
    "name",
    [
        "biorxiv/SYNTHETIC__200_empty_body.json",
        "dblp/SYNTHETIC__anubis_challenge_200.html",
        "feeds/SYNTHETIC__cloudflare_403.html",
        "europepmc/SYNTHETIC__200_without_resultList.json",
        "openreview/SYNTHETIC__search_unavailable.json",
        "openreview/SYNTHETIC__403_challenge.json",
        "semanticscholar/SYNTHETIC__429.json",
    ],
)
def test_recorded_walls_and_empty_answers_are_failures(name: str):
    with pytest.raises(MalformedError):
        answer((SAMPLES / name).read_bytes()).envelope(collection=list)


def test_an_answer_with_its_envelope_is_read():
    body = json.dumps({"messages": [{"status": "ok"}], "collection": [], "more": 1}).encode()
    assert answer(body).envelope(messages=list, collection=list)["more"] == 1
