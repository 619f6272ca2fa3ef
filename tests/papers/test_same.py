"""Titles and authors as other programs write them, told apart from those of other papers."""

import pytest

from papers.model import Author, Paper
from papers.same import same

PAPER = Paper("2410.04444", r"G\"odel Agent: A Self-Referential {F}ramework", authors=(
    Author("Xunjian Yin"), Author("Xinyi Wang")))  # fmt: skip


@pytest.mark.parametrize(
    "author",
    ["Yin, Xunjian and Wang, Xinyi", "Xunjian Yin and others", "Yin, X", "Yin X", "Yin X.", "Yin",
     "Yin, Xunjian; Wang, Xinyi", "Xunjian Yin, Xinyi Wang", "X. Yin", "{Yin}, X."],
)  # fmt: skip
def test_the_first_author_is_known_in_every_order_of_names(author: str) -> None:
    assert same(PAPER, "Gödel agent — a self-referential framework.", author)


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("Gödel Agent", "Yin, Xunjian"),
        ("Gödel Agent: A Self-Referential Framework, Revisited", "Yin, Xunjian"),
        ("Gödel Agent: A Self-Referential Framework", "Wang, Xinyi"),
        ("Gödel Agent: A Self-Referential Framework", ""),
    ],
)
def test_another_title_or_first_author_is_another_paper(title: str, author: str) -> None:
    assert not same(PAPER, title, author)


@pytest.mark.parametrize("author", ["van der Maaten, Laurens", "Laurens van der Maaten"])
def test_names_of_several_words_are_known(author: str) -> None:
    paper = Paper("2401.00001", "T", authors=(Author("Laurens van der Maaten"),))
    assert same(paper, "t", author)
