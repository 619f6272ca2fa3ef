"""JSON of any shape: CSL, Better BibTeX, Zotero's and other services' answers, lists, JSON lines.

A record is an object with a title or an id of its own; whatever wraps records is looked through.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final, cast

from papers import arxiv_id
from papers.formats import _records, plain, texts
from papers.formats._fields import role_of
from papers.formats._records import Role
from papers.formats.items import Finding, Imported, Unreadable
from papers.writable import writable_json

OURS: Final = "paperboy"
"""Under CSL's `custom`, which is for what CSL has no field for."""

_SPACE: Final = " \t\r\n,"
_DEEPEST: Final = 8
"""Levels that are looked through record by record; no service nests its answers as deep."""
_ASIDE: Final = frozenset(
    (
        *("attachments", "author", "authors", "children", "collections", "contributors"),
        *("creators", "creator", "editor", "editors", "keywords", "notes", "organizations"),
        *("relations", "submittedby", "tags", "topics", "user", "users"),
    )
)
"""Lists that hold objects with names and titles which are no papers of the list."""
_PARTS: Final = ("note", "annotation")
"""Zotero's items that belong to another, and are about anything."""
_WRAPPERS: Final = frozenset(("value", "text", "#text", "$"))
"""Names that an object has which only wraps a text."""
_PREPRINT: Final = "has-preprint"
"""Crossref's relation from an article to itself as a preprint."""
_PROSE = re.compile(
    r'"(?:abstract|abstractNote|summary|ai_summary|description|notes?|annote)"\s*:\s*"(?:\\.|[^"\\])*"?',
    re.IGNORECASE,
)


def read(text: str) -> Iterator[Finding]:
    """Yield the records in order; what stands behind a syntax error is searched for ids alone."""
    position = len(text) - len(text.lstrip(_SPACE))
    # A list is read item by item, so that an error in one of them does not harm those before it.
    position += text.startswith("[", position)
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    while (position := _next(text, position)) < len(text):
        if text[position] == "]":
            position += 1
            continue
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, position = decoder.raw_decode(text, position)
            value = writable_json(value)
        except (ValueError, RecursionError):
            yield from _broken(text[position:], line)
            return
        yield from _walk(value, line)


def _next(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position


def _broken(text: str, line: int) -> Iterator[Finding]:
    ids = arxiv_id.find_all(_PROSE.sub(" ", text))
    yield from map(Imported, ids)
    if not ids:
        yield Unreadable(line, texts.one_line(text[:80]))


def _walk(value: Any, line: int, depth: int = 0) -> Iterator[Finding]:
    if depth > _DEEPEST and isinstance(value, list | dict):
        yield from _broken(json.dumps(value), line)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _walk(each, line, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(cast("dict[str, Any]", value), line, depth)
    elif isinstance(value, str):
        found = list(plain.read(value))
        yield from (item for item in found if isinstance(item, Imported))
        if not any(isinstance(item, Imported) for item in found):
            yield Unreadable(line, texts.one_line(value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        paper_id = arxiv_id.parse(str(value))
        yield Imported(paper_id) if paper_id else Unreadable(line, str(value))


def _of_object(value: dict[str, Any], line: int, depth: int) -> Iterator[Finding]:
    data = value.get("data")
    item = cast("dict[str, Any]", data) if isinstance(data, dict) else value
    if item.get("parentItem") or item.get("itemType") in _PARTS:
        return
    keyed = [(paper_id, each) for key, each in value.items() if (paper_id := _id_key(key))]
    if keyed:
        yield from (Imported(paper_id) for paper_id, _ in keyed)
        return
    inner = [each for key, each in value.items() if _plain(key) not in _ASIDE and _records_in(each)]
    objects = [cast("dict[str, Any]", e) for e in value.values() if isinstance(e, dict)]
    if len(objects) == len(value) and sum(_is_record(each) for each in objects) > 1:
        for each in objects:
            yield from _walk(each, line, depth + 1)
        return
    own = {key: each for key, each in value.items() if not _records_in(each)}
    if _is_record(own) and not (inner and _paper_of(own) is None):
        yield _finding(value, line)
        return
    said = [text for key, text in value.items() if isinstance(text, str) and not _aside(key)]
    messages = [] if inner else list(dict.fromkeys(chain(*map(arxiv_id.find_all, said))))
    if messages and not _has_title(value):
        yield from map(Imported, messages)
        return
    for each in inner or [e for e in value.values() if isinstance(e, dict | list)]:
        yield from _walk(each, line, depth + 1)
    if not inner and not any(isinstance(each, dict | list) for each in value.values()):
        yield _finding(value, line)


def _aside(key: str) -> bool:
    return _plain(key) in _ASIDE or role_of(key) is Role.OTHER


def _has_title(value: Mapping[str, Any]) -> bool:
    return any(role is Role.TITLE and text.strip() for role, text in _fields(value))


def _id_key(key: str) -> str | None:
    return arxiv_id.parse(key) if any(map(str.isdigit, key)) else None


def _plain(key: str) -> str:
    return re.sub(r"[^a-z]", "", key.casefold())


def _records_in(value: Any) -> bool:
    """Return whether a value is a list of records, or leads to one."""
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return any(isinstance(item, dict) and _is_record(cast("Any", item)) for item in items)
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        return any(
            _records_in(each)
            for key, each in inner.items()
            if _plain(key) not in _ASIDE and role_of(key) is not Role.OTHER
        )
    return False


def _is_record(value: Mapping[str, Any]) -> bool:
    return _has_title(value) or _paper_of(value) is not None


def _paper_of(value: Mapping[str, Any]) -> str | None:
    named = [field for field in _fields(value) if field[0] in (Role.IDENTITY, Role.PLACE)]
    return _records.paper_of([*named, (Role.TITLE, "-")])


def _fields(value: Mapping[str, Any], under: Role | None = None) -> Iterator[_records.Field]:
    """Yield the texts of an object and of the objects in it, each with its field's role."""
    for key, each in value.items():
        role = Role.IDENTITY if key == _PREPRINT else role_of(key)
        if under in (Role.OTHER, Role.AUTHOR, Role.IDENTITY) and role is not Role.IDENTITY:
            role = under
        if _plain(key) in _ASIDE and role is not Role.AUTHOR:
            role = Role.OTHER
        yield from _texts_of(each, role, key)


def _texts_of(value: Any, role: Role, key: str) -> Iterator[_records.Field]:
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value)
        names = [inner.get(part) for part in ("name", "literal", "family", "lastName")]
        if inner and inner.keys() <= _WRAPPERS:
            for each in inner.values():
                yield from _texts_of(each, role, key)
        elif role is Role.AUTHOR and any(names):
            given = inner.get("given") or inner.get("firstName") or ""
            yield role, f"{given} {next(filter(None, names))}".strip()
        else:
            passed = role in (Role.OTHER, Role.AUTHOR, Role.IDENTITY)
            yield from _fields(inner, role if passed else None)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _texts_of(each, role, key)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield role, str(value)


def _finding(fields: Mapping[str, Any], line: int) -> Finding:
    custom = fields.get("custom")
    added = cast("Mapping[str, Any]", custom).get(OURS) if isinstance(custom, dict) else None
    if isinstance(added, dict):
        paper_id = arxiv_id.parse(str(fields.get("number")))
        if paper_id is not None:
            return _of_ours(fields, cast("Mapping[str, Any]", added), paper_id)
    read_fields = list(_fields(fields))
    titles = [text for role, text in read_fields if role is Role.TITLE]
    shown = next(filter(None, [*titles, str(fields.get("id") or ""), json.dumps(fields)]), "")
    return _records.finding(read_fields, line, shown)


def _of_ours(fields: Mapping[str, Any], ours: Mapping[str, Any], paper_id: str) -> Imported:
    lists = ours.get("lists")
    note, saved_at = fields.get("note"), ours.get("saved_at")
    return Imported(
        paper_id,
        note=note if isinstance(note, str) else None,
        lists=tuple(map(str, cast("list[Any]", lists))) if isinstance(lists, list) else (),
        saved_at=texts.moment(saved_at) if isinstance(saved_at, str) else None,
    )
