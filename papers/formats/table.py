"""CSV for spreadsheets, with a byte order mark so that they read it as UTF-8."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from papers import arxiv_id
from papers.formats import _texts
from papers.formats._items import ExportItem, Finding, Imported, Unreadable

HEADER: Final = (
    "id",
    "title",
    "authors",
    "published",
    "categories",
    "lists",
    "note",
    "saved_at",
    "url",
    "pdf",
    "doi",
    "repository",
)

# Spreadsheets run a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_TEXT: Final = "'"
"""Tells a spreadsheet that the cell is text."""

_ID_COLUMNS: Final = ("id", "arxiv", "arxiv_id", "arxiv id", "eprint", "url", "link", "doi")


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a `.csv` file, one paper a row, no cell of which a spreadsheet takes for a formula."""
    rows = io.StringIO(newline="")
    writer = csv.writer(rows, quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    for item in items:
        writer.writerow([_safe(cell) for cell in _row(item)])
    return rows.getvalue().encode("utf-8-sig")


def _row(item: ExportItem) -> tuple[str, ...]:
    paper = item.paper
    published = _texts.published(paper)
    return (
        f"arXiv:{paper.id}",  # a bare 2406.07490 is a number to a spreadsheet and loses its zero
        _texts.title(paper),
        "; ".join(_texts.authors(paper)),
        published.isoformat() if published else "",
        " ".join(paper.categories),
        _nested([_texts.one_line(name) for name in item.lists]),
        _texts.cleaned(item.note or ""),
        item.saved_at.isoformat() if item.saved_at else "",
        _texts.link(paper),
        arxiv_id.pdf_url(paper.id),
        _texts.one_line(paper.doi or ""),
        _texts.one_line(paper.repository or ""),
    )


def _safe(cell: str) -> str:
    return f"{_TEXT}{cell}" if _FORMULA.match(cell) else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith(_TEXT) and _FORMULA.match(cell) else cell


def _nested(names: Sequence[str]) -> str:
    """Return names as a row of its own with semicolons, so that a name may hold one."""
    row = io.StringIO()
    csv.writer(row, delimiter=";", lineterminator="").writerow(names)
    return row.getvalue()


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for row in csv.reader([cell], delimiter=";") for name in row)


def looks_like_one(text: str) -> bool:
    """Return whether a file begins with a header that has a column for ids or links."""
    first = text.partition("\n")[0]
    cells = {cell.strip().strip('"').casefold() for cell in re.split(r"[,;\t]", first)}
    return len(cells) > 1 and not cells.isdisjoint(_ID_COLUMNS)


def read(text: str) -> Iterator[Finding]:
    """Yield the rows in order: with all columns from our own files, else the first id of a row."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line, header, ours = 1, True, False
    try:
        for row in rows:
            cells = [_as_written(cell) for cell in row]
            if header and tuple(cells) == HEADER:
                ours = True
            elif any(map(str.strip, cells)):
                finding = _finding(cells, line, ours=ours)
                if not (header and isinstance(finding, Unreadable)):
                    yield finding
            header, line = False, rows.line_num + 1
    except csv.Error as error:
        yield Unreadable(line, f"not a table: {error}")


def _finding(cells: list[str], line: int, *, ours: bool) -> Finding:
    if ours and len(cells) == len(HEADER):
        fields: Mapping[str, str] = dict(zip(HEADER, cells, strict=True))
        if paper_id := _texts.first_id([fields["id"], fields["url"]]):
            return Imported(
                paper_id,
                note=fields["note"] or None,
                lists=_names(fields["lists"]),
                saved_at=_texts.moment(fields["saved_at"]),
            )
    paper_id = _texts.first_id([cell.strip() for cell in cells])
    return Imported(paper_id) if paper_id else Unreadable(line, _texts.one_line(" ".join(cells)))
