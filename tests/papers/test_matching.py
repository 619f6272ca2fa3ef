"""Matching: which papers a topic brings, and what it says about why."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from papers.matching import (
    Archive,
    Match,
    Matcher,
    Recent,
    Rule,
    TermStatistics,
    Wanted,
    embed_papers,
    propose,
)
from papers.model import Author, Paper
from papers.terms import STOPWORDS, Stemmer, holds_run, unique, words
from papers.topics import Strictness, Topic, TopicError, parse

Floats = NDArray[np.float32]


def paper(number: int, title: str, abstract: str = "", **more: object) -> Paper:
    return Paper(id=f"2501.{number:05d}", title=title, abstract=abstract, **more)  # pyright: ignore[reportArgumentType]


TRACKING = paper(1, "Multi-Object Tracking in Crowds", "We follow people. They cross each other.")
DIFFUSION = paper(
    2,
    "Generating Clips",
    "A new method. It is a video diffusion model. It is fast.",
    categories=("cs.CV",),
    authors=(Author("Wei Zhang"),),
)
SCATTERED = paper(3, "On Models", "We watch a video about science. Diffusion of gases is slow.")
COOKING = paper(4, "Cooking with Fire", "Recipes of the north.", repository="https://x.org/y")
PAPERS = [TRACKING, DIFFUSION, SCATTERED, COOKING]
STATISTICS = TermStatistics(1_000, {"video": 100, "model": 600, "diffus": 80, "object": 90})


def vectors(*cosines: float) -> Floats:
    """Return a row for each cosine with the topic vector `TOPIC`."""
    return np.array([[c, (1 - c * c) ** 0.5, 0] for c in cosines], dtype=np.float32)


TOPIC = vectors(1.0)


def match(
    source: str,
    *,
    papers: list[Paper] = PAPERS,
    cosines: tuple[float, ...] | None = None,
    strictness: Strictness = Strictness.STRICT,
    limit: int | None = None,
) -> list[Match]:
    topic = parse(source)
    given_vectors = None if cosines is None else vectors(*cosines)
    matcher = Matcher(papers, STATISTICS, vectors=given_vectors)
    asked = None if cosines is None else np.repeat(TOPIC, len(topic.texts), axis=0)
    return list(matcher.match([Wanted(topic, strictness, asked)], limit=limit))


def brought(source: str, **how: object) -> set[str]:
    return {found.paper.title for found in match(source, **how)}  # pyright: ignore[reportArgumentType]


def test_words_that_stand_together_match_as_a_phrase_and_show_their_sentence() -> None:
    (found,) = match("video diffusion models")
    assert found.paper is DIFFUSION
    assert found.rule is Rule.PHRASE
    assert found.passage == "It is a video diffusion model."
    assert found.reason() == "“video diffusion models” in the abstract"
    assert found.similarity is None


def test_words_in_the_title_match_in_any_order() -> None:
    (found,) = match("tracking objects")
    assert (found.paper, found.rule, found.coverage) == (TRACKING, Rule.WORDS, pytest.approx(1))
    assert found.reason() == "“tracking”, “objects” in the title"
    assert found.passage == "Multi-Object Tracking in Crowds"


def test_scattered_words_match_broadly_only() -> None:
    assert brought("video diffusion models") == {"Generating Clips"}
    both = match("video diffusion models", strictness=Strictness.BROAD)
    (found,) = [m for m in both if m.paper is not DIFFUSION]
    assert (found.paper, found.rule) == (SCATTERED, Rule.BROAD)
    assert found.reason() == "has “video”, “diffusion”, “models”"


def test_a_broad_topic_with_vectors_needs_some_nearness_too() -> None:
    broad = Strictness.BROAD
    assert brought("diffusion video", cosines=(0, 0, 0.39, 0), strictness=broad) == set()
    assert brought("diffusion video", cosines=(0, 0, 0.41, 0), strictness=broad) == {"On Models"}


def test_meaning_matches_without_any_shared_word() -> None:
    (found,) = match("grilling meat", cosines=(0.1, 0.2, 0.3, 0.68))
    assert (found.paper, found.rule, found.words) == (COOKING, Rule.MEANING, ())
    assert found.passage is None
    assert found.reason() == "close in meaning (0.68)"
    assert brought("grilling meat", cosines=(0.1, 0.2, 0.3, 0.67)) == set()


def test_shared_words_lower_what_meaning_must_reach() -> None:
    # "fire" alone of two words of equal weight, in the title: coverage .5.
    (found,) = match("fire hazards", cosines=(0.1, 0.2, 0.3, 0.56), strictness=Strictness.BROAD)
    assert found.coverage == pytest.approx(0.5)
    assert found.reason() == "close in meaning (0.56), with “fire”"


def test_a_strict_topic_of_several_words_never_rests_on_one_of_them() -> None:
    assert brought("fire hazards", cosines=(0.1, 0.2, 0.3, 0.56)) == set()
    # However rare the one is, and however common the other.
    common = TermStatistics(1000, {"model": 990, "world": 2})
    (of_world,) = [paper(1, "A world of food", "")]
    found = Matcher([of_world], common).match([Wanted(parse("world models"))])
    assert not list(found)


def test_who_excludes_something_gets_no_paper_without_what_they_want() -> None:
    assert brought("grilling", cosines=(0.1, 0.2, 0.3, 0.9)) == {COOKING.title}
    assert brought("grilling -fire", cosines=(0.9, 0.9, 0.9, 0.9)) == set()


def test_a_quoted_phrase_is_needed_whatever_the_meaning() -> None:
    assert brought('"object tracking" crowds', cosines=(0.9, 0.9, 0.9, 0.9)) == {TRACKING.title}
    assert brought('"tracking object"', cosines=(0.9, 0.9, 0.9, 0.9)) == set()
    (found,) = match('"video diffusion" "new method"')
    assert found.reason() == "“video diffusion”, “new method” in the abstract"


def test_conditions_and_exclusions_apply_to_every_rule() -> None:
    near = (0.9, 0.9, 0.9, 0.9)
    assert brought("anything cat:cs.CV", cosines=near) == {DIFFUSION.title}
    assert brought("anything code:yes", cosines=near) == {COOKING.title}
    assert brought("anything -cat:cs.CV", cosines=near) == {
        each.title for each in PAPERS if each is not DIFFUSION
    }
    assert brought("tracking -video -cat:cs.CV", cosines=near) == {TRACKING.title}
    assert brought('video diffusion author:"Wei Zhang"') == {DIFFUSION.title}
    assert brought('video diffusion -author:"W. Zhang"') == set()


def test_a_topic_of_conditions_alone_matches_by_them() -> None:
    (found,) = match('author:"Wei Zhang" -title:tracking')
    assert (found.paper, found.rule) == (DIFFUSION, Rule.FILTER)
    assert found.reason() == 'author:"Wei Zhang" -title:tracking'


def test_alternatives_bring_each_paper_once() -> None:
    found = match('"video diffusion" OR "diffusion model" OR "object tracking"')
    assert [m.paper for m in found if m.paper is DIFFUSION] == [DIFFUSION]
    assert {m.paper.id for m in found} == {TRACKING.id, DIFFUSION.id}


def test_the_best_come_first_and_the_limit_keeps_them() -> None:
    cosines = (0.7, 0.9, 0.8, 0.75)
    found = match("grilling meat", cosines=cosines)
    assert [m.paper for m in found] == [DIFFUSION, SCATTERED, COOKING, TRACKING]
    assert match("grilling meat", cosines=cosines, limit=2) == found[:2]


def test_a_phrase_does_not_run_from_the_title_into_the_abstract() -> None:
    split = paper(9, "About Object", "Tracking is not meant.")
    assert match('"object tracking"', papers=[split]) == []


def test_a_single_word_needs_the_title_or_the_meaning() -> None:
    assert brought("video") == set()
    assert brought("cooking") == {COOKING.title}
    assert brought("video", cosines=(0, 0.51, 0.2, 0)) == {DIFFUSION.title}


def test_a_paper_without_a_vector_is_matched_by_words() -> None:
    topic = parse("object tracking")
    none = np.zeros((4, 3), dtype=np.float32)
    found = Matcher(PAPERS, STATISTICS, vectors=none).match([Wanted(topic, vectors=TOPIC)])
    assert [m.paper for m in found] == [TRACKING]


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("schrodinger bridges", "Schrödinger Bridges"),
        ("Schro\u0308dinger Bridge", "Schrödinger bridges"),
        ("\uff56\uff49\uff44\uff45\uff4f\u3000diffusion", "Video Diffusion"),
        ("vi\u200bdeo diffu\u00adsion", "Video Diffusion"),
        ("扩散模型", "扩散模型 in Practice"),
        ("диффузия видео", "Диффузия Видео"),
        ("\u202evideo\x00 diffusion\u202c", "Video Diffusion"),
        ("ﬂow matching", "Flow Matching 🌊"),
    ],
)
def test_letters_are_compared_however_they_are_written(topic: str, title: str) -> None:
    assert brought(topic, papers=[paper(1, title)]) == {title}


@pytest.mark.parametrize("topic", ["🌊🌊 flow", "' or 1=1 --", "@everyone", "{0} %s $x", "a" * 500])
def test_hostile_topics_are_words_like_others(topic: str) -> None:
    assert brought(topic, strictness=Strictness.BROAD) == set()
    assert len(match(topic, papers=[paper(1, topic)])) == 1


def test_nothing_asked_and_no_papers_bring_nothing() -> None:
    assert list(Matcher([], STATISTICS).match([Wanted(parse("video"))])) == []
    assert list(Matcher(PAPERS, STATISTICS).match([])) == []
    assert list(Matcher([paper(1, "")], TermStatistics()).match([Wanted(parse("video"))])) == []


def test_vectors_that_do_not_fit_the_papers_are_refused() -> None:
    with pytest.raises(ValueError, match="3 vectors for 4 papers"):
        Matcher(PAPERS, STATISTICS, vectors=vectors(0.1, 0.2, 0.3))


def test_a_small_archive_ranks_but_does_not_decide() -> None:
    rng = np.random.default_rng(5)
    rows = rng.standard_normal((40, 3)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    texts = vectors(0.7, 0.9, 0.8, 0.3)
    wanted = [Wanted(parse("grilling meat"), vectors=TOPIC)]
    with_archive = Matcher(PAPERS, STATISTICS, vectors=texts, archive=Archive(rows)).match(wanted)
    without = Matcher(PAPERS, STATISTICS, vectors=texts).match(wanted)
    assert {m.paper.id for m in with_archive} == {m.paper.id for m in without}
    assert with_archive[0].paper is DIFFUSION
    assert all(np.isfinite(m.score) for m in with_archive)


def test_a_paper_is_embedded_by_its_beginning_and_by_its_title_once_more() -> None:
    embedded: list[str] = []

    class Embedder:
        name, version, dimensions = "two", "1", 2

        def release_idle(self) -> None:
            """Hold nothing that could be freed."""

        def embed(self, texts: Sequence[str]) -> Floats:
            embedded.extend(texts)
            return np.array([[1, 0] if "." in text else [0, 1] for text in texts], np.float32)

    (found,) = embed_papers(Embedder(), [paper(1, "Title", "word " * 100)])
    assert embedded[0].startswith("Title. word word")
    assert embedded[0].endswith("word")
    assert 290 < len(embedded[0]) <= 300
    assert embedded[1] == "Title"
    assert found == pytest.approx(np.array([1, 0.5]) / 1.25**0.5)


VOCABULARY = ["video", "diffusion", "model", "object", "tracking", "the", "of", "agents", "fire"]
texts = st.lists(st.sampled_from(VOCABULARY), max_size=8).map(" ".join)
batches = st.lists(st.tuples(texts, texts), min_size=1, max_size=6)
sources = st.lists(
    st.lists(st.sampled_from([*VOCABULARY, '"video model"', "-fire", "OR", "title:video"])),
    min_size=1,
    max_size=5,
).map(lambda topics: [" ".join(topic) for topic in topics])


def readable(sources: list[str]) -> list[Topic]:
    found: list[Topic] = []
    for source in sources:
        try:
            found.append(parse(source))
        except TopicError:
            continue
    return found


def expected(wanted: Wanted, one: Paper, cosine: float) -> bool:
    """Say what the rules say, the slow way."""
    stemmer = Stemmer()
    title = stemmer.terms(one.title)
    both = [title, stemmer.terms(one.abstract)]
    for branch in wanted.topic.branches:
        if not Topic(wanted.topic.root).allows(one) or not _holds(branch, one):
            continue
        content = unique(
            [w for w in words(branch.text) if w not in STOPWORDS] or words(branch.text)
        )
        if not branch.parts or all(str(part).startswith('"') for part in branch.parts):
            return True
        stems = stemmer.stem(content)
        weights = [STATISTICS.idf(stem) for stem in stems]
        shares = [1.0 if s in title else 0.7 if s in both[1] else 0.0 for s in stems]
        coverage = float(np.dot(weights, shares) / sum(weights))
        run = stemmer.terms(branch.text)
        phrase = len(content) > 1 and any(holds_run(text, run) for text in both)
        broad = wanted.strictness is Strictness.BROAD and all(shares) and cosine >= 0.40
        lone = len(content) > 1 and sum(map(bool, shares)) < 2
        if lone and wanted.strictness is Strictness.STRICT:
            coverage = 0.0
        if not any(shares) and any(not c.wanted for c in branch.conditions):
            continue
        if phrase or broad or coverage >= 0.883 or cosine + 0.25 * coverage >= 0.675:
            return True
    return False


def _holds(branch: object, one: Paper) -> bool:
    from papers.terms import analyse
    from papers.topics import Branch, holds

    assert isinstance(branch, Branch)
    stemmer = Stemmer()
    terms = analyse(one, stemmer)
    return all(holds(c.leaf, one, terms, stemmer) is c.wanted for c in branch.conditions)


@settings(deadline=None)
@given(batches, sources, st.data())
def test_the_pass_brings_what_the_rules_say_one_by_one(
    batch: list[tuple[str, str]], asked: list[str], data: st.DataObject
) -> None:
    papers = [paper(n, title, abstract) for n, (title, abstract) in enumerate(batch)]
    cosines = data.draw(
        st.lists(st.sampled_from([0.0, 0.39, 0.41, 0.51, 0.6, 0.7]), min_size=6, max_size=6)
    )[: len(papers)]
    wanted = [
        Wanted(
            topic,
            Strictness.BROAD if at % 2 else Strictness.STRICT,
            np.repeat(TOPIC, len(topic.texts), axis=0),
        )
        for at, topic in enumerate(readable(asked))
    ]
    matcher = Matcher(papers, STATISTICS, vectors=vectors(*cosines))
    found = {(m.wanted, m.paper.id) for m in matcher.match(wanted)}
    assert found == {
        (place, one.id)
        for place, item in enumerate(wanted)
        for one, cosine in zip(papers, cosines, strict=True)
        if expected(item, one, cosine)
    }


CONDITIONS = ['author:"Zhang"', 'author:"W. Zhang"', "org:lab", "code:no", "cat:cs", '"the of"']


@settings(deadline=None)
@given(
    batches,
    st.lists(st.sampled_from([*VOCABULARY, *CONDITIONS, "-fire", "OR", '"video model"', "models"])),
    st.sampled_from(Strictness),
    st.none() | st.lists(st.sampled_from([0.0, 0.41, 0.43, 0.6, 0.7]), min_size=6, max_size=6),
)
def test_papers_that_could_not_match_do_not(
    batch: list[tuple[str, str]],
    asked: list[str],
    strictness: Strictness,
    cosines: list[float] | None,
) -> None:
    papers = [
        paper(n, title, abstract, authors=(Author("Wei Zhang"),) if n % 2 else (), organization="A")
        for n, (title, abstract) in enumerate(batch)
    ]
    recent = Recent()
    recent.put(papers)
    recent.put([paper(99, "forgotten video", "fire")])
    recent.keep({one.id for one in papers})
    assert len(recent) == len(papers)
    rows = None if cosines is None else vectors(*cosines[: len(papers)])
    for topic in readable([" ".join(asked)]):
        vector = np.repeat(TOPIC, len(topic.texts), axis=0)
        wanted = Wanted(topic, strictness, None if rows is None else vector)
        possible = recent.possible(wanted, [one.id for one in papers], rows)
        everything = Matcher(papers, recent.statistics(), vectors=rows).match([wanted])
        assert {match.paper.id for match in everything} <= set(possible)


def test_only_papers_with_a_telling_word_could_match() -> None:
    recent = Recent()
    recent.put(PAPERS)
    ids = [one.id for one in PAPERS]
    assert recent.possible(Wanted(parse("video diffusion")), ids, None) == [
        DIFFUSION.id,
        SCATTERED.id,
    ]
    assert recent.possible(Wanted(parse('author:"W. Zhang"')), ids, None) == [DIFFUSION.id]
    assert recent.possible(Wanted(parse("quarks")), ids, None) == []
    near = vectors(0.1, 0.2, 0.3, 0.5)
    assert recent.possible(Wanted(parse("meat"), vectors=TOPIC), ids, near) == [COOKING.id]
    assert recent.sharing("a diffusion of crowds", ids, 2) == [TRACKING.id, DIFFUSION.id]
    assert recent.sharing("quarks", ids, 2) == []


@given(st.text(max_size=40), st.text(max_size=60), st.text(min_size=1, max_size=30))
@example("A title", "An abstract", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}")
@example("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "", "peace")
def test_no_text_breaks_the_pass(title: str, abstract: str, source: str) -> None:
    for topic in readable([source]):
        wanted = [Wanted(topic, Strictness.BROAD)]
        for found in Matcher([paper(1, title, abstract)], STATISTICS).match(wanted):
            assert found.reason()
            assert found.passage != ""


def test_a_preview_agrees_with_the_digest_that_matches_thousands_at_once() -> None:
    rng = np.random.default_rng(1)
    names = [f"{a}{b}" for a in "bdfgklmn" for b in ("ala", "ero", "inu", "oma")]
    papers = [
        paper(n, " ".join(rng.choice(names, 4)), " ".join(rng.choice(names, 6)))
        for n in range(1_100)
    ]
    rows = rng.standard_normal((1_100, 24)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    topics = [parse(" ".join(rng.choice(names, rng.integers(1, 4)))) for _ in range(2_100)]
    wanted = [Wanted(topic, vectors=rows[n % 1_100][None]) for n, topic in enumerate(topics)]
    matcher = Matcher(papers, STATISTICS, vectors=rows)
    everything = matcher.match(wanted)
    for place in (0, 7, 2_047, 2_048, 2_099):
        alone = matcher.match([wanted[place]])
        assert [(m.paper.id, m.rule, m.words) for m in alone] == [
            (m.paper.id, m.rule, m.words) for m in everything.of(place)
        ]
        assert [m.score for m in alone] == pytest.approx([m.score for m in everything.of(place)])
    assert len(everything) == sum(len(everything.of(place)) for place in range(2_100))


def test_a_long_topic_is_matched_by_its_first_words() -> None:
    source = " ".join(f"word{n}" for n in range(60))
    (found,) = match(source, papers=[paper(1, source)])
    assert len(source) < 500
    assert found.coverage == pytest.approx(1)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    statistics = TermStatistics.of(
        [paper(1, "Video models"), paper(2, "Models"), paper(3, "More models")]
    )
    assert statistics.documents == 3
    assert statistics.idf("video") > statistics.idf("model") > 0
    assert statistics.idf("unseen") > statistics.idf("video")


def test_proposed_words_come_from_the_papers_near_and_say_something_new() -> None:
    near = [
        paper(n, "Video Diffusion for Robots", keywords=("video diffusion", "world model"))
        for n in range(3)
    ] + [paper(8, "Sora", keywords=("world models", "sora"))]
    frequencies = {"video": 50, "diffus": 40, "world": 30, "model": 500, "robot": 20, "sora": 1}
    found = propose(parse("video"), near, TermStatistics(1_000, frequencies))
    assert found == ["video diffusion", "world model"]
    assert propose(parse("video"), [], STATISTICS) == []
