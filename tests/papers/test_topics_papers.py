"""What a topic says about a paper, and about itself."""

from datetime import UTC, datetime

import pytest

from papers.model import Author, Paper
from papers.terms import Stemmer, analyse
from papers.topics import allows, in_category, literally_holds, parse, parse_many

PAPER = Paper(
    "2506.00001",
    "Flow matching for robots",
    "We train policies on video.",
    authors=(Author("Ada Lovelace"), Author("Yann LeCun")),
    organization="Meta AI",
    categories=("cs.RO", "astro-ph.GA"),
    published_at=datetime(2025, 6, 9, 12, tzinfo=UTC),
)

HOLDS = {
    '"flow matching"': True,
    '"train policies"': True,
    '"robots we"': False,
    "title:policies": False,
    "title:robots": True,
    "abstract:policies": True,
    "abstract:robots": False,
    "author:lovelace": True,
    "author:hopper": False,
    "org:meta": True,
    "org:google": False,
    "cat:cs": True,
    "cat:cs.RO": True,
    "cat:cs.CL": False,
    "cat:astro-ph": True,
    "code:no": True,
    "code:yes": False,
    "since:2025-06-09": True,
    "since:2025-06-10": False,
    "since:7d": True,
    "anything -robots": False,
    "anything -walking": True,
    "anything": True,
}


@pytest.mark.parametrize("source", HOLDS)
def test_a_paper_is_let_through_by_what_it_has(source: str) -> None:
    stemmer = Stemmer()
    topic = parse(source)
    assert topic.allows(PAPER) is HOLDS[source]
    assert allows(topic, PAPER, analyse(PAPER, stemmer), stemmer) is HOLDS[source]


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ("anything", False),
        ("robots", True),
        ("robots walking", False),
        ("robots -video", False),
        ("robots cat:cs.CL", False),
        ("walking OR video", True),
    ],
)
def test_word_for_word_plain_words_count_too(source: str, held: bool) -> None:
    stemmer = Stemmer()
    assert literally_holds(parse(source), PAPER, analyse(PAPER, stemmer), stemmer) is held


def test_a_category_is_itself_or_its_archive_in_any_case() -> None:
    assert in_category("cs.RO", "CS.ro")
    assert in_category("cs.RO", "cs")
    assert not in_category("cs.RO", "cs.R")
    assert not in_category("cs", "cs.RO")


def test_a_topic_tells_its_words_phrases_and_conditions() -> None:
    topic = parse('robots "world model" robots cat:cs.CL -survey OR robots flow cat:cs.CL')
    assert topic.text == "robots world model flow"
    assert topic.texts == ("robots world model robots", "robots flow")
    assert topic.words == ("robots", "flow")
    assert topic.phrases == ("world model",)
    assert [str(each.leaf) for each in topic.required] == ["cat:cs.CL"]
    assert not topic.excluded
    assert not topic.lists_words
    assert not topic.plain


def test_exclusions_of_every_alternative_are_excluded() -> None:
    topic = parse("(a OR b) -c -title:d -author:e")
    assert [str(each.leaf) for each in topic.excluded] == ["c", "title:d", "author:e"]


@pytest.mark.parametrize(
    ("source", "excludes", "lists"),
    [
        ("a -b", True, False),
        ("a -title:b", True, False),
        ("a -author:b", False, False),
        ("a OR b", False, True),
        ("a b OR c", False, True),
        ('a OR "b c"', False, False),
        ("a -b OR c", False, False),
        ("a b", False, False),
    ],
)
def test_a_topic_tells_whether_it_excludes_or_lists_words(
    source: str, excludes: bool, lists: bool
) -> None:
    topic = parse(source)
    assert topic.excludes_words is excludes
    assert topic.lists_words is lists


def test_one_topic_of_many_that_is_wrong_is_left_out() -> None:
    assert parse_many(["a b", '"', "c"]) == [parse("a b"), None, parse("c")]
