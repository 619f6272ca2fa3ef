"""The signs, fields, lists and dates of the topic language, to the letter."""

from datetime import date

import pytest

from papers.topics import (
    MAX_LENGTH,
    TopicError,
    day_of,
    parse,
    parse_literal,
    parse_plain,
    reads_commas,
)

TODAY = date(2025, 6, 9)

READ = {
    # Other names of the fields.
    "ti:x a": "title:x a",
    "titles:x a": "title:x a",
    "intitle:x a": "title:x a",
    "abs:x a": "abstract:x a",
    "ab:x a": "abstract:x a",
    "abstracts:x a": "abstract:x a",
    "au:x a": "author:x a",
    "authors:x a": "author:x a",
    "inauthor:x a": "author:x a",
    "by:x a": "author:x a",
    "organization:x a": "org:x a",
    "organisation:x a": "org:x a",
    "orgs:x a": "org:x a",
    "organizations:x a": "org:x a",
    "organisations:x a": "org:x a",
    "affiliation:x a": "org:x a",
    "institution:x a": "org:x a",
    "lab:x a": "org:x a",
    "category:cs a": "cat:cs a",
    "cats:cs a": "cat:cs a",
    "categories:cs a": "cat:cs a",
    "subject:cs a": "cat:cs a",
    "after:2024 a": "since:2024-01-01 a",
    "TITLE:x a": "title:x a",
    "all:x a": "x a",
    "all:(x y) a": "x y a",
    'all:"x y" a': '"x y" a',
    "all: x": "all: x",
    # Values of fields.
    "title: x a": "title:x a",
    'title:"x y" a': 'title:"x y" a',
    "title:(x y) a": "title:x title:y a",
    "title:(x OR y) a": "(title:x OR title:y) a",
    "cat:cs.CL,cs.CV a": "(cat:cs.CL OR cat:cs.CV) a",
    "cat:cs.CL;cs.CV;math a": "(cat:cs.CL OR cat:cs.CV OR cat:math) a",
    "cat:cs.CL, a": "cat:cs.CL a",
    "author:Ada,Bob x": "author:Ada,Bob x",
    "code:Y a": "code:yes a",
    "code:true a": "code:yes a",
    "code:n a": "code:no a",
    "code:false a": "code:no a",
    "since:2024-3-5 a": "since:2024-03-05 a",
    "since:2024 a": "since:2024-01-01 a",
    "cs.CL a": "cat:cs.CL a",
    "cs.CL cs.CV a": "(cat:cs.CL OR cat:cs.CV) a",
    "cat:(cs.CL cs.CV) a": "(cat:cs.CL OR cat:cs.CV) a",
    "title:(cs.CL) a": "title:cs.CL a",
    "title:/x a": "title:/x a",
    # Operators.
    "a | b": "a OR b",
    "a || b": "a OR b",
    "a OR b OR a": "a OR b",
    "a AND b": '"a" "b"',
    "a && b c": '"a" "b" "c"',
    "AND a": "a",
    "a AND": '"a"',
    "a NOT b": "a -b",
    "a ANDNOT b": "a -b",
    "a NOT AND b": "a -b",
    "a NOT NOT b": "a b",
    "a --b": "a -b",
    "a \u2212b": "a -b",
    "a \u2013b": "a -b",
    "a - b": "a b",
    "x -, y": "x OR y",
    "-(a OR b) c": "-(a OR b) c",
    "(a) (b)": "a b",
    # Quotation marks.
    "„x y“ a": '"x y" a',
    "„x y” a": '"x y" a',
    "«x y» a": '"x y" a',
    "»x y« a": '"x y" a',
    "»x y» a": '"x y" a',
    "”x y” a": '"x y" a',
    '"x   y" a': '"x y" a',
    '"x\u0007y" a': '"x y" a',
    'a"b c"d': 'a "b c" d',
    "a(b OR c)d": "a (b OR c) d",
    "a\u0000b": "a b",
    # Lists.
    "diffusion, flows": "diffusion OR flows",
    "diffusion; flows": "diffusion OR flows",
    "diffusion、flows": "diffusion OR flows",
    "diffusion\uff0cflows\uff1bvideo": "diffusion OR flows OR video",
    "diffusion, flows, and video": "diffusion OR flows OR video",
    "diffusion, flows, or video": "diffusion OR flows OR video",
    "diffusion, flows, -audio": "(diffusion OR flows) -audio",
    "diffusion, flows, cat:cs.CL": "(diffusion OR flows) cat:cs.CL",
    "diffusion, cs.CL": "diffusion cat:cs.CL",
    "cat:cs.CL, code:yes": "cat:cs.CL OR code:yes",
    "cat:cs.CL, code:yes, -x": "(cat:cs.CL OR code:yes) -x",
    "title:x, title:y": "title:x OR title:y",
    "diffusion,, flows,": "diffusion OR flows",
    "1,000 tokens": "1,000 tokens",
    "1, 2": "1 OR 2",
    "a1,b": "a1 OR b",
    "LeCun, Yann": "LeCun Yann",
    "LeCun, Yann, Ada": "LeCun OR Yann OR Ada",
    "lecun, Yann": "lecun OR Yann",
    "one two three four five, six": "one two three four five OR six",
    "one two three four five six, seven": "one two three four five six seven",
    "what is it, really": "what is it really",
    "theory of mind, robots": "theory of mind OR robots",
    "robots, walking.": "robots walking.",
    "robots, walking?": "robots walking?",
    "x (y, z)": "x (y OR z)",
    "x, (y, z)": "x OR y OR z",
    "(w, x) OR y, z": "w OR x OR y OR z",
    "a OR, b": "a OR b",
    "x, author:the": "x OR author:the",
    "a, -title:x": "a -title:x",
    "-a, -b": "-a -b",
    "robots AND, video": '"robots" "video"',
    "robots, AND video": '"robots" "video"',
    "robots NOT, video": "robots -video",
    "robots:, video": "robots: video",
    "robots!, video": "robots! video",
    "(x, y) z, w": "(x OR y) z OR w",
    "-(x OR y), z, w": "-(x OR y) OR z OR w",
    "x, y, -author:z": "(x OR y) -author:z",
    "x, y, author:z": "x OR y OR author:z",
    'x, y, cat:"cs.CL"': "(x OR y) cat:cs.CL",
    "x, y and z": "x OR y and z",
    "x, and": "x OR and",
    "-title:(x, y) z": "-(title:x OR title:y) z",
    "code:yes -cat:cs.CL,cs.LG x": "code:yes -(cat:cs.CL OR cat:cs.LG) x",
    "x AND y title:z": '"x" "y" title:z',
    "since:(7d) x": "since:2025-06-02 x",
    "since:yesterday x": "since:2025-06-08 x",
    "since:last friday x": "since:2025-06-06 x",
    "since:8 Dec x": "since:2024-12-08 x",
    "since:December 8, 2024, x": "x since:2024-12-08",
    "x since:March 2025": "x since:2025-03-01",
    "since:2025 may x": "since:2025-01-01 may x",
    "since:31/03/2025 x": "since:2025-03-31 x",
    "since:3 days ago x": "since:2025-06-06 x",
    "title:(since x) y": "title:since title:x y",
    "by:/x": "by:/x",
    "title::x": "title::x",
    "(x)" * 21: " ".join("x" * 21),
}


@pytest.mark.parametrize("source", READ)
def test_a_topic_is_read_as_people_write_it(source: str) -> None:
    assert str(parse(source, TODAY)) == READ[source]


WRONG = {
    "title:)": ("“title:” needs a value, e.g. title:diffusion.", 6),
    "a title:": ("“title:” needs a value, e.g. title:diffusion.", 8),
    'title:"?"': ("Write something between these quotation marks.", 6),
    "author:??": ("“author:” needs a value, e.g. title:diffusion.", 7),
    "a cat:nonsense": (
        "arXiv has no category “nonsense”. Try cs.CL, or cs for all of computer science.",
        6,
    ),
    "a OR )": ("OR needs a word on both sides.", 2),
    "(": ("Write something between these parentheses.", 0),
    "a NOT )": ("Write a word after this minus sign.", 2),
    "a NOT OR b": ("Write a word after this minus sign.", 2),
    "a Authr:x": ("There is no field “Authr:”. Did you mean “author:”?", 2),
    "x" * (MAX_LENGTH + 2): ("A topic can have up to 500 characters. This one has 502.", 500),
    "title:(a": ("This parenthesis is never closed.", 6),
    "(" * 21 + "a" + ")" * 21: ("These parentheses are nested too deeply.", 20),
}


@pytest.mark.parametrize("source", WRONG)
def test_a_wrong_topic_says_what_is_wrong_and_where(source: str) -> None:
    with pytest.raises(TopicError) as caught:
        parse(source)
    assert (str(caught.value), caught.value.position) == WRONG[source]


def test_the_longest_topic_and_the_deepest_are_read() -> None:
    assert parse("x" * MAX_LENGTH).plain
    assert parse("(" * 20 + "a" + ")" * 20) == parse("a")
    assert len(parse(" ".join(["(a OR b)"] * 5)).branches) == 32
    with pytest.raises(TopicError) as caught:
        parse("(a OR b OR c) (d OR e OR f OR g OR h OR i OR j OR k OR l OR m OR n)")
    assert caught.value.position == 0
    assert str(caught.value) == (
        "This topic has more than 32 alternatives. Split it into several topics."
    )


def test_a_plain_text_is_cut_at_the_longest_topic() -> None:
    text = "xy " * MAX_LENGTH
    kept = " ".join(["xy"] * 167)
    assert str(parse_plain(text)) == kept
    assert str(parse_literal(text)) == f'"{kept}"'


def test_words_to_include_are_a_phrase_even_if_they_break_a_rule() -> None:
    assert str(parse_literal("world model")) == '"world model"'
    assert str(parse_literal("world (model")) == '"world model"'
    assert str(parse_literal("robots")) == "robots"
    assert parse_literal("?!") is None


@pytest.mark.parametrize(
    ("source", "listed"),
    [("x, y", True), ("x; y", True), ("x y", False), ("LeCun, Yann", False), ('x, "y', False)],
)
def test_commas_are_read_as_or_only_between_alternatives(source: str, listed: bool) -> None:
    assert reads_commas(source) is listed


DAYS = {
    "2024": date(2024, 1, 1),
    "1991": date(1991, 1, 1),
    "1990": None,
    "2024-03": date(2024, 3, 1),
    "2024/3/5": date(2024, 3, 5),
    "2024.12.31": date(2024, 12, 31),
    "2024-13": None,
    " 7D ": date(2025, 6, 2),
    "d": date(2025, 6, 8),
    "2 weeks": date(2025, 5, 26),
    "past_week": date(2025, 6, 2),
    "last 3 months": date(2025, 3, 11),
    "1 year ago": date(2024, 6, 9),
    "soon": None,
}


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert day_of(typed, TODAY) == DAYS[typed]


def test_a_time_ago_without_a_day_to_count_from_stays_as_it_was_written() -> None:
    assert day_of("7d", None) is None
    assert str(parse("a since:7D")) == "a since:7d"
    assert str(parse("a since:7D", TODAY)) == "a since:2025-06-02"
