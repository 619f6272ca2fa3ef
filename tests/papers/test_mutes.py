"""Authors and words that a person hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.model import Author, Paper
from papers.mutes import Mutes, author_key, word_key

PAPER = Paper(
    "2506.00001",
    "Walking robots with fine-tuned gaits",
    abstract="Legged machines climb stairs. They rarely fall.",
    authors=(Author("José García"), Author("Y. LeCun")),
)


@pytest.mark.parametrize(
    "phrase",
    ["robot", "ROBOTS", "walking robots", "stair", "fine tuned", "finetuned", "legged machines"],
)
def test_a_word_hides_papers_that_have_it_in_any_form(phrase: str) -> None:
    assert Mutes(phrases=[phrase]).hides(PAPER)


@pytest.mark.parametrize("phrase", ["robots walking", "climb walking", "robotics lab", "García"])
def test_words_hide_only_where_they_stand_together(phrase: str) -> None:
    assert not Mutes(phrases=[phrase]).hides(PAPER)


@pytest.mark.parametrize("name", ["José García", "Jose Garcia", "J. García", "Yann LeCun"])
def test_an_author_is_hidden_in_any_spelling(name: str) -> None:
    assert Mutes(authors=[name]).hides(PAPER)


@pytest.mark.parametrize("name", ["Ana García", "José Pérez", "Walking"])
def test_others_are_not_hidden(name: str) -> None:
    assert not Mutes(authors=[name]).hides(PAPER)


def test_nothing_is_hidden_by_nothing() -> None:
    assert not Mutes()
    assert not Mutes().hides(PAPER)
    assert Mutes(phrases=["robot"]).hidden([PAPER]) == {PAPER.id}


@pytest.mark.parametrize("text", ["", "  ", "the", "of the", "…"])
def test_what_nearly_every_paper_has_is_no_word_to_hide_by(text: str) -> None:
    assert word_key(text) is None


def test_forms_of_one_word_are_the_same() -> None:
    assert word_key("Robots") == word_key("robot")
    assert author_key("José  GARCÍA") == author_key("Jose Garcia")
    assert author_key("—") is None


@given(st.text(max_size=60))
def test_any_text_can_be_hidden_by(text: str) -> None:
    if word_key(text) is not None:
        whole = Paper("2506.00002", text)
        assert Mutes(phrases=[text]).hides(whole) or not whole.title.strip()
    Mutes(authors=[text], phrases=[text]).hides(PAPER)
