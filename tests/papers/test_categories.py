import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interactions.inputs import parse_categories
from papers.categories import NAMES, parse, suggest


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("", "cs.CL"),
        ("cs.cv", "cs.CV"),
        ("robot", "cs.RO"),
        ("cs.CL prog", "cs.CL cs.PL"),
        ("stat.ML,cs.L", "stat.ML cs.LG"),
        ("quantum", "quant-ph"),
    ],
)
def test_a_category_is_completed_by_its_code_or_its_name(typed: str, first: str) -> None:
    assert suggest(typed, 25)[0][1] == first


def test_what_was_chosen_is_not_offered_again() -> None:
    assert suggest("cs.CV cs.CV", 25) == []


def test_every_category_that_is_offered_can_be_asked_for() -> None:
    for code in NAMES:
        assert parse_categories(code) == (code,)


@given(st.text())
def test_whatever_is_typed_there_are_never_too_many(typed: str) -> None:
    assert len(suggest(typed, 25)) <= 25


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("cs CL", ("cs.CL",)),
        ("cs/CL", ("cs.CL",)),
        ("cs_CL and cs-LG", ("cs.CL", "cs.LG")),
        ("cs.CL+cs.LG", ("cs.CL", "cs.LG")),
        ("LG", ("cs.LG",)),
        ("[cs.CL]", ("cs.CL",)),
        ("`cat:cs.CL`", ("cs.CL",)),
        ("cs.AI (Artificial Intelligence)", ("cs.AI",)),
        ("Machine Learning (stat.ML)", ("stat.ML",)),
        ("https://arxiv.org/list/cs.CL/recent", ("cs.CL",)),
        ("https://rss.arxiv.org/rss/cs.CL+cs.LG", ("cs.CL", "cs.LG")),
        ("hep-*", ("hep-ex", "hep-lat", "hep-ph", "hep-th")),
        ("cs, CL", ("cs", "cs.CL")),
    ],
)
def test_a_category_is_read_as_it_stands_on_arxiv(typed: str, codes: tuple[str, ...]) -> None:
    assert parse(typed) == codes


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Maschinelles Lernen", ("cs.LG", "stat.ML")),
        ("künstliche Intelligenz", ("cs.AI",)),
        ("vision par ordinateur", ("cs.CV",)),
        ("aprendizaje automático, robótica", ("cs.LG", "stat.ML", "cs.RO")),
        ("visão computacional", ("cs.CV",)),
        ("自然言語処理", ("cs.CL",)),
        ("コンピュータビジョン、機械学習", ("cs.CV", "cs.LG", "stat.ML")),
        ("机器学习，数据库", ("cs.LG", "stat.ML", "cs.DB")),  # noqa: RUF001
        ("강화 학습", ("cs.LG",)),
    ],
)
def test_categories_have_names_in_every_language_of_the_bot(
    typed: str, codes: tuple[str, ...]
) -> None:
    assert parse(typed) == codes


@pytest.mark.parametrize(
    ("typed", "code"), [("künst", "cs.AI"), ("robóti", "cs.RO"), ("機械", "cs.LG")]
)
def test_a_category_is_completed_by_its_name_in_another_language(typed: str, code: str) -> None:
    assert suggest(typed, 3)[0][1] == code
