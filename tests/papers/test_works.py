import gzip
import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from papers.model import Author, Paper
from papers.paper_key import Scheme
from papers.works import one_work, title_number
from tests.shared import SHARED, needs_shared

ARXIV, DOI, ACL = {Scheme.ARXIV}, {Scheme.DOI}, {Scheme.ACL}
PREPRINT = Paper(
    "2601.00001",
    "A Map of Every Neuron in the Larval Fly",
    authors=(Author("Ada Lovelace"), Author("Grace Hopper")),
    published_at=datetime(2026, 1, 5, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "other",
    [
        replace(PREPRINT, title="A map of every neuron in the larval fly."),
        replace(PREPRINT, title="A Map of Every $Neuron$ in the {L}arval Fly"),
        replace(PREPRINT, authors=(Author("A. Lovelace"), Author("G. Hopper"))),
        replace(PREPRINT, authors=(Author("Lovelace, Ada"),)),
        replace(PREPRINT, published_at=datetime(2027, 12, 1, tzinfo=UTC)),
    ],
)
def test_one_work_is_recognised_by_title_first_author_and_date(other: Paper):
    assert one_work(PREPRINT, ARXIV, other, DOI)


@pytest.mark.parametrize(
    "other",
    [
        replace(PREPRINT, title="A Map of Every Neuron in the Adult Fly"),
        replace(PREPRINT, authors=(Author("Grace Hopper"), Author("Ada Lovelace"))),
        replace(PREPRINT, authors=()),
        replace(PREPRINT, published_at=None),
        replace(PREPRINT, published_at=datetime(2029, 1, 6, tzinfo=UTC)),
        replace(PREPRINT, authors=(Author("Ada Lovelace"), *map(Author, "BCDEF"))),
    ],
)
def test_what_differs_in_one_of_these_is_another_work(other: Paper):
    assert not one_work(PREPRINT, ARXIV, other, DOI)


def test_two_ids_of_one_kind_are_of_two_works():
    assert not one_work(PREPRINT, ARXIV, PREPRINT, ARXIV)
    assert not one_work(PREPRINT, ARXIV | DOI, PREPRINT, ACL | DOI)


@pytest.mark.parametrize(
    "title",
    ["Editorial", "Correction to: A Map of Every Neuron in the Larval Fly", "Deep learning"],
)
def test_a_title_that_many_works_have_says_nothing(title: str):
    named = replace(PREPRINT, title=title)
    assert title_number(named) is None
    assert not one_work(named, ARXIV, named, DOI)


@needs_shared
def test_no_two_recorded_papers_would_be_taken_for_one_work():
    papers: dict[str, Paper] = {}
    for name in ("arxiv.jsonl.gz", "hf_daily.jsonl.gz"):
        with gzip.open(SHARED / "data" / name, "rt") as lines:
            for record in map(json.loads, lines):
                papers.setdefault(record["id"], recorded(record))
    assert len(papers) > 26_000
    alike: dict[int, list[Paper]] = defaultdict(list)
    for paper in papers.values():
        if (number := title_number(paper)) is not None:
            alike[number].append(paper)
    assert [[each.id for each in group] for group in alike.values() if len(group) > 1] == []


def recorded(record: dict[str, Any]) -> Paper:
    authors = record.get("authors") or ()
    names = (each if isinstance(each, str) else each["name"] for each in authors)
    return Paper(record["id"], record["title"], authors=tuple(map(Author, names)))


def test_dates_are_compared_whichever_comes_first():
    later = replace(PREPRINT, published_at=datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=700))
    assert one_work(PREPRINT, ARXIV, later, DOI)
    assert one_work(later, DOI, PREPRINT, ARXIV)
