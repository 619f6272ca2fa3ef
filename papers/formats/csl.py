"""CSL-JSON, what pandoc and citation processors read: https://citeproc-js.readthedocs.io/."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from papers.formats import _texts
from papers.formats._items import PRODUCER, ExportItem, Finding, Imported, Unreadable

_OF_ARXIV: Final = ("number", "DOI", "URL", "id", "archive_location")
_MENTIONS: Final = ("note", "container-title", "volume", "publisher", "genre")
_OURS: Final = "paperboy"
"""Under CSL's `custom`, which is for what CSL has no field for."""

_SPACE: Final = " \t\r\n,"


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a JSON array of items; lists, notes and times are carried exactly."""
    return json.dumps([_item(item) for item in items], ensure_ascii=False, indent=2).encode()


def _item(item: ExportItem) -> dict[str, object]:
    paper = item.paper
    published = _texts.published(paper)
    parts = (
        [published.year, published.month, published.day]
        if published
        else list(_texts.year_and_month(paper.id))
    )
    lists = [_texts.one_line(name) for name in item.lists]
    note = _texts.cleaned(item.note or "")
    fields: dict[str, object] = {
        "id": _texts.key(paper),
        "type": "article",
        "title": _texts.title(paper),
        "author": [_author(name) for name in _texts.authors(paper)],
        "issued": {"date-parts": [parts]},
        "publisher": "arXiv",
        "number": f"arXiv:{paper.id}",
        "DOI": _texts.one_line(paper.doi or ""),
        "URL": _texts.link(paper),
        "abstract": _texts.abstract(paper),
        "keyword": ", ".join(lists),
        "note": note,
        "source": PRODUCER,
        "custom": {
            _OURS: {
                "lists": lists,
                "saved_at": item.saved_at.isoformat() if item.saved_at else None,
            }
        },
    }
    return {name: value for name, value in fields.items() if value}


def _author(name: str) -> dict[str, str]:
    parts = _texts.name_in_parts(name)
    if parts.literal:
        return {"literal": name}
    author = {"family": parts.family, "given": parts.given}
    return author | {"non-dropping-particle": parts.particle} if parts.particle else author


def read(text: str) -> Iterator[Finding]:
    """Yield the items in order; what stands before a syntax error is read all the same."""
    position = len(text) - len(text.lstrip(_SPACE))
    position += text.startswith("[", position)
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    while (position := _next(text, position)) < len(text) and text[position] != "]":
        line, counted = line + text.count("\n", counted, position), position
        try:
            item, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield Unreadable(line, _texts.one_line(text[position : position + 80]))
            return
        yield from _findings(item, line)


def _next(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _findings(item: Any, line: int) -> Iterator[Finding]:
    if isinstance(item, str):
        paper_id = _texts.first_id([item])
        yield Imported(paper_id) if paper_id else Unreadable(line, _texts.one_line(item))
        return
    if not isinstance(item, dict):
        yield Unreadable(line, str(item))
        return
    fields = cast("Mapping[str, Any]", item)
    nested = fields.get("items")
    if isinstance(nested, list):
        for each in cast("list[Any]", nested):
            yield from _findings(each, line)
        return
    yield _finding(fields, line)


def _finding(fields: Mapping[str, Any], line: int) -> Finding:
    texts = [str(fields[name]) for name in _OF_ARXIV if fields.get(name)]
    paper_id = _texts.first_id(texts)
    paper_id = paper_id or _texts.first_id([str(fields[n]) for n in _MENTIONS if fields.get(n)])
    if paper_id is None:
        return Unreadable(line, _texts.one_line(str(fields.get("title") or fields.get("id") or "")))
    custom = fields.get("custom")
    added = cast("Mapping[str, Any]", custom).get(_OURS) if isinstance(custom, dict) else None
    if not isinstance(added, dict):
        return Imported(paper_id)
    ours = cast("Mapping[str, Any]", added)
    lists = ours.get("lists")
    note, saved_at = fields.get("note"), ours.get("saved_at")
    return Imported(
        paper_id,
        note=note if isinstance(note, str) else None,
        lists=tuple(map(str, cast("list[Any]", lists))) if isinstance(lists, list) else (),
        saved_at=_texts.moment(saved_at) if isinstance(saved_at, str) else None,
    )
