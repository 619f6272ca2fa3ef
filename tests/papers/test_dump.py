"""Files of JSON lines, as arXiv's snapshot and others write them."""

import io
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.dump import batches, read_line

SNAPSHOT = {
    "id": "0704.0001",
    "submitter": "Somebody",
    "authors": "C. Bal\\'azs, E. L. Berger and P. M. Nadolsky",
    "title": "Calculation of prompt\n  diphoton production",
    "comments": "37 pages",
    "journal-ref": "Phys.Rev.D76",
    "doi": "10.1103/PhysRevD.76",
    "categories": "hep-ph hep-ex",
    "abstract": "  A fully differential\n calculation.  ",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", ""]],
}


def test_a_line_of_arxivs_snapshot_is_read_whole() -> None:
    record = read_line(json.dumps(SNAPSHOT))
    assert record is not None
    paper = record.paper
    assert paper.id == "0704.0001"
    assert paper.title == "Calculation of prompt diphoton production"
    assert paper.categories == ("hep-ph", "hep-ex")
    assert [author.name for author in paper.authors] == ["C. Balázs", "E. L. Berger"]
    assert paper.published_at == datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC)
    assert paper.updated_at == datetime(2007, 7, 24, 20, 10, 27, tzinfo=UTC)
    assert paper.version == 2
    assert (paper.comment, paper.journal_ref) == ("37 pages", "Phys.Rev.D76")


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ({"versions": [], "update_date": "2008-11-26"}, date(2007, 4, 30)),
        ({"versions": [{"created": "yesterday"}], "update_date": "2007-04-05"}, date(2007, 4, 5)),
        ({"versions": None, "update_date": "n/a"}, date(2007, 4, 30)),
        ({"published": "2007-04-01", "update_date": "2008-11-26"}, date(2007, 4, 1)),
        ({}, date(2007, 4, 30)),
    ],
)
def test_the_last_change_of_a_record_is_never_its_date(line: dict[str, object], day: date) -> None:
    record = read_line(json.dumps({"id": "0704.0001", "title": "T", **line}))
    assert record is not None
    assert record.paper.published_at is not None
    assert record.paper.published_at.date() == day


def test_authors_in_one_text_are_told_apart() -> None:
    line = json.dumps({"id": "2401.00001", "title": "T", "authors": "Ada L., Grace H. and Alan T."})
    record = read_line(line)
    assert record is not None
    assert [author.name for author in record.paper.authors] == ["Ada L.", "Grace H.", "Alan T."]


def test_a_recorded_summary_is_not_taken_for_the_abstract() -> None:
    line = {
        "id": "2401.00001",
        "title": "T",
        "summary": "What it is about.",
        "ai_summary": "Short.",
    }
    record = read_line(json.dumps(line))
    assert record is not None
    assert (record.paper.abstract, record.paper.summary) == ("What it is about.", "Short.")


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_lines_that_hold_no_paper_are_none_and_never_an_error(line: str) -> None:
    assert read_line(line) is None


def test_broken_lines_are_counted_and_the_others_kept() -> None:
    lines = [json.dumps({"id": f"2401.{n:05}", "title": f"Paper {n}"}) for n in range(1, 6)]
    file = io.BytesIO("\n".join([*lines[:2], "{broken", "", *lines[2:]]).encode())
    found = list(batches(file, 3))
    assert [record.paper.title for _, records, _ in found for record in records] == [
        f"Paper {n}" for n in range(1, 6)
    ]
    assert sum(broken for *_, broken in found) == 1
    file.seek(0)
    assert sum(len(records) for _, records, _ in batches(file, 3, skip=4)) == 3
