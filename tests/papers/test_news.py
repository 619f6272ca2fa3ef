"""News about a paper: each piece once, in whatever order its sources answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.model import Metrics, Paper
from papers.news import (
    LONGEST_WORDS,
    STARS,
    Event,
    Kind,
    Levels,
    Side,
    events,
    is_sighted,
    joined,
    levels,
    side_of,
)

MOMENT = datetime(2026, 3, 4, tzinfo=UTC)
BOTH = tuple(Side)
PAPER = Paper("2603.00001", "On the matter", version=1)

papers = st.builds(
    Paper,
    id=st.just(PAPER.id),
    title=st.just(PAPER.title),
    repository=st.sampled_from([None, "https://github.com/ada/matter"]),
    comment=st.sampled_from([None, "12 pages", "Accepted at a conference"]),
    doi=st.sampled_from([None, "10.1000/1"]),
    journal_ref=st.sampled_from([None, "Nature 1 (2026)"]),
    version=st.none() | st.integers(1, 5),
    withdrawn_at=st.sampled_from([None, MOMENT]),
    linked_models=st.none() | st.integers(0, 3),
    linked_datasets=st.none() | st.integers(0, 3),
    linked_spaces=st.none() | st.integers(0, 3),
)
metrics = st.builds(Metrics, stars=st.none() | st.integers(0, 2_000))
states = st.lists(st.tuples(papers, metrics), max_size=8)
sides = st.sets(st.sampled_from(Side))


def kinds(known: Levels, paper: Paper, stars: int | None = None) -> list[Kind]:
    return [event.kind for event in events(known, paper, Metrics(stars=stars), BOTH)]


def history(known: Levels, seen: Sequence[tuple[Paper, Metrics]]) -> tuple[list[Event], Levels]:
    """Return every event of a series of states, and what is known after it."""
    found: list[Event] = []
    for paper, numbers in seen:
        found += events(known, paper, numbers, BOTH)
        known = joined(known, levels(paper, numbers))
    return found, known


@given(states)
def test_an_event_never_comes_twice(seen: Sequence[tuple[Paper, Metrics]]) -> None:
    found, _ = history({}, [*seen, *seen])
    keys = [(event.kind, event.level) for event in found]
    assert len(keys) == len(set(keys))


@given(states, st.randoms())
def test_the_order_in_which_sources_answer_changes_nothing_of_what_is_known(
    seen: list[tuple[Paper, Metrics]], random: Random
) -> None:
    _, known = history({}, seen)
    random.shuffle(seen)
    found, shuffled = history({}, seen)
    assert shuffled == known
    # Whatever is known at the end was news once, or part of another event of its moment.
    covered = {Kind.VERSION: Kind.WITHDRAWN, Kind.STARS: Kind.CODE}
    reported = {event.kind for event in found}
    assert all(kind in reported or covered.get(kind) in reported for kind in known)


@given(states)
def test_what_was_known_before_is_no_news(seen: Sequence[tuple[Paper, Metrics]]) -> None:
    _, known = history({}, seen)
    assert history(known, seen)[0] == []


@given(papers, metrics, sides)
def test_events_come_in_one_order_and_only_of_the_sides_that_were_seen(
    paper: Paper, numbers: Metrics, seen: set[Side]
) -> None:
    found = [event.kind for event in events({}, paper, numbers, seen)]
    assert found == [kind for kind in Kind if kind in found]
    assert {side_of(kind) for kind in found} <= seen


@given(papers, metrics, sides)
def test_of_a_side_that_was_not_seen_nothing_is_remembered(
    paper: Paper, numbers: Metrics, seen: set[Side]
) -> None:
    known = joined({}, levels(paper, numbers), seen)
    assert {side_of(kind) for kind in known} <= seen
    assert events(known, paper, numbers, seen) == ()


def test_code_comes_with_its_stars_and_later_the_stars_alone() -> None:
    coded = replace(PAPER, repository="https://github.com/ada/matter")
    (event,) = events({Kind.VERSION: 1}, coded, Metrics(stars=240), BOTH)
    assert event == Event(Kind.CODE, 1, address="https://github.com/ada/matter", count=240)
    known = joined({Kind.VERSION: 1}, levels(coded, Metrics(stars=240)))
    assert kinds(known, coded, 999) == []
    (event,) = events(known, coded, Metrics(stars=1_000), BOTH)
    assert (event.kind, event.level, event.count) == (Kind.STARS, 1_000, 1_000)


@pytest.mark.parametrize("threshold", STARS)
def test_a_threshold_is_passed_when_it_is_reached_and_not_before(threshold: int) -> None:
    assert levels(PAPER, Metrics(stars=threshold - 1)).get(Kind.STARS, 0) < threshold
    assert levels(PAPER, Metrics(stars=threshold))[Kind.STARS] == threshold


def test_who_passes_both_thresholds_at_once_reads_of_the_higher_one() -> None:
    coded = replace(PAPER, repository="https://github.com/ada/matter")
    known = levels(coded, Metrics(stars=5))
    (event,) = events(known, coded, Metrics(stars=5_000), BOTH)
    assert event.level == 1_000


def test_a_new_version_brings_the_authors_comment_and_a_withdrawal_is_no_version() -> None:
    second = replace(PAPER, version=2, comment="Accepted at a conference")
    (event,) = events(levels(PAPER, Metrics()), second, Metrics(), BOTH)
    assert (event.kind, event.level, event.words) == (Kind.VERSION, 2, "Accepted at a conference")
    gone = replace(second, version=3, comment="Theorem 1 is wrong", withdrawn_at=MOMENT)
    (event,) = events(levels(second, Metrics()), gone, Metrics(), BOTH)
    assert (event.kind, event.words) == (Kind.WITHDRAWN, "Theorem 1 is wrong")
    # A fourth version brings the paper back.
    back = replace(gone, version=4, comment=None, withdrawn_at=None)
    assert kinds(joined(levels(second, Metrics()), levels(gone, Metrics())), back) == [Kind.VERSION]


def test_an_older_version_that_comes_late_is_no_news() -> None:
    assert kinds({Kind.VERSION: 3}, replace(PAPER, version=2)) == []


@pytest.mark.parametrize(
    ("known", "words", "address"),
    [
        ({"journal_ref": "Nature 1 (2026)"}, "Nature 1 (2026)", None),
        ({"doi": "10.1000/1"}, "10.1000/1", "https://doi.org/10.1000/1"),
        (
            {"journal_ref": "Nature 1 (2026)", "doi": "10.1000/1"},
            "Nature 1 (2026)",
            "https://doi.org/10.1000/1",
        ),
    ],
)
def test_a_publication_says_where_and_leads_there(
    known: dict[str, str], words: str, address: str | None
) -> None:
    (event,) = events(levels(PAPER, Metrics()), replace(PAPER, **known), Metrics(), BOTH)
    assert event == Event(Kind.PUBLISHED, 1, words=words, address=address)


def test_the_first_model_dataset_and_space_are_news_and_the_second_is_not() -> None:
    first = replace(PAPER, linked_models=1, linked_datasets=2, linked_spaces=3)
    found = events(levels(PAPER, Metrics()), first, Metrics(), BOTH)
    assert [(event.kind, event.count) for event in found] == [
        (Kind.MODEL, 1),
        (Kind.DATASET, 2),
        (Kind.SPACE, 3),
    ]
    assert kinds(levels(first, Metrics()), replace(first, linked_models=9)) == []


def test_arxiv_is_seen_once_a_version_is_known_and_the_hub_by_any_answer() -> None:
    assert is_sighted(Side.ARCHIVE, PAPER)
    assert not is_sighted(Side.ARCHIVE, replace(PAPER, version=None))
    assert is_sighted(Side.COMMUNITY, replace(PAPER, version=None))


def test_a_comment_of_any_length_is_cut() -> None:
    long = replace(PAPER, version=2, comment="word " * 1_000)
    (event,) = events({Kind.VERSION: 1}, long, Metrics(), BOTH)
    assert len(event.words) == LONGEST_WORDS
