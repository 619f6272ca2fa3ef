# ruff: noqa: RUF001 - full-width signs are what people paste
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv_grammar import legible
from papers.arxiv_id import (
    abs_url,
    alphaxiv_url,
    find_all,
    find_marked,
    hf_url,
    parse,
    pdf_url,
)


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
        ("2506.00001 2506.00002\n2506.00003", ["2506.00001", "2506.00002", "2506.00003"]),
        ("call 0049 1512\n2406.07496", ["2406.07496"]),
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
        "call 0049 1512.12345",
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
    for piece in (
        *("a.", "2406.", "arxiv:", "https://", "+49 ", "hep-th/", "1", "10.1234/", "corr/abs-"),
        *("https://arxiv.org/abs/", "1999hep.....", "arxiv.org/%252f", "http://a.b/,", "?a.b/"),
    ):
        assert find_all(piece * 20_000) == []


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        # As chats, mails and other scripts wrap a link.
        ("这篇不错：https://arxiv.org/abs/2506.00900。推荐", ["2506.00900"]),
        ("（https://arxiv.org/abs/2506.00900）", ["2506.00900"]),
        (
            "https://arxiv.org/abs/2506.00900，https://arxiv.org/abs/2506.00901",
            ["2506.00900", "2506.00901"],
        ),
        ("「https://arxiv.org/abs/2506.00900」", ["2506.00900"]),
        ("_https://arxiv.org/abs/2506.00900_", ["2506.00900"]),
        ("**https://arxiv.org/abs/2506.00900** ||arxiv.org/abs/2506.00901||",
         ["2506.00900", "2506.00901"]),
        ("https://arxiv.org/abs/2506.00900\u200b", ["2506.00900"]),
        ("https://arxiv.org/abs/\u200b2506.00900\ufeff", ["2506.00900"]),
        ("https://arxiv.org/abs/2506.00900推荐", ["2506.00900"]),
        ("见arXiv:2506.00901论文", ["2506.00901"]),
        ("２５０６．００９００ ａｒＸｉｖ：２５０６．００９０１", ["2506.00900", "2506.00901"]),
        (r"https:\/\/arxiv.org\/abs\/2506.00900", ["2506.00900"]),
        ("https:&#x2F;&#x2F;arxiv.org&#x2F;abs&#x2F;2506.00900", ["2506.00900"]),
        (r"http://arxiv.org/abs/math\_ph/0101001", ["math-ph/0101001"]),
        ("[2606.04321] Some Title", ["2606.04321"]),
        # As arXiv and its mirrors have written them over the years.
        ("https://arxiv.org//abs/2506.00900", ["2506.00900"]),
        ("https://arxiv.org/abs/hep-th/1601.07616", ["1601.07616"]),
        ("http://arxiv.org/abs/arXiv:1908.03213", ["1908.03213"]),
        ("https://arxiv.org/abs/2102.07936?tracking-id=xxx", ["2102.07936"]),
        ("https://arxiv.org/abs/2512.24880/sso-callback", ["2512.24880"]),
        ("https://arxiv.org/pdf/2506.00900v2.pdf&ved=2ahUKEwi", ["2506.00900"]),
        ("https://export.arxiv.org/api/query?id_list=1706.03762,1810.04805&start=0",
         ["1706.03762", "1810.04805"]),
        ("http://arxiv.org/PS_cache/hep-th/pdf/9901/9901001v1.pdf", ["hep-th/9901001"]),
        ("https://arxiv.org/ftp/arxiv/papers/1706/1706.03762.pdf", ["1706.03762"]),
        ("http://xxx.lanl.gov/abs/hep-th/9901001", ["hep-th/9901001"]),
        ("astro-ph9912010.gz hep-th_9901001.pdf", ["astro-ph/9912010", "hep-th/9901001"]),
        ("arXiv.2506.00900 arXiv-2506.00901v1.tar.gz", ["2506.00900", "2506.00901"]),
        # Links that carry links.
        ("https://web.archive.org/web/2025/https://arxiv.org/abs/2506.00900", ["2506.00900"]),
        ("https://www.google.com/url?q=https://arxiv.org/abs/2506.00900&sa=D", ["2506.00900"]),
        ("https://l.facebook.com/l.php?u=https%253A%252F%252Farxiv.org%252Fabs%252F2506.00900",
         ["2506.00900"]),
        ("https://eur01.safelinks.example.com/?url=https%3A%2F%2Farxiv.org%2Fabs%2F2506.00900&d=5",
         ["2506.00900"]),
        # Other sites, and the keys of catalogues.
        ("https://www.arxiv-vanity.com/papers/1511.05440/", ["1511.05440"]),
        ("https://inspirehep.net/api/arxiv/1706.03762", ["1706.03762"]),
        ("https://inspirehep.net/literature?q=arxiv%3A1706.03762", ["1706.03762"]),
        ("https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract", ["1706.03762"]),
        ("https://ui.adsabs.harvard.edu/abs/2007arXiv0704.0001B", ["0704.0001"]),
        ("http://adsabs.harvard.edu/abs/1999hep.th....1001S", ["hep-th/9901001"]),
        ("https://dblp.org/rec/journals/corr/abs-1706-03762.html", ["1706.03762"]),
        ("DBLP:journals/corr/cs-CL-0409058", ["cs/0409058"]),
        ("https://www.catalyzex.com/paper/arxiv:2406.07496", ["2406.07496"]),
        ("https://api.semanticscholar.org/graph/v1/paper/ARXIV:1706.03762", ["1706.03762"]),
        ("https://huggingface.co/models?other=arxiv:2406.07496", ["2406.07496"]),
        ("CoRR, abs/1706.03762", ["1706.03762"]),
    ],
)  # fmt: skip
def test_what_people_paste_is_read(pasted: str, expected: list[str]):
    assert find_all(pasted) == expected


@pytest.mark.parametrize(
    "text",
    [
        "10.1111/j.1365-2966.2012.20123.x",
        "doi:10.1109/TPAMI.2016.2577031",
        "10.1088/1475-7516/2019/06/1906.00001",
        "https://doi.org/10.1145/1906.00001",
        "https://zenodo.org/record/1706.03762",
        "arXiv:astro-ph/011202",
        "2019JCAP...06..001A",
    ],
)
def test_other_catalogues_numbers_are_no_ids(text: str):
    assert find_all(text) == []


def test_only_what_is_marked_counts_where_bare_numbers_mean_other_things():
    assert find_marked("1906.00001 and hep-th/9901001") == []
    assert find_marked("arXiv:1906.00001, abs/1906.00002") == ["1906.00001", "1906.00002"]


NOISE = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.:/-", max_size=8),
    st.sampled_from(
        [
            *("https://", "arXiv:", "10.1103/", "abs/", "doi.org/", "(", "）", "%2F", "v2", "2024"),
            *("https://www.google.com/url?q=", "10.48550/arXiv.", "corr/abs-", "arXiv", "\u200b"),
        ]
    ),
)


@given(st.lists(st.one_of(NOISE, ids, st.just(" ")), max_size=12).map("".join))
def test_no_noise_makes_another_paper_of_what_is_there(text: str):
    seen = re.sub(r"%2[fF]", "/", legible(text)).lower().replace("_", "-")
    for paper_id in find_all(text):
        archive, _, number = paper_id.rpartition("/")
        assert parse(paper_id) == paper_id
        assert number in seen or number.replace(".", "-") in seen
        assert archive in seen


@given(st.lists(st.tuples(NOISE, forms, ids, NOISE), min_size=1, max_size=4))
def test_an_id_between_spaces_is_found_whatever_else_is_there(
    pieces: list[tuple[str, str, str, str]],
):
    text = " ".join(f"{a} \n{form.format(i)}\n {b}" for a, form, i, b in pieces)
    assert {i for _, _, i, _ in pieces} <= set(find_all(text))


@pytest.mark.parametrize(
    "link",
    [
        "https://arxiv-org.ezproxy.example.edu/abs/2506.00900",
        "https://arxiv.org.libproxy.example.edu/pdf/2506.00900",
        "https://www.google.com/search?q=2506.00900&hl=en",
        "https://huggingface.co/papers?q=2506.00900",
        "https://scholar.google.com/scholar?q=arxiv+2506.00900",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__arxiv.org_abs_2506.00900&d=DwMF",
        "https://www.bing.com/ck/a?!&u=a1aHR0cHM6Ly9hcnhpdi5vcmcvYWJzLzI1MDYuMDA5MDA",
        "https://click.example.com/abc/aHR0cHM6Ly9hcnhpdi5vcmcvYWJzLzI1MDYuMDA5MDA=",
        "https://arxiv2md.org/abs/2506.00900",
        "https://www.themoonlight.io/en/review/2506.00900",
    ],
)
def test_proxies_searches_and_rewritten_links_name_the_paper_behind_them(link: str):
    assert find_all(link) == ["2506.00900"]


def test_an_old_id_with_its_class_is_no_host():
    assert find_all("see cs.CL/0112017, math.GT/0309136.") == ["cs/0112017", "math/0309136"]


@pytest.mark.parametrize(
    "link", ["https://a.example/aHR0c____", "https://a.example/aHR0cHM6Ly9hcnhpdg", "aHR0c"]
)
def test_what_only_begins_like_an_encoded_link_is_passed_over(link: str):
    assert find_all(link) == []
