"""What becomes of a topic, to the letter: printed, as a key, one step narrower, one step wider."""

import pytest

from papers.topics import Strictness, TopicError, narrower, parse, parse_plain, wider

STRICT, NORMAL, BROAD = Strictness

KEYS = {
    "A b a": "a b a",
    '"Flow Matching"': '"flow matching"',
    '"flow matching" OR robots': '("flow matching") OR (robots)',
    'Robots OR "B C" OR cat:cs.CL': '("b c") OR (cat:"cs.cl") OR (robots)',
    "title:robots b author:Ada a": 'b a (author:"ada") (title:"robots")',
    "flow (cat:cs.CL OR robots)": 'flow ((cat:"cs.cl") OR (robots))',
    "-(a OR b) c": "c (-((a) OR (b)))",
    '-"X  y" c': 'c (-("x y"))',
    "flow since:7d": 'flow (since:"7d")',
}


@pytest.mark.parametrize("source", KEYS)
def test_topics_that_ask_the_same_have_one_key(source: str) -> None:
    assert parse(source).key == KEYS[source]


PRINTED = {
    "flow -(cat:cs.CL)": "flow -cat:cs.CL",
    "flow cat:cs.cl": "flow cat:cs.CL",
    "flow cat:q-bio.nc": "flow cat:q-bio.NC",
    "flow cat:COND-MAT.MES-HALL": "flow cat:cond-mat.mes-hall",
    'author:"Ada (L)" x': 'author:"Ada (L)" x',
    'author:"Ada L" x': 'author:"Ada L" x',
    'org:"x" y': "org:x y",
    "(a OR b) (c OR d)": "(a OR b) (c OR d)",
    "-(a b) c": "-(a b) c",
}


@pytest.mark.parametrize("source", PRINTED)
def test_a_topic_is_printed_as_it_could_have_been_written(source: str) -> None:
    assert str(parse(source)) == PRINTED[source]
    assert parse(str(parse(source))) == parse(source)


NARROWER = {
    "flow": "title:flow",
    "flow matching": '"flow matching"',
    '"flow matching" OR robots': 'title:"flow matching" OR title:robots',
    '(flow matching) OR "open set"': '"flow matching" OR "open set"',
    "author:Ada flow cat:cs.CL": "author:Ada title:flow cat:cs.CL",
    "flow (cat:cs.CL OR robots)": "title:flow (cat:cs.CL OR title:robots)",
    "-robots flow": "-robots title:flow",
    "title:robots": None,
}


@pytest.mark.parametrize("source", NARROWER)
def test_a_narrower_topic_is_a_phrase_and_then_in_the_title(source: str) -> None:
    step = narrower(parse(source), STRICT)
    assert (step and (str(step[0]), step[1])) == (
        None if NARROWER[source] is None else (NARROWER[source], STRICT)
    )
    less = NORMAL if parse(source).text else STRICT
    assert narrower(parse(source), BROAD) == (parse(source), less)


WIDER = {
    'title:"flow matching" OR title:robots': ('"flow matching" OR robots', BROAD),
    "abstract:flow (title:a OR b)": ("flow (a OR b)", BROAD),
    "title:re-identification": ("re-identification", BROAD),
    "title:OR": ('"OR"', BROAD),
    "title:NOT": ('"NOT"', BROAD),
    "title:AND": ('"AND"', BROAD),
    '"flow matching" OR robots': ("flow matching OR robots", BROAD),
    '"flow matching" robots': ("flow matching robots", BROAD),
    '"a OR b:c"': ('a "OR" b:c', BROAD),
    "author:Ada flow cat:cs.CL": ("author:Ada flow", BROAD),
    "flow (cat:cs.CL OR code:yes)": ("flow", BROAD),
    "flow (cat:cs.CL OR robots)": None,
    "org:x since:7d y -z": ("y -z", BROAD),
    "cat:cs.CL -z": None,
    "-robots flow": None,
}


@pytest.mark.parametrize("source", WIDER)
def test_a_wider_topic_leaves_the_title_then_the_phrase_then_the_filters(source: str) -> None:
    step = wider(parse(source), BROAD)
    assert (step and (str(step[0]), step[1])) == WIDER[source]


def test_strict_words_become_broad_before_their_filters_go() -> None:
    topic = parse("flow cat:cs.CL")
    assert wider(topic, STRICT) == (topic, NORMAL)
    assert wider(topic, NORMAL) == (topic, BROAD)
    only = parse("author:Ada cat:cs.CL")
    assert wider(only, STRICT) == (parse("author:Ada"), STRICT)


def test_a_search_box_reads_words_whatever_stands_between_them() -> None:
    assert parse_plain("flow") == parse("flow")
    assert parse_plain("flow matching!") == parse("flow matching")
    with pytest.raises(TopicError, match=r"^Write at least one word\.$") as caught:
        parse_plain("?!")
    assert caught.value.position == 0
