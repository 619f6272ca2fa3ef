import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import paper_key, paper_links
from papers.paper_key import PaperKey, Scheme

LINKS = {
    "https://www.biorxiv.org/content/10.64898/2026.07.13.738145v2.full": (
        "doi:10.64898/2026.07.13.738145"
    ),
    "https://www.medrxiv.org/content/10.1101/2020.01.30.20019844v1": (
        "doi:10.1101/2020.01.30.20019844"
    ),
    "https://connect.biorxiv.org/cgi/content/short/857789v1?rss=1": "doi:10.1101/857789",
    "https://www.biorxiv.org/content/early/2018/05/01/312345": "doi:10.1101/312345",
    "(10.1038/s41586-026-10461-3).": "doi:10.1038/s41586-026-10461-3",
    "https://www.nature.com/articles/s41586-026-10461-3": "doi:10.1038/s41586-026-10461-3",
    "https://doi.org/10.26434/chemrxiv-2022-w0jzh-v2": "doi:10.26434/chemrxiv-2022-w0jzh",
    "10.31234/osf.io/2s7pw_v2": "doi:10.31234/osf.io/2s7pw",
    "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701": "doi:10.1145/3292500.3330701",
    "https://www.science.org/doi/abs/10.1126/science.ABC1234": "doi:10.1126/science.abc1234",
    "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=4123456": "doi:10.2139/ssrn.4123456",
    "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2": (
        "doi:10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2"
    ),
    "https://openreview.net/forum?id=Abcd123456&noteId=Reply12345": "openreview:Abcd123456",
    "https://openreview.net/pdf?id=Abcd123456": "openreview:Abcd123456",
    "https://aclanthology.org/P19-1423.pdf": "acl:p19-1423",
    "https://aclanthology.org/2025.acl-long.12/": "acl:2025.acl-long.12",
    "https://doi.org/10.18653/v1/2022.acl-long.5": "acl:2022.acl-long.5",
    "https://proceedings.mlr.press/v284/allen25a/allen25a.pdf": "pmlr:v284/allen25a",
    "https://openaccess.thecvf.com/content/CVPR2026/html/Doe_Pixels_CVPR_2026_paper.html": (
        "cvf:CVPR2026/Doe_Pixels_CVPR_2026_paper"
    ),
    "https://hal.science/hal-04637647v2": "hal:hal-04637647",
    "https://pubmed.ncbi.nlm.nih.gov/41792208/": "pmid:41792208",
    "https://doi.org/10.48550/arXiv.2406.07496": "2406.07496",
}


@pytest.mark.parametrize("text", LINKS)
def test_a_link_of_any_source_is_read_as_its_papers_key(text: str):
    assert paper_links.find_all(f"Have you read {text} yet?") == [LINKS[text]]
    assert paper_links.parse(text) == LINKS[text]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.nature.com/articles/d41586-026-00001-1",  # news
        "https://openreview.net/group?id=ICLR.cc/2026",
        "https://aclanthology.org/venues/acl/",
        "https://example.org/10/5",
        "a ratio of 10.5/20",
    ],
)
def test_what_is_no_paper_is_left_alone(text: str):
    assert paper_links.find_all(text) == []


@pytest.mark.parametrize("key", sorted(set(LINKS.values())))
def test_a_key_leads_to_its_page_and_its_page_to_the_key(key: str):
    assert str(PaperKey.read(key)) == key
    assert paper_links.find_all(paper_key.page_url(key)) == [key]
    assert " " not in paper_key.page_url(key)


@pytest.mark.parametrize(
    ("doi", "work"),
    [
        ("10.1038/s41586-026-10461-3", "10.1038/s41586-026-10461-3"),
        ("10.21203/rs.3.rs-123456/v1", "10.21203/rs.3.rs-123456"),
        ("10.20944/preprints202601.0001.v3", "10.20944/preprints202601.0001"),
        ("10.12688/f1000research.12345.2", "10.12688/f1000research.12345"),
        ("10.64898/2026.07.13.738145v2", "10.64898/2026.07.13.738145"),
        ("10.1101/gr.123456.118", "10.1101/gr.123456.118"),
    ],
)
def test_a_version_is_cut_off_only_where_the_registrant_writes_one(doi: str, work: str):
    assert str(paper_key.of_doi(doi)) == f"doi:{work}"


def test_a_work_elsewhere_is_one_link_for_each_other_place_and_arxivs_first():
    others = {
        "acl:2025.acl-long.12", "2406.07496", "doi:10.1000/1", "openreview:Forum00001",
        "page:icml.cc/virtual/2026/oral/2", "page:icml.cc/virtual/2026/poster/1",
    }  # fmt: skip
    assert paper_key.elsewhere("openreview:Forum00001", others) == (
        "2406.07496", "acl:2025.acl-long.12", "page:icml.cc/virtual/2026/oral/2",
    )  # fmt: skip
    assert paper_key.elsewhere("2406.07496", {"2406.07496"}) == ()


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("2406.07496", "arXiv:2406.07496"),
        ("acl:p19-1423", "ACL P19-1423"),
        ("doi:10.1038/s41586-026-10461-3", "doi:10.1038/s41586-026-10461-3"),
    ],
)
def test_a_key_is_shown_as_its_field_writes_it(key: str, label: str):
    assert paper_key.label(key) == label


@pytest.mark.parametrize(
    "text", ["", "doi:", "doi:10.1038/UPPER", "acl:nothing", "2406.07496v2", "other:1", "pmid:0"]
)
def test_what_is_not_in_its_stored_form_is_no_key(text: str):
    with pytest.raises(ValueError, match=r"is not|has no"):
        PaperKey.read(text)


@given(st.sampled_from(sorted(set(LINKS.values()))))
def test_a_short_key_fits_a_custom_id_and_arxiv_ids_stay(key: str):
    short = paper_key.short(key)
    if paper_key.is_arxiv(key):
        assert short == key
    else:
        assert re.fullmatch(paper_key.SHORT_FORM, short)
        assert len(short) == 12


def test_short_keys_never_change():
    assert paper_key.short("doi:10.1038/s41586-026-10461-3") == "~5ovewvgqthr"


@given(st.text())
def test_any_text_is_searched_without_a_failure(text: str):
    for key in paper_links.find_all(text):
        assert str(PaperKey.read(key)) == key


@given(
    st.sampled_from(
        ["10.1038/s41586-026-1", "10.26434/chemrxiv-2022-w0jzh", "10.64898/2026.07.13.738145"]
    ),
    st.sampled_from(["https://doi.org/", "doi:", "DOI: ", "http://dx.doi.org/", ""]),
    st.sampled_from(["", ".", ")", "?utm=1"]),
)
def test_a_doi_is_the_same_key_however_it_is_written(doi: str, before: str, after: str):
    assert str(paper_key.of_doi(f"{before}{doi.upper()}{after}")) == f"{Scheme.DOI}:{doi}"


def test_a_page_without_an_id_is_its_own_key():
    key = paper_key.of_page("https://www.Eprint.iacr.org/2026/123?utm_source=rss")
    assert str(key) == "page:eprint.iacr.org/2026/123"
    assert key is not None
    assert key.url == "https://eprint.iacr.org/2026/123"
    assert paper_key.of_page("javascript:alert(1)") is None


def test_papers_are_named_in_the_order_of_the_text_whatever_their_source() -> None:
    text = (
        "First https://aclanthology.org/2025.acl-long.12/, then arXiv:2406.07496, then"
        " https://doi.org/10.1038/s41586-026-10461-3 and 2512.01707; again 2025.acl-long.12,"
        " https://pubmed.ncbi.nlm.nih.gov/41792208/ and https://arxiv.org/abs/2406.07496v2."
    )
    assert paper_links.find_all(text) == [
        "acl:2025.acl-long.12",
        "2406.07496",
        "doi:10.1038/s41586-026-10461-3",
        "2512.01707",
        "pmid:41792208",
    ]


def test_the_acl_registers_dois_for_its_papers() -> None:
    assert paper_key.registered_doi("acl:2025.acl-long.12") == "10.18653/v1/2025.acl-long.12"
    assert paper_key.registered_doi("acl:p19-1423") == "10.18653/v1/P19-1423"
    assert paper_key.registered_doi("doi:10.1038/x") == "10.1038/x"
    assert paper_key.registered_doi("pmid:41792208") is None
    assert paper_key.registered_doi("2406.07496") is None


def test_a_key_that_cannot_be_read_leads_nowhere_and_holds_nothing_up() -> None:
    assert paper_key.elsewhere(
        "2506.00000", ["2506.00000", "acl:2024.acl-long.1", "nonsense:1"]
    ) == ("acl:2024.acl-long.1",)
