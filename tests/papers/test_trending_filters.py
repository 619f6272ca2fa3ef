"""What a feed lets through, and what it says about it."""

from dataclasses import replace
from datetime import date

import pytest

from papers.model import Metrics, Paper
from papers.trending import Candidate, Filters, Reason, rank

TODAY = date(2025, 12, 30)


def passes(filters: Filters, **fields: object) -> bool:
    paper = replace(Paper("1", "A title"), **fields)
    return bool(rank([Candidate(paper, Metrics(5), TODAY)], day=TODAY, filters=filters))


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("agent", "Agents That Plan"),
        ("agents", "An Agent that plans"),
        ("AGENT", "Multi-agent systems"),
        ("diffusion model", "Latent Diffusion Models, Revisited"),
        ("multi agent", "A Multi-Agent World"),
        ("taxonomies", "Towards a taxonomy"),
        ("benches", "A test bench"),
        ("C++", "Generating C++ at scale"),
        ("naïve", "NAÏVE methods"),
    ],
)
def test_a_word_matches_whatever_its_case_hyphen_or_plural(word: str, title: str) -> None:
    assert passes(Filters(include=(word,)), title=title)
    assert not passes(Filters(exclude=(word,)), title=title)


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("agent", "Reagents in chemistry"),
        ("diffusion model", "A model of diffusion"),
        ("C", "Generating C++ at scale"),
        ("bus", "bu"),
        ("...", "Anything ... at all"),
    ],
)
def test_a_word_does_not_match_inside_another_or_out_of_order(word: str, title: str) -> None:
    assert not passes(Filters(include=(word,)), title=title)


@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": "We train agents."},
        {"summary": "An agent."},
        {"keywords": ("robots", "agents")},
    ],
)
def test_words_are_looked_for_in_abstract_summary_and_keywords(fields: dict[str, object]) -> None:
    assert passes(Filters(include=("agent",)), **fields)


def test_no_phrase_is_found_across_two_keywords() -> None:
    assert not passes(Filters(include=("world model",)), keywords=("world", "model"))


def test_the_reason_names_the_words_that_matched_as_they_were_written() -> None:
    paper = Paper("1", "Agents with memory")
    filters = Filters(include=("Agent", "robots", "memory"))
    numbers = Candidate(paper, Metrics(118, 251), TODAY, Metrics(77), hours_between=24)
    (ranked,) = rank([numbers], day=TODAY, filters=filters)
    assert (
        str(ranked.reason)
        == "118 upvotes (+41 since yesterday) · 251 stars · matches *Agent*, *memory*"
    )


@pytest.mark.parametrize("wanted", ["cs.CL", "cs", "cs.*", "CS.cl", "stat.ML"])
def test_a_category_matches_primary_and_cross_lists_and_whole_archives(wanted: str) -> None:
    assert passes(Filters(categories=(wanted,)), categories=("stat.ML", "cs.CL"))


@pytest.mark.parametrize("wanted", ["cs.AI", "c", "math.*", "cs.C"])
def test_other_categories_do_not_match(wanted: str) -> None:
    assert not passes(Filters(categories=(wanted,)), categories=("stat.ML", "cs.CL"))


def test_a_paper_of_unknown_categories_does_not_pass_a_category_filter() -> None:
    assert not passes(Filters(categories=("cs",)))


def test_papers_with_fewer_votes_than_asked_for_are_left_out() -> None:
    papers = [
        Candidate(Paper(paper_id, "A title"), Metrics(votes), TODAY)
        for paper_id, votes in (("1", 9), ("2", 10), ("3", None))
    ]
    ranked = rank(papers, day=TODAY, filters=Filters(min_votes=10))
    assert [each.paper.id for each in ranked] == ["2"]


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (Reason(upvotes=118, gained=41, since_hours=24, stars=251),
         "118 upvotes (+41 since yesterday) · 251 stars"),
        (Reason(upvotes=1200, gained=1000, since_hours=5.2), "1,200 upvotes (+1,000 in 5 hours)"),
        (Reason(upvotes=12, gained=3, since_hours=0.1), "12 upvotes (+3 in 1 hour)"),
        (Reason(upvotes=12, gained=3, since_hours=71), "12 upvotes (+3 in 3 days)"),
        (Reason(upvotes=12, gained=0, since_hours=24), "12 upvotes"),
        (Reason(upvotes=0, stars=0), "no upvotes yet"),
        (Reason(), "no upvotes yet"),
    ],
)  # fmt: skip
def test_the_reason_reads_as_a_line(reason: Reason, line: str) -> None:
    assert str(reason) == line


def test_words_from_outside_go_through_the_escape_that_is_passed() -> None:
    reason = Reason(upvotes=3, matched=("*[x](http://evil)*",))
    facts = reason.facts(lambda word: f"<{len(word)}>", str)
    assert facts == ["3 upvotes", "matches <18>"]
