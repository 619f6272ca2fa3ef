"""RIS, written by rispy: one tag a line, so notes lose their line breaks here."""

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import rispy

from papers import paper_key
from papers.formats import texts
from papers.formats.items import MARK, PRODUCER, ExportItem

_Record = dict[str, Any]
_TYPES: Final = {
    texts.Kind.PREPRINT: "UNPB",
    texts.Kind.ARTICLE: "JOUR",
    texts.Kind.CONFERENCE: "CPAPER",
}

# rispy types its records as plain dicts.
_dumps = cast("Callable[..., str]", rispy.dumps)  # pyright: ignore[reportUnknownMemberType]


class _Writer(rispy.RisWriter):
    """Writes no number before each record: readers that look for `TY` first stumble over it."""

    def set_header(self, count: int) -> str:
        """Return nothing to stand before a record."""
        return ""


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a `.ris` file ; lists are keywords, a note is one line."""
    return _dumps([_record(item) for item in items], implementation=_Writer).encode()


def _record(item: ExportItem) -> _Record:
    paper = item.paper
    preprint = texts.kind(paper) is texts.Kind.PREPRINT
    day = "/".join(f"{part:02}" for part in texts.issued(paper))
    record: _Record = {
        "type_of_reference": _TYPES[texts.kind(paper)],
        "title": texts.title(paper),
        "authors": [texts.name_in_parts(name).inverted for name in texts.authors(paper)],
        "year": day[:4],
        "date": day,
        "abstract": texts.abstract(paper),
        "accession_number": paper_key.label(paper.id),
        "doi": texts.doi(paper),
        "publisher": texts.publisher(paper) if preprint else "",
        "secondary_title": "" if preprint else texts.publisher(paper),
        "urls": [texts.link(paper)],
        "keywords": [texts.one_line(name) for name in item.lists],
        "notes": [note] if (note := texts.one_line(item.note or "")) else [],
        "database_provider": PRODUCER,
        "custom8": item.saved_at.isoformat() if item.saved_at else "",
        "research_notes": MARK,
    }
    return {tag: value for tag, value in record.items() if value}
