"""One query language for searches, topics and a feed's words, as people write it."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.matching import Matcher, TermStatistics, Wanted
from papers.model import Author, Metrics, Paper
from papers.search import is_expression
from papers.topics import TopicError, parse, parse_many, reads_commas
from papers.trending import Candidate, Filters, rank

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("diffusion NOT guidance", "diffusion -guidance"),
        ("diffusion ANDNOT guidance", "diffusion -guidance"),
        ("diffusion AND NOT guidance", '"diffusion" -guidance'),
        ("diffusion AND guidance", '"diffusion" "guidance"'),
        ("a && b || c", '"a" "b" OR c'),
        ("diffusion AND (flows OR bridges)", '"diffusion" (flows OR bridges)'),
        ("category:cs.CL", "cat:cs.CL"),
        ("categories:cs.CL,cs.LG", "cat:cs.CL OR cat:cs.LG"),
        ("cats:cs.CL", "cat:cs.CL"),
        ("cs.CL parsing", "cat:cs.CL parsing"),
        ("parsing cs.cl cs.LG", "parsing (cat:cs.CL OR cat:cs.LG)"),
        ("cond-mat.str-el", "cat:cond-mat.str-el"),
        ("authors:LeCun", "author:LeCun"),
        ("au:LeCun AND ti:energy", "author:LeCun title:energy"),
        ("author: LeCun", "author:LeCun"),
        ('author: "Yann LeCun"', 'author:"Yann LeCun"'),
        ("organization:Meta", "org:Meta"),
        ("affiliation:Meta", "org:Meta"),
        ("all:electron", "electron"),
        ("since:2025 agents", "since:2025-01-01 agents"),
        ("after:2025-03 agents", "since:2025-03-01 agents"),
        ("diffusion models, flow matching", "diffusion models OR flow matching"),
        ("diffusion models; flow matching; VLA", "diffusion models OR flow matching OR VLA"),
        ("LLM, RAG, and agents", "LLM OR RAG OR agents"),
        ('"world model", "video model"', '"world model" OR "video model"'),
        ("title:LLM, title:VLA", "title:LLM OR title:VLA"),
        ("agents, robots, -survey", "(agents OR robots) -survey"),
        ("agents, robots, cs.RO", "(agents OR robots) cat:cs.RO"),
        ("cs.CL, cs.LG", "cat:cs.CL OR cat:cs.LG"),
        ("(agents, robots) planning", "(agents OR robots) planning"),
        ("cat:cs.CV+OR+cat:cs.AI", "cat:cs.CV OR cat:cs.AI"),
        ("search_query=all:electron+AND+cat:cs.LG", '"electron" cat:cs.LG'),
        (
            "au:lecun ANDNOT %28ti:energy OR ti:world%29",
            "author:lecun -(title:energy OR title:world)",
        ),
        ("diffusion[Title] AND guidance[tiab]", 'title:diffusion "guidance"'),
        ("Vaswani A[Author]", 'author:"Vaswani A"'),
        ('"world model"[tiab] NOT survey', '"world model" -survey'),
        ('TITLE-ABS-KEY("graph network" AND drug)', '"graph network" "drug"'),
        ("AU=Bengio AND TI=attention", "author:Bengio title:attention"),
        ('title = "flow matching"', 'title:"flow matching"'),
        ("abs:'ai alignment'", 'abstract:"ai alignment"'),
        ('jr:"Nature" AND ti:protein', '"Nature" title:protein'),
        ('"deep learning"~10', '"deep learning"'),
        ("+transformer +vision -survey", "transformer vision -survey"),
        ("site:arxiv.org cat:cs.CL", "cat:cs.CL"),
        ("cat:(NLP or cs.CV)", "cat:cs.CL OR cat:cs.CV"),
        ("cat:cs.CL or cat:cs.CV", "cat:cs.CL OR cat:cs.CV"),
        ("title:(diffusion or flows)", "title:diffusion OR title:flows"),
        ('RAG or "retrieval augmented"', 'RAG OR "retrieval augmented"'),
        ("cat:[cs.CL, cs.LG]", "cat:cs.CL OR cat:cs.LG"),
        ("cat:computer vision agents", "cat:cs.CV agents"),
        ("primary_category:cs.CL", "cat:cs.CL"),
        ("affil:MIT robots", "org:MIT robots"),
        ("扩散模型，世界模型", "扩散模型 OR 世界模型"),  # noqa: RUF001
    ],
)
def test_what_people_type_is_read_as_they_mean_it(typed: str, meant: str) -> None:
    assert parse(typed) == parse(meant)
    assert str(parse(typed)) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "LeCun, Yann",
        "Attention, please: a survey",
        "Learning to see, hear and act",
        "In the wild, what do agents see?",
        "diffusion, and why it is slow",
        "10,000 papers",
        "agents,",
    ],
)
def test_a_comma_in_a_sentence_or_a_name_is_no_list(typed: str) -> None:
    assert parse(typed).plain
    assert not reads_commas(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "diffusion NOT guidance",
        "diffusion ANDNOT guidance",
        "diffusion AND guidance",
        "category:cs.CL",
        "cs.CL",
        "author: lecun",
        "since:2025 agents",
        "diffusion models, flow matching",
    ],
)
def test_an_expression_is_told_from_a_question(typed: str) -> None:
    assert is_expression(typed)


@pytest.mark.parametrize(
    "typed",
    ["Attention is NOT Explanation", "Title: the missing manual", "To be or not to be"],
)
def test_a_title_stays_a_title(typed: str) -> None:
    assert not is_expression(typed)


def test_a_time_ago_is_counted_from_the_day() -> None:
    assert str(parse("since:7d agents", TODAY)) == "since:2026-06-24 agents"
    old = Paper("1", "Agents", published_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert str(parse("since:yesterday", TODAY)) == "since:2026-06-30"
    assert str(parse("llm since:last week", TODAY)) == "llm since:2026-06-24"
    assert not parse("since:2025").allows(old)
    assert parse("since:2019").allows(old)
    # A digest has new papers only.
    assert parse("since:7d").allows(old)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cat:cs.CLL", "cs.CL (Computation and Language)"),
        ("cat:cs.NLP", "cs.CL (Computation and Language)"),
        ("agents before:2024-06", "since:2024"),
        ("submittedDate:[20230101 TO 20240101]", "since:2023"),
        ("TI=agents AND PY=(2020-2024)", "since:2020"),
    ],
)
def test_what_cannot_be_looked_for_is_said_with_what_can(typed: str, said: str) -> None:
    with pytest.raises(TopicError, match=re.escape(said)):
        parse(typed)


@pytest.mark.parametrize("typed", ["rock or roll", "year: a review", "5+OR of it", "[Title] words"])
def test_ordinary_words_are_in_no_other_language(typed: str) -> None:
    assert parse(typed).plain


EARLIER = [
    "diffusion models",
    "video diffusion OR flow matching",
    '"world model" -survey',
    'title:"flow matching" cat:cs.CV',
    'author:"Yann LeCun" -author:bengio',
    "(agents OR robots) planning code:yes",
]


def test_topics_of_the_earlier_grammar_mean_what_they_meant() -> None:
    assert [str(topic) for topic in parse_many(EARLIER)] == EARLIER


@given(st.lists(st.sampled_from([*"ab,;()-", "OR", "AND", "NOT", "cs.CL", "since:", "2025", " "])))
def test_lists_and_operators_print_themselves(signs: list[str]) -> None:
    try:
        topic = parse(" ".join(signs))
    except TopicError:
        return
    assert parse(str(topic)) == topic


def brought(topic: str, *papers: Paper) -> list[str]:
    found = Matcher(papers, TermStatistics()).match([Wanted(parse(topic))])
    return [match.paper.title for match in found]


def passes(filters: Filters, **fields: object) -> bool:
    paper = replace(Paper("1", "A title"), **fields)
    return bool(rank([Candidate(paper, Metrics(5), TODAY)], day=TODAY, filters=filters))


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Agents with LLMs", "LLM"),
        ("SD$^2$: Self-Distilled Sparse Drafters", "SD²"),
        ("Growing MoS$_2$", "mos2"),
        (r"G\"odel Agent", "Gödel Agent"),
        ("Multi-modal models", "multimodal"),
        ("Finetuning of models", "fine-tuning"),
    ],
)
def test_topics_and_a_feeds_words_find_the_same(title: str, typed: str) -> None:
    assert brought(typed, Paper("1", title)) == [title]
    assert passes(Filters(include=(typed,)), title=title)
    assert not passes(Filters(exclude=(typed,)), title=title)


def test_a_feeds_words_are_the_query_language() -> None:
    filters = Filters(include=("diffusion NOT guidance", "author:LeCun", '"flow matching"'))
    assert passes(filters, title="Diffusion models")
    assert not passes(filters, title="Diffusion guidance")
    assert passes(filters, title="Energies", authors=(Author("Yann LeCun"),))
    assert passes(filters, title="x", summary="By flow matching.")
    assert not passes(filters, title="Matching the flow")
    # What breaks a rule is a phrase, as it was before.
    assert passes(Filters(include=('the "quote',)), title="The quote of the day")
