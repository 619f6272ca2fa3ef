"""Files made to break whoever reads them, and names made to break whoever writes them."""

import io
import json
import re
import time
import zipfile
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.export import ExportItem, Format, export, filename
from papers.importing import ImportReport, read_ids
from papers.model import Author, Paper
from tests.hostile.attacks import FUNCTION, attacks
from tests.hostile.harness import Hostile
from tests.hostile.texts import PIECES, hostile_texts

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

MOST: Final = 2_000_000
"""Bytes that the import takes."""
LONGEST: Final = 6.0
"""Seconds of processor time that a file may cost, all of it beside the loop: usually half."""

IDS: Final = ("2506.00900", "arXiv:2506.00901", "https://arxiv.org/abs/2506.00902v3", "2506.99999")
BIBTEX: Final = (
    *("@misc{a,", "@article{", "@string{x = ", "@comment{", "@preamble{", "@", "}", "{", ",", "\n"),
    *(
        "title = {",
        "eprint = {2506.00900}",
        "archivePrefix = {arXiv}",
        'note = "',
        "# x #",
        "\\",
        "%",
    ),
    *("keywords = {a, {b, c}}", "timestamp = {0001-01-01T00:00:00+14:00}", "author = { and and }"),
    "% Exported by Paperboy\n",
)
RIS: Final = (
    *("TY  - JOUR\n", "ER  - \n", "TI  - ", "AU  - ,\n", "AN  - arXiv:2506.00900\n", "N1  - x\n"),
    *(
        "RN  - Exported by Paperboy\n",
        "KW  - ../x\n",
        "C8  - 9999-12-31T23:59:59-14:00\n",
        "\n",
        "TY",
    ),
)
CSV: Final = (
    *(
        "id,title,url\n",
        "id;url\n",
        '"',
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        '""',
        "2506.00900",
        "=1+1",
        "@x",
    ),
    "id,title,authors,published,categories,lists,note,saved_at,url,pdf,doi,repository\n",
    'arXiv:2506.00900,,,,,"../x;y",=cmd,0001-01-01T00:00:00+14:00,,,,\n',
)
_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | hostile_texts | st.sampled_from(IDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ("id", "DOI", "URL", "note", "items", "custom", "paperboy", "lists", "x")
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def pieces(*kinds: str) -> st.SearchStrategy[bytes]:
    """Return parts of a format in any order, with nonsense between them."""
    parts = st.sampled_from((*kinds, *IDS, *PIECES[:60]))
    return st.lists(parts, max_size=25).map(lambda found: "".join(found).encode("utf-8", "replace"))


files = st.one_of(
    st.binary(max_size=400),
    pieces(*BIBTEX),
    pieces(*RIS),
    pieces(*CSV),
    _json.map(lambda value: json.dumps(value).encode()),
    hostile_texts.map(str.encode),
    hostile_texts.map(lambda text: text.encode("utf-16", "surrogatepass")),
)
names = st.one_of(
    st.sampled_from(("x.bib", "x.json", "x.csv", "x.ris", "", "a/../../b.json", "x.zip", "CON")),
    hostile_texts.map(lambda text: text[:100]),
)


@attacks(
    0.15,
    "import: BibTeX, RIS, CSV, JSON and bytes at random, any file name",
    "the papers in it, each broken line named",
    seam=FUNCTION,
)
@given(data=files, name=names)
def test_any_file_is_read_or_reported(data: bytes, name: str) -> None:
    report = read_ids(data, name)
    for paper in report.papers:
        "\n".join((paper.note or "", *paper.lists)).encode()
    for line in report.unreadable:
        assert line.line >= 1
        assert len(line.text) <= 120


@attacks(0.04, "the same files sent to `/library import`", "a report, or that no paper is in it")
@given(data=files, name=names)
def test_any_file_can_be_sent_to_the_import(hostile: Hostile, data: bytes, name: str) -> None:
    name = re.sub(r"[\x00-\x1f/\\]", "_", name) or "file"  # as Discord stores names
    hostile.slash("library import", {"file": (name, data)})


_papers = st.builds(
    Paper,
    id=st.sampled_from(("2506.00900", "math/0309136")),
    title=hostile_texts,
    abstract=hostile_texts,
    authors=st.lists(st.builds(Author, hostile_texts), max_size=3).map(tuple),
    doi=st.none() | hostile_texts,
    journal_ref=st.none() | hostile_texts,
    categories=st.lists(hostile_texts, max_size=2).map(tuple),
)


@attacks(
    0.06,
    "export of papers, notes and lists of any text, in every format",
    "a file that is read back",
    seam=FUNCTION,
)
@given(
    paper=_papers,
    note=st.none() | hostile_texts,
    lists=st.lists(hostile_texts.map(lambda text: text[:40]), max_size=3).map(tuple),
    wanted=st.sampled_from(Format),
)
def test_an_export_of_anything_holds_the_paper(
    paper: Paper, note: str | None, lists: tuple[str, ...], wanted: Format
) -> None:
    written = export([ExportItem(paper, note, lists)], wanted)
    assert read_ids(written, filename("library", wanted)).ids == [paper.id]


@attacks(
    0.06,
    "paths and reserved words as the names of lists",
    "a file name of letters, digits and hyphens",
    seam=FUNCTION,
)
@given(name=hostile_texts, wanted=st.sampled_from(Format))
def test_an_exported_file_has_a_name_that_leads_nowhere(name: str, wanted: Format) -> None:
    called = filename(name, wanted)
    assert re.fullmatch(r"[^\W_]+(?:-[^\W_]+)*-?\.(?:bib|ris|json|csv|md|txt)", called)
    assert len(called) <= 70


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("library.bib", b"@misc{a}" * 10_000_000)
    return packed.getvalue()


BOMBS: Final = {
    "a zip that unpacks to 80 MB": _zip_bomb,
    "BibTeX of entries without end": lambda: b"@a{" * (MOST // 3),
    "BibTeX of empty entries": lambda: b"@misc{a,}\n" * (MOST // 10),
    "BibTeX of braces": lambda: b"@misc{a, title={" + b"{" * 900_000 + b"}" * 900_000 + b"}}",
    "BibTeX of macros that double": lambda: b'@string{a="x"}\n' + b"@string{a = a # a}\n" * 90_000,
    "JSON as deep as it is long": lambda: b"[" * MOST,
    "JSON of nested items": lambda: b'{"items":[' * 400 + b"]}" * 400,
    "JSON of lists in lists, and wide": lambda: (
        b'{"a":[' * 240 + b",".join([b'{"k":"v"}'] * 3_000) + b"]}" * 240
    ),
    "JSON with a number of two million digits": lambda: b"[" + b"9" * (MOST - 2) + b"]",
    "BibTeX of fields": lambda: b"@article{a, title={T {x}, " + b"a=1, " * 300_000,
    "RIS of records without end": lambda: b"TY  - JOUR\n" * (MOST // 11),
    "CSV of half a million rows": lambda: b"id,url\n" + b"x,y\n" * 450_000,
    "CSV of one cell": lambda: b"id,url\n" + b'"' * (MOST - 8),
    "a text of lines": lambda: b"\n" * MOST,
    "a text of what looks like ids": lambda: b"2506.00900v" * (MOST // 11),
}


def _timed(data: bytes) -> tuple[ImportReport, float]:
    started = time.process_time()
    report = read_ids(data, "library.bib")
    return report, time.process_time() - started


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_more_than_a_library(name: str, caplog: pytest.LogCaptureFixture) -> None:
    data = BOMBS[name]()
    report, spent = _timed(data)
    # What shares the processor's caches slows one reading down, but not two.
    assert spent < LONGEST or _timed(data)[1] < LONGEST
    assert len(report.papers) + len(report.unreadable) <= 20_001
    assert not caplog.records


def test_a_file_larger_than_any_library_is_refused_unread(hostile: Hostile) -> None:
    answer = hostile.slash("library import", {"file": ("big.bib", b"x" * (MOST + 1))})
    assert "larger than 2 MB" in answer.text


def test_a_zip_is_answered_in_words(hostile: Hostile) -> None:
    answer = hostile.slash("library import", {"file": ("x.zip", _zip_bomb())})
    assert "No papers found in this file" in answer.text


@pytest.fixture(autouse=True, scope="module")
def database_is_whole_in_the_end(hostile: Hostile) -> Any:
    yield
    assert hostile.intact()
