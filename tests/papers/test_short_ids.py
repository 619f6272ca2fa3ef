"""Six characters stand for an arXiv id."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv_grammar import ARCHIVES, NEW, NUMBER
from papers.arxiv_id import parse
from papers.short_ids import LENGTH, can_shorten, lengthen, shorten

ids = st.one_of(
    st.from_regex(NEW, fullmatch=True),
    st.from_regex(rf"{ARCHIVES}/{NUMBER}", fullmatch=True).map(lambda each: each.replace("_", "-")),
)


@given(st.lists(ids, max_size=15))
def test_every_id_that_arxiv_gives_out_comes_back(paper_ids: list[str]) -> None:
    assert all(map(can_shorten, paper_ids))
    short = shorten(paper_ids)
    assert len(short) == LENGTH * len(paper_ids)
    assert re.fullmatch("[0-9a-z]*", short)
    assert lengthen(short) == paper_ids


@given(st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz", max_size=90))
def test_what_anyone_may_send_in_a_buttons_id_is_read_as_ids_or_left_out(text: str) -> None:
    for paper_id in lengthen(text):
        assert shorten([paper_id]) in text
        assert parse(paper_id) in (paper_id, None)  # a month that never was is no paper


@pytest.mark.parametrize(
    ("paper_id", "short"),
    [
        ("2406.07496", "3z91xk"),
        ("0704.0001", "15wwzl"),
        ("1501.00001", "2hd5wh"),
        ("hep-th/9901001", "jue1jd"),
        ("supr-con/9601001", "m5kaqx"),
    ],
)
def test_the_short_form_stays_as_it_is_since_messages_hold_it(paper_id: str, short: str) -> None:
    assert shorten([paper_id]) == short


@pytest.mark.parametrize("other", ["", "2406.7496", "1406.07496", "nowhere/9901001", "10.1/x"])
def test_other_ids_have_no_short_form(other: str) -> None:
    assert not can_shorten(other)
    with pytest.raises(ValueError, match="not an arXiv id"):
        shorten([other])


@pytest.mark.parametrize(
    ("short", "found"),
    [
        ("2c2mbz", ["1412.9999"]),
        ("2c2mc0", []),  # five digits in a month of four
        ("gjdgxs", ["acc-phys/0000000"]),
        ("m5sum7", ["supr-con/9999999"]),
        ("m5sum8", []),  # no archive of that number
        ("zzzzzz", []),
        ("3z90u", []),
        ("3Z90U0", []),
    ],
)
def test_what_stands_for_no_paper_is_left_out(short: str, found: list[str]) -> None:
    assert lengthen(short) == found
