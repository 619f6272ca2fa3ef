import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv_id import abs_url, alphaxiv_url, find_all, hf_url, parse, pdf_url


def numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def new_ids(draw: st.DrawFn) -> str:
    year = draw(numbers(8, 49))
    digits = 5 if year >= 15 else 4
    return f"{year:02}{draw(numbers(1, 12)):02}.{draw(numbers(1, 10**digits - 1)):0{digits}}"


@st.composite
def old_ids(draw: st.DrawFn) -> str:
    archive = draw(st.sampled_from(["hep-th", "astro-ph", "math", "cs", "math-ph", "q-bio"]))
    year, month, number = draw(numbers(1992, 2006)), draw(numbers(1, 12)), draw(numbers(1, 999))
    return f"{archive}/{year % 100:02}{month:02}{number:03}"


ids = st.one_of(new_ids(), old_ids())
versions = st.sampled_from(["", "v1", "v2", "v17"])
forms = st.sampled_from(
    [
        "{}",
        "arXiv:{}",
        "arxiv: {}",
        "https://arxiv.org/abs/{}",
        "http://www.arxiv.org/abs/{}?context=cs",
        "https://export.arxiv.org/pdf/{}",
        "https://arxiv.org/pdf/{}.pdf#page=3",
        "arxiv.org/html/{}",
        "https://huggingface.co/papers/{}",
        "https://hf.co/papers/{}#community",
        "https://www.alphaxiv.org/abs/{}",
        "https://alphaxiv.org/overview/{}",
        "https://doi.org/10.48550/arXiv.{}",
        "https://doi.org/10.48550%2FarXiv.{}",
        "10.48550/arXiv.{}",
        "doi:10.48550/arXiv.{}",
        "<https://arxiv.org/abs/{}>",
    ]
)


@given(ids, versions, forms)
def test_every_form_of_an_id_is_read_and_its_version_dropped(
    paper_id: str, version: str, form: str
):
    assert parse(form.format(paper_id + version)) == paper_id


@given(st.lists(st.tuples(ids, versions, forms), min_size=1, max_size=6))
def test_ids_are_found_in_a_message_in_order_and_once(mentions: list[tuple[str, str, str]]):
    message = "Look: " + " and then ".join(
        form.format(paper_id + version) for paper_id, version, form in mentions * 2
    )
    assert find_all(message) == list(dict.fromkeys(paper_id for paper_id, _, _ in mentions))


@given(ids)
def test_the_links_we_give_are_links_we_read(paper_id: str):
    for link in (abs_url(paper_id), pdf_url(paper_id), hf_url(paper_id), alphaxiv_url(paper_id)):
        assert parse(link) == paper_id
        assert find_all(f"[here]({link}).") == [paper_id]


@given(st.text())
def test_any_text_at_all_gives_canonical_ids_or_nothing(text: str):
    for paper_id in find_all(text):
        assert parse(paper_id) == paper_id


@given(st.text(alphabet="0123456789.,/-:+v $arxivhcs", max_size=60))
def test_text_full_of_digits_gives_canonical_ids_or_nothing(text: str):
    for paper_id in find_all(text):
        assert parse(paper_id) == paper_id
        assert re.fullmatch(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+/[0-9]{7}", paper_id)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0704.0001", "0704.0001"),
        ("2406.07496v12", "2406.07496"),
        ("arXiv:2406.07496v2 [cs.CL]", "2406.07496"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("HEP-TH/9901001", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("cond-mat.str-el/0309136", "cond-mat/0309136"),
        ("https://arxiv.org/abs/math.GT/0309136v1", "math/0309136"),
        ("https://ar5iv.labs.arxiv.org/html/2406.07496", "2406.07496"),
        ("https://huggingface.co/papers/2406.07496.md", "2406.07496"),
        ("  2406.07496\n", "2406.07496"),
    ],
)
def test_parse_reads(text: str, expected: str):
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "attention is all you need",
        "0703.0001",  # the new scheme began in April 2007
        "0704.00012",  # five digits came in 2015
        "1501.0001",
        "2413.12345",  # no thirteenth month
        "2400.12345",
        "2406.00000",
        "1234.5678901",
        "hep-th/0704001",  # the old scheme ended in March 2007
        "hep-th/9913001",
        "foo/9901001",
        "https://arxiv.org/list/cs.CL/2406",
        "https://huggingface.co/papers/date/2024-06-12",
        "https://huggingface.co/somebody/2406.07496",
        "https://example.org/abs/2406.07496",
        "https://notarxiv.org/abs/2406.07496",
        "https://arxiv.org.evil.example/abs/2406.07496",
        "2406.07496 and 2405.14906",
    ],
)
def test_parse_refuses(text: str):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Have you seen 2406.07496?", ["2406.07496"]),
        ("2406.07496, 2405.14906; hep-th/9901001.", ["2406.07496", "2405.14906", "hep-th/9901001"]),
        ("2406.07496 2405.14906", ["2406.07496", "2405.14906"]),
        ("(arXiv:2406.07496v2)", ["2406.07496"]),
        ("> quoted\n>2406.07496", ["2406.07496"]),
        ("**2406.07496** `2405.14906`", ["2406.07496", "2405.14906"]),
        ("Both https://arxiv.org/abs/2406.07496.", ["2406.07496"]),
        (
            "https://arxiv.org/abs/2406.07496,https://arxiv.org/abs/2405.14906",
            ["2406.07496", "2405.14906"],
        ),
        ("[TextGrad](https://arxiv.org/abs/2406.07496): fun", ["2406.07496"]),
        ("my-notes-2406.07496v1.pdf", ["2406.07496"]),
        ("论文2406.07496", []),
        ("论文 2406.07496。", ["2406.07496"]),
    ],
)
def test_find_all_in_messages(message: str, expected: list[str]):
    assert find_all(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "It costs $2406.07496 today",
        "that is 2406.07496 USD or 2406.07496€",
        "12,2406.07496",
        "call +49 1512.12345 or +1 (212) 1012.1234",
        "call 1012.1234.567",
        "on 2024.06.12 or 12.06.2024 at 14:06.12345",
        "version 1.2406.07496 and 2406.07496.1",
        "torch 1234.5678901",
        "x=2406.07496, about ~2406.07496, -2406.07496 and 2406.07496%",
        "abc2406.07496 and 2406.07496abc",
        "see https://github.com/someone/something/releases/tag/2406.07496",
        "https://example.com/?p=2406.07496",
        "https://arxiv.org/list/cs.CL/recent",
        "read/write 24/7 cs/9901 math/12",
    ],
)
def test_find_all_leaves_other_numbers_alone(message: str):
    assert find_all(message) == []


def test_a_long_hostile_message_is_read_in_no_time():
    for piece in ("a.", "2406.", "arxiv:", "https://", "+49 ", "hep-th/", "1"):
        assert find_all(piece * 20_000) == []
