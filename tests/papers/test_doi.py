"""DOIs as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import doi


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1103/PhysRevLett.116.061102", ["10.1103/physrevlett.116.061102"]),
        ("see https://doi.org/10.1038/nature14539.", ["10.1038/nature14539"]),
        ("doi:10.1016/S0010-8650(01)00123-4)", ["10.1016/s0010-8650(01)00123-4"]),
        ("(10.1038/nature14539)", ["10.1038/nature14539"]),
        ("https://doi.org/10.1038%2Fnature14539?utm_source=x", ["10.1038/nature14539"]),
        ("10.48550/arXiv.2406.07496", []),
        ("version 10.1/2 of 10.12345", []),
    ],
)
def test_dois_are_read_without_what_surrounds_them(text: str, expected: list[str]) -> None:
    assert doi.find_all(text) == expected


@given(st.text(alphabet="10.1234/ab()?#.<%2F", max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    assert all(found.startswith("10.") for found in doi.find_all(text))
