"""Texts longer than a query: what they ask for is found before their length is judged."""

import pytest

from bot.interactions.errors import UserError
from bot.services.search import QUERY_LENGTH, brief
from papers.arxiv_id import find_all

REDIRECT = (
    "https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2506.00900"
    f"&data={'0' * 400}"
)


def test_a_long_redirect_asks_for_the_paper_behind_it() -> None:
    assert brief(REDIRECT, find_all(REDIRECT)) == "2506.00900"


def test_words_beside_a_long_link_are_kept() -> None:
    assert brief(f"world models https://example.com/{'x' * 300}", []) == "world models"


def test_words_that_are_too_many_are_refused_with_their_number() -> None:
    typed = "word " * QUERY_LENGTH
    with pytest.raises(UserError, match="999 of 200 characters"):
        brief(typed, [])
    with pytest.raises(UserError, match="40 papers at once"):
        brief(typed, [f"2506.{number:05}" for number in range(1, 41)])


def test_a_query_that_fits_stays_as_it_is() -> None:
    assert brief("a  b", ["2506.00900"]) == "a  b"
