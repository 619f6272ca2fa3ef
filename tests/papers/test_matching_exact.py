"""Matching to the digit: what a match says of itself, and what ranks it."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from papers.matching import Match, Matcher, Rule, TermStatistics, Wanted
from papers.model import Author, Paper
from papers.topics import Strictness, parse

Floats = NDArray[np.float32]

BROAD = Strictness.BROAD
EQUAL = TermStatistics(1_000)
"""Every word weighs the same."""


def paper(number: int, title: str, abstract: str = "", **more: object) -> Paper:
    return Paper(id=f"2501.{number:05d}", title=title, abstract=abstract, **more)  # pyright: ignore[reportArgumentType]


def rows(*cosines: float) -> Floats:
    """Return a row for each cosine with `rows(1)`."""
    return np.array([[c, (1 - c * c) ** 0.5] for c in cosines], dtype=np.float32)


def match(
    source: str, papers: Sequence[Paper], cosines: Sequence[float] = (), **how: object
) -> list[Match]:
    """Match one topic, its alternatives all with the same vector, with words of equal weight."""
    topic = parse(source)
    statistics = how.get("statistics", EQUAL)
    assert isinstance(statistics, TermStatistics)
    strictness = how.get("strictness", Strictness.STRICT)
    assert isinstance(strictness, Strictness)
    given = rows(*cosines) if cosines else None
    asked = np.repeat(rows(1), len(topic.texts), axis=0) if cosines else None
    matcher = Matcher(papers, statistics, vectors=given)
    return list(matcher.match([Wanted(topic, strictness, asked)]))


def test_a_match_says_all_that_made_it_one() -> None:
    crowd = paper(1, "Tracking of Objects", "In crowds. Nothing else.")
    (found,) = match("object tracking crowds", [crowd], [0.5])
    assert found.rule is Rule.WORDS
    assert found.paper is crowd
    assert (found.wanted, found.words) == (0, ("object", "tracking", "crowds"))
    assert found.similarity == pytest.approx(0.5)
    assert found.coverage == pytest.approx((1 + 1 + 0.7) / 3)
    assert found.sentence == 0
    assert found.conditions == ()
    assert found.reason() == "“object”, “tracking”, “crowds” in the title, most of your topic"


def test_a_score_adds_shared_words_neighbours_in_the_title_and_nearness() -> None:
    both = [
        paper(1, "Object Tracking in Crowds"),
        paper(2, "Tracking Object Crowds"),
        paper(3, "Crowds of Objects, Tracked"),
    ]
    by_words = {m.paper.id: m.score for m in match("object tracking crowds", both)}
    # All three words in the title, and one of two pairs side by side there.
    words, pair = 0.05 + 0.08 + 0.1, (0.25 + 0.06) / 2
    assert by_words == pytest.approx(
        {both[0].id: words + pair, both[1].id: words, both[2].id: words + pair}
    )
    near = {m.paper.id: m.score for m in match("object tracking crowds", both, [0.8, 0.4, 0])}
    assert near == pytest.approx(
        {
            both[0].id: words + pair + 0.8 * 0.07 / 0.11,
            both[1].id: words + 0.4 * 0.07 / 0.11,
            both[2].id: words + pair,
        }
    )
    (alone,) = match("crowds", both[:1])
    assert alone.score == pytest.approx(words + 0.25 + 0.06)
    (condition,) = match('title:"object crowds" OR title:tracking -author:X', both[2:])
    assert (condition.rule, condition.score) == (Rule.FILTER, 0.5)


def test_neighbours_count_most_in_the_title_and_only_side_by_side() -> None:
    texts = [
        paper(1, "Object Tracking", "Crowds."),
        paper(2, "Tracking Crowds", "Object tracking."),
        paper(3, "Object", "Tracking crowds."),
    ]
    scores = {m.paper.id: m.score for m in match("object tracking crowds", texts, strictness=BROAD)}
    in_title = 0.05 + 0.08 + 0.1
    in_abstract = 0.05 + 0.1 * np.exp(-1 / 2)
    two, one = (2 * in_title + in_abstract) / 3, (in_title + 2 * in_abstract) / 3
    pair, elsewhere = (0.25 + 0.06) / 2, 0.06 / 2
    assert scores == pytest.approx(
        {
            texts[0].id: two + pair,
            texts[1].id: two + pair + elsewhere,
            texts[2].id: one + elsewhere,
        }
    )


@pytest.mark.parametrize(("sentence", "weight"), [(1, 0.607), (2, 0.368), (5, 0.082)])
def test_a_word_counts_less_the_later_a_paper_says_it(sentence: int, weight: float) -> None:
    text = paper(1, "Title", "We say more. " * (sentence - 1) + "Robots came.")
    score = Matcher([text], EQUAL).scores(Wanted(parse("robots")))
    assert score == pytest.approx([0.05 + 0.06 + 0.1 * weight], abs=1e-4)


def test_the_sentence_shown_is_the_first_that_holds_most_of_the_words() -> None:
    text = paper(
        1, "About Things", "Objects. Tracking and objects. Then crowds. Objects, tracking."
    )
    (found,) = match("object tracking crowds", [text], strictness=BROAD)
    assert (found.sentence, found.passage) == (2, "Tracking and objects.")
    title = paper(2, "Objects", "Tracking objects. Crowds.")
    (found,) = match("object tracking crowds", [title], strictness=BROAD)
    assert (found.sentence, found.passage) == (1, "Tracking objects.")
    first = paper(3, "Objects and More", "Crowds and objects.")
    (found,) = match("object zebra", [first], [0.6], strictness=BROAD)
    assert (found.sentence, found.passage, found.words) == (0, "Objects and More", ("object",))


@pytest.mark.parametrize(("place", "shown"), [(62, "Objects 62."), (63, "Objects 63. Last one.")])
def test_what_follows_the_62nd_sentence_counts_as_one(place: int, shown: str) -> None:
    told = [f"Things {n}." if n != place else f"Objects {n}." for n in range(1, 64)]
    text = paper(1, "Title", " ".join([*told, "Last one."]))
    (found,) = match("objects", [text], [0.6])
    assert (found.sentence, found.passage) == (place, shown)


def test_words_are_shown_as_they_were_written() -> None:
    one = paper(1, "Fine-Tuning of Wei's Schrödinger Models")
    (found,) = match("Schrödinger Fine-Tuning", [one])
    assert found.reason() == "“schrödinger”, “fine-tuning” in the title"
    (found,) = match("fine tuning models", [one])
    assert found.words == ("fine tuning", "models")
    (found,) = match("the Models of the fine tuning", [one], strictness=BROAD)
    assert found.words == ("models", "fine tuning")


def test_a_topic_of_stopwords_alone_is_matched_by_them() -> None:
    who = paper(1, "The Who")
    (found,) = match("the who", [who, paper(2, "Who Came")])
    assert (found.paper, found.rule, found.words) == (who, Rule.PHRASE, ("the who",))


def test_an_alternative_says_its_own_words() -> None:
    texts = [paper(1, "Robots at Work"), paper(2, "Graph Networks"), paper(3, "Network of Graphs")]
    found = match('"graph networks" OR robots', texts)
    assert {m.paper.id: (m.rule, m.words) for m in found} == {
        texts[0].id: (Rule.WORDS, ("robots",)),
        texts[1].id: (Rule.PHRASE, ("graph networks",)),
    }


def test_the_better_alternative_of_a_paper_is_kept() -> None:
    text = paper(1, "Graph Networks at Work")
    (found,) = match("graph networks OR robots graph", [text])
    assert (found.rule, found.words) == (Rule.PHRASE, ("graph networks",))
    assert found.score == pytest.approx(0.54)
    (found,) = match("robots work OR graph networks", [text])
    assert found.score == pytest.approx(0.54)


def test_equal_papers_keep_the_order_in_which_they_came() -> None:
    texts = [paper(n, "Graph Networks") for n in (5, 3, 4, 1)]
    assert [m.paper for m in match("graph networks", texts)] == texts


def test_every_word_of_a_phrase_is_compared_in_its_place() -> None:
    texts = [
        paper(1, "Boom Boom"),
        paper(2, "Graph Neural Robots", "Networks."),
        paper(3, "Graph Neural Networks"),
        paper(4, "Boom"),
    ]
    assert [m.paper for m in match('"graph neural networks"', texts)] == [texts[2]]
    assert [m.paper for m in match('title:X OR "boom boom"', texts)] == [texts[0]]
    found = match("graph neural networks", texts)
    assert {m.paper.id: m.rule for m in found} == {
        texts[1].id: Rule.WORDS,
        texts[2].id: Rule.PHRASE,
    }


def test_a_paper_without_text_hides_no_other() -> None:
    texts = [paper(1, ""), paper(2, "Robots")]
    assert [m.paper for m in match("robots", texts)] == texts[1:]
    assert [m.paper for m in match("title:robots", texts)] == texts[1:]


def test_meaning_decides_from_its_limit_on() -> None:
    texts = [paper(n, "Fire") for n in range(3)]
    found = match("robots", texts, [0.674, 0.675, 0.676])
    assert [m.paper for m in found] == [texts[2], texts[1]]


def test_words_that_come_first_in_the_last_of_thousands_of_topics_weigh_as_always() -> None:
    statistics = TermStatistics(1_000, {"graph": 500})
    asked = [Wanted(parse("robots"))] * 2_048 + [Wanted(parse("graph zebra robots"))]
    matcher = Matcher([paper(1, "Zebras and Robots", "Graphs.")], statistics)
    (found,) = matcher.match(asked[2_048:])
    assert matcher.match(asked).of(2_048) == [found._replace(wanted=2_048)]


def test_the_limit_is_for_each_topic() -> None:
    texts = [paper(n, "Graph Robots") for n in range(4)]
    asked = [Wanted(parse(source)) for source in ("graph", "zebra", "robots OR graph")]
    found = Matcher(texts, EQUAL).match(asked, limit=3)
    assert [(m.wanted, m.paper.id) for m in found] == [
        (place, texts[n].id) for place in (0, 2) for n in range(3)
    ]
    assert [len(found.of(place)) for place in range(3)] == [3, 0, 3]
    assert found[-1] == list(found)[5]
    assert found[1:3] == list(found)[1:3]
    assert len(found) == 6


def test_matches_beyond_the_first_thousand_papers_and_matches_are_as_good() -> None:
    texts = [paper(n, f"Number {n}" if n % 2 else "Robots", "Graph.") for n in range(5_000)]
    cosines = np.linspace(0, 0.3, 5_000)
    found = match("robots OR number", texts, list(cosines))
    assert len(found) == 5_000
    assert [m.paper for m in found] == texts[::-1]
    for each in (found[0], found[4_095], found[4_096], found[-1]):
        at = int(each.paper.id[-5:])
        assert each.similarity == pytest.approx(cosines[at], abs=1e-6)
        assert each.words == (("number",) if at % 2 else ("robots",))


def test_a_topic_is_compared_by_its_first_48_words() -> None:
    named = [f"q{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(49)]
    (found,) = match(" ".join(named), [paper(1, " ".join(named[:48]))])
    assert (found.coverage, len(found.words)) == (pytest.approx(1), 48)
    (found,) = match(" ".join(named[:48]), [paper(1, " ".join(named[:47]))])
    assert found.coverage == pytest.approx(47 / 48)


def test_words_weigh_by_their_rarity_in_the_archive() -> None:
    statistics = TermStatistics(1_000, {"graph": 500, "zebra": 2})
    common, rare = statistics.idf("graph"), statistics.idf("zebra")
    assert common == pytest.approx(np.log(1 + 500.5 / 500.5))
    assert rare == pytest.approx(np.log(1 + 998.5 / 2.5))
    (found,) = match("zebra graph", [paper(1, "Zebra", "Graph.")], statistics=statistics)
    assert found.coverage == pytest.approx((rare + 0.7 * common) / (rare + common))
    assert match("zebra graph", [paper(1, "Graph", "Zebra.")], statistics=statistics) == []


def test_an_archive_counts_each_paper_once_for_a_word() -> None:
    statistics = TermStatistics.of([paper(1, "Graph", "Graphs and robots."), paper(2, "Robots")])
    assert statistics.documents == 2
    assert dict(statistics.frequencies) == {"graph": 1, "and": 1, "robot": 2}


@pytest.mark.parametrize(
    ("topic", "numbers"),
    [
        ("abstract:robots", [1, 3]),
        ("title:robots", [2, 3]),
        ('abstract:"two robots"', [3]),
        ("title:zebra", []),
        ("abstract:zebra OR title:robots", [2, 3]),
        ("-abstract:robots", [2]),
        ('author:"Ann Lee"', [1]),
        ("author:annl", [1]),
        ("org:lab", [2]),
        ("author:Ann org:lab", []),
        ("cat:cs", [3]),
        ('"robot arms"', [3]),
    ],
)
def test_conditions_alone_bring_the_papers_for_which_they_hold(
    topic: str, numbers: list[int]
) -> None:
    texts = [
        paper(1, "Arms", "A robot.", authors=(Author("Ann Lee", username="annl"),)),
        paper(2, "Robots", "", organization="Open Lab"),
        paper(3, "Robot Arms", "Two robots.", categories=("cs.RO",)),
    ]
    found = match(topic, texts)
    assert sorted(int(m.paper.id[-5:]) for m in found) == numbers
    scores = Matcher(texts, EQUAL).scores(Wanted(parse(topic)))
    assert [int(each.id[-5:]) for each, score in zip(texts, scores, strict=True) if score > 0] == (
        numbers
    )


def test_no_topics_have_no_matches_however_they_are_asked_for() -> None:
    found = Matcher([paper(1, "Robots")], EQUAL).match([])
    assert (len(found), list(found), found[:], found.of(0)) == (0, [], [], [])
