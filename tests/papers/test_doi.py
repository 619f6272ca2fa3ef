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


@pytest.mark.parametrize("known", ["10.31234/osf.io/2s7pw", "10.20944/preprints202601.0001"])
def test_the_first_version_of_a_work_is_that_work(known: str) -> None:
    version = doi.first_version(known)
    assert version is not None
    assert doi.work(version) == known


@pytest.mark.parametrize("known", ["10.26434/chemrxiv-2022-w0jzh", "10.1038/s41586-026-10461-3"])
def test_who_registers_works_as_a_whole_has_no_first_version(known: str) -> None:
    assert doi.first_version(known) is None
