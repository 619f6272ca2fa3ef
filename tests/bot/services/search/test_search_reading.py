"""What a person types is read as they meant it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.errors import UserError
from bot.services.search import newest_of, parse_since, passage_of, read, since_choices
from papers.model import Paper
from storage.search import Passage, Sort
from storage.search_sessions import Question

TODAY = date(2025, 6, 9)


def test_plain_words_are_searched_for_as_they_were_typed() -> None:
    request = read(" Attention is  all you need ").request(Question("", sort=Sort.NEWEST))
    assert request.text == "Attention is all you need"
    assert request.expression is None
    assert request.sort is Sort.NEWEST


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("latest papers on diffusion", "diffusion"),
        ("The newest research about agents", "agents"),
        ("Latest LLM agents", "LLM agents"),
        ("neueste Arbeiten zu Robotik", "Robotik"),
        ("derniers travaux sur les agents", "les agents"),
        ("últimos artículos sobre robótica", "robótica"),
        ("artigos mais recentes", None),
        ("最新の拡散モデル", "拡散モデル"),
        ("최신 로봇 논문", "로봇 논문"),
        ("latest", None),
        ("latest papers", "papers"),
        ("Latest-generation sensors", None),
        ("the latest", None),
        ("translatest words", None),
    ],
)
def test_a_query_that_asks_for_the_latest_is_told_from_its_words(
    query: str, rest: str | None
) -> None:
    assert newest_of(query) == rest


def test_the_topic_language_makes_conditions_and_leaves_the_words_to_rank_by() -> None:
    request = read('robots "world model" author:LeCun -survey').request(Question(""))
    assert request.text == "robots world model"
    assert request.expression is not None


def test_wrong_syntax_is_words_and_says_where() -> None:
    reading = read("robots (that walk")
    assert reading.topic.plain
    assert reading.query == "robots that walk"
    assert reading.syntax is not None
    assert "never closed (at character 8: robots (that walk). Searched" in reading.syntax


@pytest.mark.parametrize("nothing", ["?!", "-", '""', "( )"])
def test_a_query_without_a_word_cannot_be_searched_for(nothing: str) -> None:
    with pytest.raises(UserError, match="no words to search for"):
        read(nothing)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("What is LoRA?", "What is LoRA?"),
        ('"world model" robots', '"world model" robots'),
        ("author:LeCun title:energy", "LeCun energy"),
        ("diffusion OR flows", "diffusion"),
        ("robots -survey cat:cs.RO", "robots"),
        ("cat:cs.RO", ""),
    ],
)
def test_the_sources_are_asked_for_words_that_all_have_to_be_there(query: str, words: str) -> None:
    assert read(query).words == words


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(query: str) -> None:
    try:
        assert read(query).request(Question(query)).text is not None
    except UserError as error:
        assert error.sentence


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2024", date(2024, 1, 1)),
        ("2024-03", date(2024, 3, 1)),
        ("2024-3-5", date(2024, 3, 5)),
        ("7d", TODAY - timedelta(days=7)),
        ("2 weeks", TODAY - timedelta(days=14)),
        ("past month", TODAY - timedelta(days=30)),
        ("1Y", TODAY - timedelta(days=365)),
        ("3 days ago", TODAY - timedelta(days=3)),
        ("yesterday", TODAY - timedelta(days=1)),
        ("March 2025", date(2025, 3, 1)),
        ("31.03.2025", date(2025, 3, 31)),
        ("8 Dec", date(2024, 12, 8)),
        ("last friday", date(2025, 6, 6)),
        ("999y", date(1991, 1, 1)),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str, day: date) -> None:
    assert parse_since(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["soon", "2024-13", "1066", "12/03/2024", "2026"])
def test_what_is_no_past_date_is_refused(typed: str) -> None:
    with pytest.raises(UserError):
        parse_since(typed, TODAY)


@given(st.text(max_size=30))
def test_every_date_that_is_offered_can_be_read(typed: str) -> None:
    for _, value in since_choices(typed, TODAY):
        assert parse_since(value, TODAY) <= TODAY


def test_a_passage_marks_its_words_and_says_where_it_was_cut() -> None:
    paper = Paper("2501.00001", "Walking", "One. Robots walk on two legs. Three.")
    pieces = passage_of(paper, Passage("Robots walk on two legs.", ((0, 6), (7, 11))))
    assert "".join(piece.text for piece in pieces) == "… Robots walk on two legs. …"
    assert [piece.text for piece in pieces if piece.matched] == ["Robots", "walk"]


def test_without_a_passage_the_summary_is_shown() -> None:
    paper = Paper("2501.00001", "Walking", "Long abstract.", summary="In short.")
    assert [piece.text for piece in passage_of(paper, None)] == ["In short."]
