"""RIS, written and read by rispy: one tag a line, so notes lose their line breaks here."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast

import rispy

from papers.formats import _texts
from papers.formats._items import MARK, PRODUCER, ExportItem, Finding, Imported, Unreadable

_START = re.compile(r"^TY {1,2}- ?", re.MULTILINE)
_OF_ARXIV: Final = ("accession_number", "doi", "number", "id")
_MENTIONS: Final = (
    "journal_name",
    "alternate_title2",
    "secondary_title",
    "volume",
    "publisher",
    "custom1",
    "note",
)

_Record = dict[str, Any]

# rispy types its records as plain dicts.
_dumps = cast("Callable[..., str]", rispy.dumps)  # pyright: ignore[reportUnknownMemberType]
_loads = cast("Callable[[str], list[_Record]]", rispy.loads)  # pyright: ignore[reportUnknownMemberType]


class _Writer(rispy.RisWriter):
    """Writes no number before each record: readers that look for `TY` first stumble over it."""

    def set_header(self, count: int) -> str:
        """Return nothing to stand before a record."""
        return ""


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a `.ris` file of unpublished works; lists are keywords, a note is one line."""
    return _dumps([_record(item) for item in items], implementation=_Writer).encode()


def _record(item: ExportItem) -> _Record:
    paper = item.paper
    published = _texts.published(paper)
    year, month = _texts.year_and_month(paper.id)
    day = f"{published:%Y/%m/%d}" if published else f"{year}/{month:02}"
    record: _Record = {
        "type_of_reference": "UNPB",
        "title": _texts.title(paper),
        "authors": [_texts.name_in_parts(name).inverted for name in _texts.authors(paper)],
        "year": day[:4],
        "date": day,
        "abstract": _texts.abstract(paper),
        "accession_number": f"arXiv:{paper.id}",
        "doi": _texts.one_line(paper.doi or ""),
        "publisher": "arXiv",
        "urls": [_texts.link(paper)],
        "keywords": [_texts.one_line(name) for name in item.lists],
        "notes": [note] if (note := _texts.one_line(item.note or "")) else [],
        "database_provider": PRODUCER,
        "custom8": item.saved_at.isoformat() if item.saved_at else "",
        "research_notes": MARK,
    }
    return {tag: value for tag, value in record.items() if value}


def read(text: str) -> Iterator[Finding]:
    """Yield the records in order; each is read by itself, so that a broken one harms no other."""
    starts = [match.start() for match in _START.finditer(text)]
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line, counted = line + text.count("\n", counted, start), start
        yield _finding(_parsed(text[start:end]), line)


def _parsed(text: str) -> _Record:
    # A last record without its end is a record all the same.
    ended = text if re.search(r"^ER {1,2}-", text, re.MULTILINE) else f"{text}\nER  - "
    try:
        records = _loads(ended)
    except Exception:  # rispy raises what its code runs into on broken records
        return {}
    return records[0] if records else {}


def _finding(record: _Record, line: int) -> Finding:
    paper_id = _texts.first_id([*_values(record, _OF_ARXIV), *_values(record, ("urls",))])
    paper_id = paper_id or _texts.first_id(_values(record, (*_MENTIONS, "notes")))
    if paper_id is None:
        names = ("title", "primary_title", "id", "doi", "type_of_reference")
        return Unreadable(line, " ".join(_values(record, names)[:1]) or "TY")
    if record.get("research_notes") != MARK:
        return Imported(paper_id)
    return Imported(
        paper_id,
        note=" ".join(_values(record, ("notes",))) or None,
        lists=tuple(_values(record, ("keywords",))),
        saved_at=_texts.moment(next(iter(_values(record, ("custom8",))), None)),
    )


def _values(record: _Record, names: Sequence[str]) -> list[str]:
    found = (record.get(name) for name in names)
    return [
        str(value)
        for values in found
        if values
        for value in (cast("list[object]", values) if isinstance(values, list) else [values])
    ]
