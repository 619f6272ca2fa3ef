"""What people find in the file they take away: read back by other programs' libraries."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from unicodedata import category

import pybtex.database
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.export import ExportItem, Format, export, filename
from papers.importing import read_ids
from papers.model import Author, Paper
from papers.writable import writable

NASTY = [
    "{", "}", "\\", "$", "%", "&", "#", "_", "~", "^", '"', "'", ",", ";", "=", "@", "-", "+",
    "|", "<", ">", "[", "]", "(", ")", "*", "`", "!", "\n", "\t", "\r", "\0", "\u2028", "é", "ß",
    "中文", "😀", "GPT-4", "LLaMA", "@misc{x,", "TY  - ", "ER  - ", "=1+1", "and", "2406.00001",
    "\\textbf{", "$x^2$", "word", " ", "'=", "\\_", "\\\\", "{}",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=3)), max_size=12).map("".join)
LIST_NAMES = st.lists(
    TEXTS.map(lambda t: " ".join(_shown(t).split())).filter(bool), max_size=3, unique=True
)
PAPERS = st.builds(
    Paper,
    st.integers(1, 99999).map(lambda n: f"2406.{n:05}"),
    TEXTS,
    TEXTS,
    st.lists(TEXTS.map(Author), max_size=3).map(tuple),
    categories=st.sampled_from([(), ("cs.CL",), ("stat.ML", "cs.LG")]),
    doi=st.one_of(st.none(), TEXTS),
)
SECONDS = st.integers(1_600_000_000, 2_200_000_000)
TIMES = st.one_of(st.none(), SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
ITEMS = st.builds(ExportItem, PAPERS, TEXTS, LIST_NAMES.map(tuple), TIMES)
LIBRARIES = st.lists(ITEMS, max_size=4, unique_by=lambda item: item.paper.id)


def _shown(text: str) -> str:
    """Text as it can travel at all: writable, no control characters, one kind of line break."""
    text = writable(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or category(c) not in ("Cc", "Cs"))


def saved(paper: Paper, **added: Any) -> ExportItem:
    return ExportItem(paper, **added)


def titled(title: str, *names: str, paper_id: str = "1706.03762") -> ExportItem:
    return saved(Paper(paper_id, title, authors=tuple(map(Author, names))))


def bibtex(*items: ExportItem) -> str:
    return export(items, Format.BIBTEX).decode()


def field(name: str, text: str) -> str:
    found = re.search(rf"^  {name} = (.*),$", text, re.MULTILINE)
    assert found, text
    return found[1]


def parsed_by_pybtex(text: str) -> dict[str, Any]:
    return dict(cast(Any, pybtex.database).parse_string(text, "bibtex").entries)


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("Attention Is All You Need", "Attention Is All You Need"),
        ("GPT-4 and LLaMA: A Survey", "{GPT}-4 and {LLaMA}: A Survey"),
        ("Vision-Language Models in 3D", "Vision-Language Models in {3D}"),
        ("Q-Learning (with DQN).", "{Q}-Learning (with {DQN})."),
        ("100% of R&D_x #1", r"100\% of {R\&D\_x} \#1"),
        ("Pass@K GPT", "{Pass@K} {GPT}"),
        ("Müller und Straße", r"M{\"{u}}ller und Stra{\ss}e"),
        ("A Lone A", "A Lone A"),
        ("", "{arXiv:1706.03762}"),
    ],
)
def test_capitals_that_mean_something_are_protected_and_latex_is_escaped(
    title: str, written: str
) -> None:
    assert field("title", bibtex(titled(title))) == f"{{{written}}}"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Laurens van der Maaten", "Laurens van der Maaten"),
        ("Gemini Team", "{Gemini Team}"),
        ("DeepSeek-AI", "DeepSeek-AI"),
        ("NVIDIA, Inc.", "{NVIDIA, Inc.}"),
        ("Rock and Roll", "{Rock and Roll}"),
        ("Łukasz Kaiser", r"{\L}ukasz Kaiser"),
    ],
)
def test_people_are_written_in_order_and_groups_in_one_piece(name: str, written: str) -> None:
    assert field("author", bibtex(titled("T", name, "Bo Li"))) == f"{{{written} and Bo Li}}"


def test_citation_keys_are_readable_and_do_not_depend_on_the_rest_of_the_library() -> None:
    first = titled("T", "Łukasz Kaiser")
    second = titled("T", "Łukasz Kaiser", paper_id="1706.03763")
    old = titled("T", "O'Neil Émile", paper_id="hep-th/9901001")
    nobody = titled("T", paper_id="0704.0001")
    keys = re.findall(r"^@misc\{(.*),$", bibtex(old, second, nobody, first), re.MULTILINE)
    assert keys == [
        "emile1999-hep-th-9901001",
        "kaiser2017-1706.03763",
        "paper2007-0704.0001",
        "kaiser2017-1706.03762",
    ]
    assert "@misc{kaiser2017-1706.03762," in bibtex(first)


def test_a_papers_publication_is_kept() -> None:
    paper = Paper("1706.03762", "T", doi="10.1/a_b", journal_ref="NeurIPS 30 (2017) & more",
                  published_at=datetime(2017, 6, 12, tzinfo=UTC))  # fmt: skip
    text = bibtex(saved(paper))
    assert field("doi", text) == "{10.1/a_b}"
    assert field("howpublished", text) == r"{NeurIPS 30 (2017) \& more}"
    assert (field("year", text), field("month", text)) == ("{2017}", "jun")


def test_ris_is_read_by_rispy_with_people_inverted_and_groups_whole() -> None:
    item = saved(
        Paper("1706.03762", "A\nTitle", authors=(Author("Jan van Eyck"), Author("Gemini Team"))),
        note="one\ntwo",
        lists=("to read", "a; b"),
    )  # fmt: skip
    text = export([item], Format.RIS).decode()
    assert text.startswith("TY  - UNPB\n")
    (record,) = cast("list[dict[str, Any]]", cast(Any, rispy).loads(text))
    assert record["title"] == "A Title"
    assert record["authors"] == ["van Eyck, Jan", "Gemini Team"]
    assert record["urls"] == ["https://arxiv.org/abs/1706.03762"]
    assert (record["keywords"], record["notes"]) == (["to read", "a; b"], ["one two"])


def test_csl_json_names_people_as_citation_processors_want_them() -> None:
    items = [titled("T", "Laurens van der Maaten", "Gemini Team", "Plato")]
    (item,) = json.loads(export(items, Format.CSL_JSON))
    assert item["author"] == [
        {"family": "Maaten", "given": "Laurens", "non-dropping-particle": "van der"},
        {"literal": "Gemini Team"},
        {"literal": "Plato"},
    ]
    assert item["issued"] == {"date-parts": [[2017, 6]]}
    assert (item["type"], item["URL"]) == ("article", "https://arxiv.org/abs/1706.03762")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "'=", "\uff1d", "  ="])
def test_no_cell_of_the_table_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://evil")'
    item = saved(Paper("1706.03762", text, authors=(Author(text),)), note=text, lists=(text,))
    for row in csv.reader(io.StringIO(export([item], Format.CSV).decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.lstrip().startswith(tuple("=+-@\uff1d"))]


def test_the_table_opens_as_utf_8_and_keeps_ids_from_becoming_numbers() -> None:
    data = export([titled("Ü", paper_id="2406.07490")], Format.CSV)
    assert data.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["id"] == "arXiv:2406.07490"


def test_markdown_shows_titles_and_notes_as_they_are() -> None:
    names = ("Ann A", "Bo B", "Cy C", "Di D", "Ed E")
    paper = Paper("1706.03762", "*Bold* [claims](x) <b>", authors=tuple(map(Author, names)))
    text = export(
        [saved(paper, note="# one\n- two\n3. three", lists=("to_read",))], Format.MARKDOWN
    )
    assert text.decode() == (
        "<!-- Exported by Paperboy -->\n\n"
        "- [\\*Bold\\* \\[claims\\](x) \\<b\\>](https://arxiv.org/abs/1706.03762) · "
        "Ann A, Bo B, Cy C and 2 more · 2017 · *to\\_read*\n"
        "  > \\# one\n  > \\- two\n  > 3\\. three\n"
    )


@pytest.mark.parametrize("kind", Format)
def test_an_empty_library_is_a_file_without_papers(kind: Format) -> None:
    report = read_ids(export([], kind), filename("library", kind))
    assert (report.papers, report.unreadable) == ((), ())


@given(LIBRARIES)
@settings(deadline=None)
def test_nasty_libraries_come_back_with_notes_lists_and_times(
    library: Sequence[ExportItem],
) -> None:
    for kind in (Format.BIBTEX, Format.CSL_JSON, Format.CSV):
        report = read_ids(export(library, kind), filename("library", kind))
        assert report.unreadable == (), kind
        assert report.ids == [item.paper.id for item in library], kind
        for item, paper in zip(library, report.papers, strict=True):
            assert paper.lists == item.lists, kind
            assert paper.note == (_shown(item.note or "").strip() or None), kind
            assert paper.saved_at == item.saved_at, kind


@given(LIBRARIES)
@settings(deadline=None)
def test_nasty_libraries_come_back_from_ris_and_markdown(library: Sequence[ExportItem]) -> None:
    ids = [item.paper.id for item in library]
    ris = read_ids(export(library, Format.RIS), "library.ris")
    assert (ris.ids, ris.unreadable) == (ids, ())
    assert [paper.lists for paper in ris.papers] == [item.lists for item in library]
    markdown = read_ids(export(library, Format.MARKDOWN), "library.md")
    assert (markdown.ids, markdown.unreadable) == (ids, ())


@given(LIBRARIES)
@settings(deadline=None)
def test_nasty_bibtex_is_correct_for_another_library_too(library: Sequence[ExportItem]) -> None:
    entries = parsed_by_pybtex(bibtex(*library))
    assert [e.fields["eprint"] for e in entries.values()] == [i.paper.id for i in library]


def test_a_line_of_a_note_that_looks_like_an_entry_stays_in_the_note() -> None:
    note = "{\n@\u00c0"
    (back,) = read_ids(export([saved(Paper("1706.03762", "T"), note=note)], Format.BIBTEX)).papers
    assert back.note == note


def test_a_paper_given_twice_is_written_once_with_both_lists() -> None:
    paper = Paper("1706.03762", "T")
    twice = [saved(paper, lists=("a",)), saved(paper, lists=("b", "a"), note="n")]
    (back,) = read_ids(export(twice, Format.BIBTEX)).papers
    assert (back.lists, back.note) == (("a", "b"), "n")


def test_file_names_are_plain() -> None:
    assert filename("To read / 2026 ⭐", Format.BIBTEX) == "to-read-2026.bib"
    assert filename("⭐", Format.CSL_JSON) == "library.json"
