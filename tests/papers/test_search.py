import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from papers.search import (
    MAX_QUERY_WORDS,
    MIN_COSINE,
    TITLE_HITS,
    Analysis,
    Tier,
    alike,
    feedback,
    fuse,
    idf,
    is_expression,
    likeness,
    other_spellings,
    readings,
    slips,
    split,
)
from papers.spelling import spelled

PAPERS_WITH = {
    "transformer": 900,
    "transformers": 700,
    "attention": 800,
    "retention": 5,
    "language": 950,
    "model": 990,
    "tranformer": 1,
    "gan": 60,
    "mamba": 12,
}


def papers_with(word: str) -> int:
    return PAPERS_WITH.get(word, 0)


# Words


def test_a_query_is_folded_and_loses_words_that_say_nothing() -> None:
    words = Analysis().query("What is the Schrödinger-bridge, and what is a Bridge?")
    assert words.all[:3] == ("what", "is", "the")
    assert words.content == ("schrodinger", "bridge", "bridge")


def test_a_query_of_stopwords_alone_keeps_them() -> None:
    assert Analysis().query("to be or not to be").content == ("to", "be", "or", "not", "to", "be")


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("Low-Rank Fine-Tuning", ["lowrank", "finetuning"]),
        ("Data sets and gpt 4", ["datasets", "gpt4"]),
        ("Qwen3-VL and GPT-4o", ["qwen3vl", "gpt4o", "qwen"]),
        ("Llama3.1-8B on x86, the state-of-the-art", ["llama"]),
        ("plain words", []),
    ],
)
def test_compounds_are_also_written_otherwise(text: str, spellings: list[str]) -> None:
    assert set(spellings) <= set(other_spellings(spelled(text)))


def test_a_book_for_a_query_is_cut() -> None:
    assert len(Analysis().query("word " * 5_000).all) == MAX_QUERY_WORDS


def test_forms_of_a_word_share_a_stem() -> None:
    assert Analysis().stem(["retrieval", "retrieving", "models"]) == ["retriev", "retriev", "model"]


@given(st.text(max_size=200))
def test_any_text_is_a_query_whose_words_all_have_stems(text: str) -> None:
    analysis = Analysis()
    words = analysis.query(text).content
    assert len(analysis.stem(list(words))) == len(words)


# Slips


@pytest.mark.parametrize(
    "slipped", ["tranformers", "trasnformers", "transformerss", "transfrrmers", "xtransformers"]
)
def test_a_word_with_one_slip_is_read_as_the_word(slipped: str) -> None:
    assert "transformers" in readings(slipped, papers_with)


def test_the_commoner_neighbour_is_the_likelier() -> None:
    assert readings("transformerz", papers_with)[0] == "transformer"


def test_known_short_and_numbered_words_are_left_alone() -> None:
    assert readings("attention", papers_with) == ()
    assert readings("gna", papers_with) == ()
    assert readings("gpt4", papers_with) == ()


def test_a_rare_slip_that_somebody_published_still_finds_the_word() -> None:
    assert readings("tranformer", papers_with)[0] == "transformer"


def test_two_words_that_lost_their_space_are_found() -> None:
    assert split("languagemodel", papers_with) == ("language", "model")
    assert split("language", papers_with) is None
    assert split("zzzzzzzz", papers_with) is None


@given(st.text("abcdef", min_size=1, max_size=8))
def test_slips_go_both_ways(word: str) -> None:
    for slipped in list(slips(word))[:40]:
        assert slipped != word
        assert word in set(slips(slipped))


# Ranking


def test_meaning_breaks_the_tie_between_equal_words() -> None:
    ranked = fuse({1: 5.0, 2: 5.0}, 4.0, {1: 0.1, 2: 0.7}, {})
    assert [paper.row for paper in ranked] == [2, 1]


def test_a_single_exact_match_stays_above_what_is_merely_near() -> None:
    """Fusion by rank, or by minimum and maximum, would not do that."""
    asked = idf(1_000, 1)
    near = {row: 0.5 - row / 1_000 for row in range(2, 60)}
    ranked = fuse({1: 2.2 * asked}, asked, {**near, 1: 0.3}, {})
    assert ranked[0].row == 1


def test_a_paper_that_is_not_embedded_yet_is_neither_lost_nor_first() -> None:
    ranked = fuse({1: 5.0, 2: 5.0, 3: 1.0}, 4.0, {2: 0.6, 3: 0.2}, {})
    assert [paper.row for paper in ranked] == [2, 1, 3]
    assert ranked[1].cosine is None


def test_what_shares_no_word_and_is_not_near_is_no_answer() -> None:
    ranked = fuse({1: 5.0}, 4.0, {1: 0.1, 2: MIN_COSINE - 0.01, 3: MIN_COSINE}, {})
    assert [paper.row for paper in ranked] == [1, 3]


def test_titles_go_first_in_the_order_of_how_exact_they_are() -> None:
    tiers = {5: Tier.WORDS, 6: Tier.EXACT, 7: Tier.PHRASE}
    ranked = fuse({row: 10.0 - row for row in range(8)}, 3.0, {}, tiers)
    assert [paper.row for paper in ranked][:4] == [6, 7, 5, 0]


def test_not_more_than_two_pages_of_titles_go_first() -> None:
    words = {row: 50.0 - row for row in range(40)}
    ranked = fuse(words, 3.0, {}, dict.fromkeys(range(10, 40), Tier.WORDS))
    assert [paper.row for paper in ranked][: TITLE_HITS + 1] == [*range(10, 20), 0]


@given(
    st.dictionaries(st.integers(0, 50), st.floats(0, 100)),
    st.dictionaries(st.integers(0, 50), st.floats(-1, 1)),
    st.dictionaries(st.integers(0, 50), st.sampled_from(Tier)),
    st.just(0.0) | st.floats(0.001, 50),
)
def test_all_with_a_word_and_all_that_are_near_are_ranked_once(
    words: dict[int, float], cosines: dict[int, float], tiers: dict[int, Tier], asked: float
) -> None:
    ranked = fuse(words, asked, cosines, tiers)
    near = {row for row, cosine in cosines.items() if cosine >= MIN_COSINE}
    assert sorted(paper.row for paper in ranked) == sorted(words.keys() | near)
    assert all(math.isfinite(paper.score) for paper in ranked)


def _unit(*numbers: float) -> NDArray[np.float32]:
    vector = np.array(numbers, dtype=np.float32)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


SAME, OTHER = _unit(1, 0), _unit(0, 1)


def test_a_paper_among_good_ones_about_the_same_comes_before_one_that_stands_alone() -> None:
    words = {row: 20.0 - row for row in range(20)}
    vectors = {row: SAME if row < 8 or row == 11 else OTHER for row in words}
    order = [paper.row for paper in fuse(words, 10.0, {}, {}, vectors)]
    assert order[:3] == [0, 1, 2]
    assert order.index(11) < order.index(8)
    assert [paper.row for paper in fuse(words, 10.0, {}, {})] == list(range(20))


def test_a_paper_without_a_vector_keeps_its_score_among_smoothed_ones() -> None:
    words = {row: 20.0 - row for row in range(12)}
    vectors = {row: _unit(1, 0.1 * row) for row in words if row != 5}
    plain = {paper.row: paper.score for paper in fuse(words, 10.0, {}, {})}
    smooth = {paper.row: paper.score for paper in fuse(words, 10.0, {}, {}, vectors)}
    assert smooth[5] == plain[5]
    assert smooth[11] > plain[11]


@given(st.dictionaries(st.integers(0, 300), st.floats(0, 100), min_size=1), st.randoms())
def test_smoothing_loses_no_paper_and_keeps_the_first_three(
    words: dict[int, float], dice: random.Random
) -> None:
    vectors = {row: _unit(dice.random(), dice.random() + 0.01) for row in words}
    plain = [paper.row for paper in fuse(words, 10.0, {}, {})]
    smooth = [paper.row for paper in fuse(words, 10.0, {}, {}, vectors)]
    assert sorted(smooth) == sorted(plain)
    assert smooth[:3] == plain[:3]
    assert smooth[100:] == plain[100:]


def test_papers_like_one_are_smoothed_too() -> None:
    words = {row: 20.0 - row for row in range(20)}
    vectors = {row: SAME if row < 8 or row == 11 else OTHER for row in words}
    order = [row for row, _ in alike(likeness(words, {}), {}, vectors)]
    assert order.index(11) < order.index(8)


def test_feedback_moves_the_query_towards_the_best_papers() -> None:
    query = np.array([1, 0], dtype=np.float32)
    moved = feedback(query, np.array([[0, 1]], dtype=np.float32), np.ones(1))
    assert 0 < moved[1] < moved[0]
    assert math.isclose(float(np.linalg.norm(moved)), 1, rel_tol=1e-5)
    assert feedback(query, np.empty((0, 2), dtype=np.float32), np.empty(0)) is query


def test_likeness_weighs_meaning_above_shared_words() -> None:
    assert list(likeness({1: 9.0, 2: 0.0, 3: 1.0}, {1: 0.2, 2: 0.9, 3: 0.1})) == [2, 1, 3]
    assert likeness({}, {}) == {}
    assert alike({}, {}, {}) == []


def test_titles_of_like_meaning_put_papers_of_like_texts_in_order() -> None:
    found = likeness({}, {1: 0.52, 2: 0.5, 3: 0.1})
    order = [row for row, _ in alike(found, {1: 0.1, 2: 0.6, 3: 0.3}, {})]
    assert order == [2, 1, 3]
    assert [row for row, _ in alike(found, {}, {})] == [1, 2, 3]


# Expressions


@pytest.mark.parametrize(
    "text",
    [
        '"flow matching"',
        "diffusion -survey",
        'agents -"large language model"',
        "cats OR dogs",
        "title:attention",
        "(cat:cs.CL) parsing",
    ],
)
def test_what_is_clearly_an_expression_is_one(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "EgoActor: Grounding Task Planning",
        "state-of-the-art retrieval",
        "What deals with TSS (Time Sharing System), an operating system?",
        "MEASUREMENT OF GASES OR LIQUIDS",
        "cats or dogs",
        "boundary layers with -5/2 power",
        'many years ago somebody wrote a long piece in which the word "robot" was used for people',
    ],
)
def test_a_title_or_a_question_is_no_expression(text: str) -> None:
    assert not is_expression(text)
