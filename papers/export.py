"""Take a library along: the saved papers as a file that reference managers read, or cited."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from papers.formats import apa, bibtex, csl, markdown, ris, table
from papers.formats.items import ExportItem
from papers.model import Paper

__all__ = ["CITED", "ExportItem", "Format", "citations", "export", "filename"]


class Format(StrEnum):
    """The formats a library can be taken along in, named as in the command."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL_JSON = "csl-json"
    CSV = "csv"
    MARKDOWN = "markdown"
    APA = "apa"


_WRITERS = {
    Format.BIBTEX: bibtex.write,
    Format.RIS: ris.write,
    Format.CSL_JSON: csl.write,
    Format.CSV: table.write,
    Format.MARKDOWN: markdown.write,
    Format.APA: apa.write,
}
_EXTENSIONS = {
    Format.BIBTEX: "bib",
    Format.RIS: "ris",
    Format.CSL_JSON: "json",
    Format.CSV: "csv",
    Format.MARKDOWN: "md",
    Format.APA: "txt",
}
CITED: Final = (Format.BIBTEX, Format.APA, Format.MARKDOWN)
"""The formats that papers can be cited in."""


def export(items: Sequence[ExportItem], format: Format) -> bytes:  # noqa: A002 - the command's word
    """Return the file, in UTF-8, papers in the order given.

    `importing.read_ids` reads the same papers back; with notes, lists and times from all formats
    but Markdown and APA (RIS folds a note to one line). A paper given twice is written once.
    """
    return _WRITERS[format](_once(items))


def citations(papers: Sequence[Paper], format: Format) -> list[str]:  # noqa: A002 - the form's word
    """Return how each paper is cited, in the order given.

    Raises:
        ValueError: the format is none of `CITED`.
    """
    match format:
        case Format.BIBTEX:
            return bibtex.references(papers)
        case Format.APA:
            return [apa.reference(paper) for paper in papers]
        case Format.MARKDOWN:
            return [markdown.reference(paper) for paper in papers]
        case _:
            raise ValueError(f"papers are not cited as {format}")


def filename(name: str, format: Format) -> str:  # noqa: A002 - the command's word
    """Return a file name for a library or one of its lists."""
    plain = "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
    return f"{plain[:60] or 'library'}.{_EXTENSIONS[format]}"


def _once(items: Iterable[ExportItem]) -> list[ExportItem]:
    by_id: dict[str, ExportItem] = {}
    for item in items:
        known = by_id.setdefault(item.paper.id, item)
        if known is not item:
            lists = tuple(dict.fromkeys((*known.lists, *item.lists)))
            by_id[item.paper.id] = replace(known, lists=lists, note=known.note or item.note)
    return list(by_id.values())
