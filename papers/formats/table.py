"""CSV for spreadsheets, with a byte order mark so that they read it as UTF-8."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from papers import arxiv_id, paper_key
from papers.formats import _records, texts
from papers.formats._fields import role_of
from papers.formats._records import Role
from papers.formats.items import ExportItem, Finding, Imported, Unreadable

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

_SEPARATOR = re.compile(r"\A\"?sep=.\"?\n")
"""Excel's first line, which names the delimiter."""

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
    published = texts.published(paper)
    return (
        paper_key.label(
            paper.id
        ),  # a bare 2406.07490 is a number to a spreadsheet and loses its zero
        texts.title(paper),
        "; ".join(texts.authors(paper)),
        published.isoformat() if published else "",
        " ".join(paper.categories),
        _nested([texts.one_line(name) for name in item.lists]),
        texts.cleaned(item.note or ""),
        item.saved_at.isoformat() if item.saved_at else "",
        texts.link(paper),
        arxiv_id.pdf_url(paper.id) if paper_key.is_arxiv(paper.id) else "",
        texts.doi(paper),
        texts.one_line(paper.repository or ""),
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
    """Return whether a file begins with a header that has columns as lists of papers have them."""
    first = _SEPARATOR.sub("", text).partition("\n")[0]
    names = [cell.strip().strip('"') for cell in re.split(r"[,;\t|]", first)]
    roles = {role_of(name) for name in names if name}
    named = {name.casefold() for name in names}
    return len(names) > 1 and (
        not named.isdisjoint(_ID_COLUMNS) or {Role.TITLE, Role.AUTHOR} <= roles
    )


def read(text: str) -> Iterator[Finding]:
    """Yield the rows in order: with all columns from our own files, else the paper of each row."""
    declared = _SEPARATOR.match(text)
    text = text[declared.end() :] if declared else text
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = line = 2 if declared else 1
    header = None
    try:
        for row in rows:
            cells = [_as_written(cell) for cell in row]
            if header is None:
                header = cells
                # Where the first row is a paper, nothing says what the columns are.
                if not isinstance(paper := _finding(cells, (), line), Unreadable):
                    header = []
                    yield paper
            elif any(map(str.strip, cells)):
                yield _finding(cells, header, line)
            line = rows.line_num + first
    except csv.Error as error:
        yield Unreadable(line, f"not a table: {error}")


def _finding(cells: list[str], header: Sequence[str], line: int) -> Finding:
    if tuple(header) == HEADER and len(cells) == len(HEADER):
        values: Mapping[str, str] = dict(zip(HEADER, cells, strict=True))
        if paper_id := arxiv_id.parse(values["id"]) or arxiv_id.parse(values["url"]):
            return Imported(
                paper_id,
                note=values["note"] or None,
                lists=_names(values["lists"]),
                saved_at=texts.moment(values["saved_at"]),
            )
    # A cell without a column of its own is read as a note.
    names = [*header, *[""] * (len(cells) - len(header))]
    fields = [(role_of(name), cell) for name, cell in zip(names, cells, strict=False)]
    return _records.finding(fields, line, " ".join(cells))
