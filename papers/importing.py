"""Bring a library in: the arXiv papers that a file names, whatever kind of list it is."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from papers.formats import apa, bibtex, csl, plain, table, tagged, texts
from papers.formats.items import Finding, Imported, Unreadable
from papers.writable import writable

__all__ = ["ImportReport", "Imported", "Unreadable", "read_ids"]

_BIBTEX = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_UNREADABLE_SHOWN = 120
_MAX_FINDINGS = 20_000
"""Entries read of one file: a file that names more is no library, and would take long."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file holds. What no source knows of it is for the caller to find out."""

    papers: tuple[Imported, ...]
    """Each paper once, in the order of the file, with everything the file says of it."""
    unreadable: tuple[Unreadable, ...]

    @property
    def ids(self) -> list[str]:
        """The papers' ids in the order of the file."""
        return [paper.id for paper in self.papers]


def read_ids(data: bytes, filename: str = "") -> ImportReport:
    """Read a file of ids or links, BibTeX, RIS and its kin, JSON of any shape, or CSV.

    Its contents decide what it is, the file's name only where they leave that open. Never raises:
    what cannot be read is reported with its line. Of a file without end only the beginning is read.
    """
    text = _decoded(data)
    papers: dict[str, Imported] = {}
    unreadable: list[Unreadable] = []
    for finding in _findings(text, filename.casefold()):
        if isinstance(finding, Unreadable):
            unreadable.append(replace(finding, text=finding.text[:_UNREADABLE_SHOWN]))
        else:
            known, clean = papers.get(finding.id), _clean(finding)
            papers[finding.id] = _together(known, clean) if known else clean
    return ImportReport(tuple(papers.values()), tuple(unreadable))


def _findings(text: str, filename: str) -> Iterator[Finding]:
    findings = _reader(text, filename)(text)
    try:
        yield from islice(findings, _MAX_FINDINGS)
    except RecursionError:
        yield Unreadable(1, "nested too deeply")


def _clean(finding: Imported) -> Imported:
    """Return what was read without what no database takes, such as halves of characters."""
    lists = (texts.one_line(name) for name in finding.lists)
    return replace(
        finding,
        note=texts.cleaned(finding.note or "") or None,
        lists=tuple(name for name in lists if name),
    )


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = data.decode("latin-1")
    return writable(text).replace("\r\n", "\n").replace("\r", "\n")


def _reader(text: str, filename: str) -> Callable[[str], Iterator[Finding]]:
    # References of ours begin with anybody's name, which may look like anything.
    if text.startswith(apa.HEAD):
        return plain.read
    # Before tables: on one line, the names of fields look like those of columns.
    if text.lstrip()[:1] in ("{", "[") and (filename.endswith("json") or _is_json(text)):
        return csl.read
    # Before the others: cells may hold anything at the beginning of a line.
    if table.looks_like_one(text):
        return table.read
    if _BIBTEX.search(text):
        # A reading list may end with how to cite it.
        in_text = filename.endswith((".md", ".txt", ".html", ".rst", ".tex"))
        return bibtex.read_with_text if in_text else bibtex.read
    if tagged.looks_like_one(text):
        return tagged.read
    if filename.endswith((".csv", ".tsv")):
        return table.read
    return plain.read


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):  # also for a number with more digits than Python reads
        return False
    return True


def _together(known: Imported, again: Imported) -> Imported:
    lists = tuple(dict.fromkeys((*known.lists, *again.lists)))
    return replace(known, lists=lists, note=known.note or again.note)
