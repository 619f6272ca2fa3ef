"""What people bring: lists from other programs, from chats, half broken."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.importing import Imported, Unreadable, read_ids
from tests.shared import SHARED, needs_shared

SCHOLAR = """
@article{vaswani2017attention,
  title={Attention is all you need},
  author={Vaswani, Ashish and others},
  journal={arXiv preprint arXiv:1706.03762},
  year={2017}
}
"""
DBLP = """
@article{DBLP:journals/corr/VaswaniSPUJGKP17,
  author    = {Ashish Vaswani},
  title     = {Attention Is All You Need},
  journal   = {CoRR},
  volume    = {abs/1706.03762},
  year      = {2017},
  eprinttype = {arXiv},
}
"""
ARXIV = """
@misc{vaswani2023attentionneed,
      title={Attention Is All You Need},
      year={2023},
      eprint={1706.03762},
      archivePrefix={arXiv},
      primaryClass={cs.CL},
      url={https://arxiv.org/abs/1706.03762v7},
}
"""
ZOTERO = """
@misc{vaswani_attention_2017,
	title = {Attention {Is} {All} {You} {Need}},
	url = {http://arxiv.org/abs/1706.03762},
	doi = {10.48550/arXiv.1706.03762},
	number = {{arXiv}:1706.03762},
	note = {Comment: 15 pages},
	keywords = {Computer Science - Computation and Language},
}
"""


@pytest.mark.parametrize("text", [SCHOLAR, DBLP, ARXIV, ZOTERO])
def test_bibtex_of_every_origin_is_read_without_taking_its_notes_for_ours(text: str) -> None:
    report = read_ids(text.encode(), "refs.bib")
    assert report.papers == (Imported("1706.03762"),)
    assert report.unreadable == ()


def test_a_broken_entry_is_reported_with_its_line_and_the_others_are_read() -> None:
    text = (
        "@article{a, title = {never closed\n"
        "@book{b,\n  title = {The {Art} of Computer Programming},\n  year = 1968\n}\n"
        "@misc{c, eprint = {2406.07496}}\n"
        "@misc{c, eprint = {2406.07497}}\n"
    )
    report = read_ids(text.encode(), "refs.bib")
    assert report.ids == ["2406.07496", "2406.07497"]
    assert [broken.line for broken in report.unreadable] == [1, 2]
    assert report.unreadable[1] == Unreadable(2, "The Art of Computer Programming")


def test_ris_from_elsewhere_is_read_record_by_record() -> None:
    text = (
        "TY  - JOUR\r\nTI  - A book\r\nER  - \r\n\r\n"
        "TY  - GEN\r\nTI  - Attention\r\nUR  - http://arxiv.org/abs/1706.03762v2\r\n"
        "KW  - ml\r\nER  - \r\n"
        "TY  - GEN\r\nDO  - 10.48550/arXiv.2406.07496\r\n"
    )
    report = read_ids(text.encode(), "refs.ris")
    assert report.papers == (Imported("1706.03762"), Imported("2406.07496"))
    assert report.unreadable == (Unreadable(1, "A book"),)


def test_csl_json_is_read_up_to_where_it_breaks() -> None:
    items = [{"id": "x", "title": "No paper"}, {"DOI": "10.48550/arXiv.1706.03762", "note": "n"}]
    text = json.dumps(items, indent=1)
    assert read_ids(text.encode()).papers == (Imported("1706.03762"),)
    report = read_ids(f"{text[:-2]},\n{{broken".encode(), "refs.json")
    assert report.ids == ["1706.03762"]
    assert report.unreadable == (Unreadable(2, "No paper"), Unreadable(10, "{broken"))


def test_json_on_one_line_is_no_table_whatever_its_fields_are_called() -> None:
    items: list[dict[str, Any]] = [
        {"title": "Front matter", "creators": [], "shortTitle": "", "DOI": ""},
        {"title": "Attention", "creators": [], "shortTitle": "", "url": "arxiv.org/abs/1706.03762"},
    ]
    for name in ("zotero.json", "refs"):
        report = read_ids(json.dumps(items).encode(), name)
        assert report.ids == ["1706.03762"]
        assert report.unreadable == (Unreadable(1, "Front matter", title="Front matter"),)


def test_a_table_from_elsewhere_is_read_by_rows() -> None:
    text = (
        '"Key","Title","Url","DOI"\n'
        'A,"Attention, all\nof it",http://arxiv.org/abs/1706.03762,\n'
        "B,A book,https://example.org,10.1000/1\n"
        "C,Third,,10.48550/arXiv.2406.07496\n"
    )
    report = read_ids(text.encode(), "zotero.csv")
    assert report.ids == ["1706.03762", "2406.07496"]
    assert report.unreadable == (Unreadable(4, "B A book https://example.org 10.1000/1"),)


def test_a_list_of_ids_and_links_is_read_line_by_line() -> None:
    text = """# my papers

2406.07496v2
- https://arxiv.org/abs/1706.03762
see https://huggingface.co/papers/2402.13144 and arXiv:2310.06825
nothing here
hep-th/9901001
2406.07496
"""
    report = read_ids(text.encode(), "papers.txt")
    assert report.ids == ["2406.07496", "1706.03762", "2402.13144", "2310.06825", "hep-th/9901001"]
    assert report.unreadable == (Unreadable(6, "nothing here"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_every_encoding_are_read(encoding: str) -> None:
    data = "Müller 2406.07496\r\nStraße\r\n".encode(encoding)
    report = read_ids(data, "papers.txt")
    assert (report.ids, report.unreadable) == (["2406.07496"], (Unreadable(2, "Straße"),))


def test_long_unreadable_lines_are_cut() -> None:
    (line,) = read_ids(b"x" * 10_000).unreadable
    assert len(line.text) == 120


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[" * 50_000, b"{" * 50_000, b"@a{" * 999])
@pytest.mark.parametrize("name", ["a.bib", "a.json", "a.csv", ""])
def test_garbage_is_reported_and_never_raises(data: bytes, name: str) -> None:
    assert read_ids(data, name).papers == ()


@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)),
    st.sampled_from(["a.bib", "a.ris", "a.json", "a.csv", "a.txt", "@misc{a,", "TY  - "]),
)
@settings(deadline=None)
def test_no_file_makes_it_fail(data: bytes, start: str) -> None:
    read_ids(data, start)
    read_ids(start.encode() + data, "")


@needs_shared
def test_a_recorded_month_as_a_list_of_links_comes_in_whole() -> None:
    lines = gzip.decompress((SHARED / "data" / "hf_daily.jsonl.gz").read_bytes()).splitlines()
    ids = [json.loads(line)["id"] for line in lines[:500]]
    text = "\n".join(f"* https://arxiv.org/pdf/{paper_id}.pdf" for paper_id in ids)
    report = read_ids(text.encode(), "papers.md")
    assert (report.ids, report.unreadable) == (list(dict.fromkeys(ids)), ())


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (
            "@inproceedings{a, title={A}, url={https://aclanthology.org/2025.acl-long.12/}}",
            ("acl:2025.acl-long.12",),
        ),
        (
            "@misc{a, title={A}, url={https://openreview.net/forum?id=Abcd123456&noteId=x}}",
            ("openreview:Abcd123456",),
        ),
        ("@article{a, title={A}, pmid={41792208}}", ("pmid:41792208",)),
        ("PMID- 41792208\nTI  - A\n", ("pmid:41792208",)),
        ('[{"title": "A", "PMID": "41792208", "note": "x"}]', ("pmid:41792208",)),
        ('[{"title": "A", "extra": "tex.x: 1\\nPMID: 41792208"}]', ("pmid:41792208",)),
        (
            "TY  - CONF\nTI  - A\nUR  - https://proceedings.mlr.press/v284/allen25a.html\nER  -\n",
            ("pmlr:v284/allen25a",),
        ),
        ("title,url\nA,https://hal.science/hal-04637647v2\n", ("hal:hal-04637647",)),
        (
            "https://www.biorxiv.org/content/10.64898/2026.07.13.738145v2.full",
            ("doi:10.64898/2026.07.13.738145",),
        ),
    ],
)
def test_an_entry_without_an_arxiv_id_says_which_paper_it_is_elsewhere(
    data: str, keys: tuple[str, ...]
) -> None:
    report = read_ids(data.encode())
    assert report.papers == ()
    (entry,) = report.unreadable
    assert entry.keys == keys


def test_a_line_of_several_links_is_an_entry_for_each() -> None:
    line = b"https://doi.org/10.1000/a and https://pubmed.ncbi.nlm.nih.gov/1234567/"
    entries = read_ids(line).unreadable
    assert [(each.line, each.text) for each in entries] == [
        (1, "doi:10.1000/a"),
        (1, "PMID 1234567"),
    ]


@pytest.mark.parametrize("link", ["https://osf.io/2s7pw", "s2orc:12345"])
def test_a_link_that_gives_no_id_is_kept_as_an_entry_with_its_line(link: str) -> None:
    (entry,) = read_ids(f"2406.07496\n{link}\n".encode()).unreadable
    assert (entry.line, entry.text, entry.keys) == (2, link, ())
