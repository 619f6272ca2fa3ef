"""BibTeX in every dialect: read by bibtexparser, and field by field where that gives up."""

import logging
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from bibtexparser import entrypoint
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
)

from papers import arxiv_id
from papers.formats import _records, tex, texts
from papers.formats._fields import role_of
from papers.formats._records import Role
from papers.formats.items import MARK, Finding, Imported

# It writes a line, with what it read in it, for every entry that it cannot parse.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

MAX_ENTRIES: Final = 20_000

_START = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_INNER = re.compile(r"\n[ \t]*@[ \t]*\w+[ \t]*\{[^\n{}=]*,[ \t]*\n")
_HEAD = re.compile(r"[ \t]*@[ \t]*\w+[ \t]*[{(]\s*(?P<key>[^,={}\s]*)\s*(?=,)")
_FIELD = re.compile(r"(?:^|[,{(}\"\n])\s*(?P<name>[A-Za-z][\w:.+-]{0,40})\s*=\s*(?=[{\"\w])")
_RUN_ON = re.compile(r"[}\"]\s*[A-Za-z][\w-]{0,40}\s*=\s*[{\"]")
"""What a value holds that lacks the comma behind it: the next field."""
_NO_PAPERS = re.compile(r"[ \t]*@[ \t]*(?:comment|string|preamble)\b", re.IGNORECASE)
_ARCHIVE: Final = ("eprinttype", "archiveprefix", "primaryclass", "eprintclass", "eprint")
"""The fields that say which archive gave out an entry's eprint."""
_KEY_SIGNS: Final = str.maketrans("", "", "{}\"'")

Pairs = list[tuple[str, str]]


def read(text: str) -> Iterator[Finding]:
    """Yield the entries in the order of the file; a broken one does not harm the others."""
    yield from _read(text, around=False)


def read_with_text(text: str) -> Iterator[Finding]:
    """Yield the entries of a text, and the papers that are named around them."""
    yield from _read(text, around=True)


def _read(text: str, *, around: bool) -> Iterator[Finding]:
    text = _beginning(text)
    library = entrypoint.parse_string(text)
    ours = any(MARK in comment.comment for comment in library.comments)
    blocks, lines = library.blocks, text.split("\n")
    for number, block in enumerate(blocks):
        start = block.start_line or 0
        if lines[start].lstrip().startswith("%"):
            continue
        line = start + 1
        if isinstance(block, DuplicateBlockKeyBlock):
            block = block.ignore_error_block or block
        if isinstance(block, Entry):
            if ours:
                yield _of_ours(block, line)
            elif _ran_on(block):
                yield from _pieces(block.raw or "", line)
            else:
                pairs = [(field.key, str(field.value)) for field in block.fields]
                yield _finding(block.key, pairs, line)
        elif around and isinstance(block, ImplicitComment):
            yield from map(Imported, arxiv_id.find_all(block.raw or block.comment))
        elif isinstance(block, ParsingFailedBlock):
            yield from _pieces((block.raw or "") + _left_over(blocks, number), line)


def _beginning(text: str) -> str:
    """Return the part that holds as many entries as are worth parsing; the rest takes minutes."""
    starts = islice(re.finditer("@", text), MAX_ENTRIES, None)
    rest = next(starts, None)
    return text if rest is None else text[: rest.start()]


def _left_over(blocks: list[Block], number: int) -> str:
    """Return what the parser dropped behind a block that it gave up."""
    following = blocks[number + 1] if number + 1 < len(blocks) else None
    if not isinstance(following, ImplicitComment):
        return ""
    return following.raw or following.comment


def _ran_on(entry: Entry) -> bool:
    raw = entry.raw or ""
    return _INNER.search(raw) is not None or any(
        str(field.value)[:1] in ("{", '"') and _RUN_ON.search(str(field.value))
        for field in entry.fields
    )


def _pieces(raw: str, line: int) -> Iterator[Finding]:
    """Yield the entries of a part that the parser could not take apart, read field by field."""
    starts = [0, *(match.start() for match in _START.finditer(raw) if match.start())]
    for start, end in zip(starts, [*starts[1:], len(raw)], strict=True):
        piece = raw[start:end]
        if _NO_PAPERS.match(piece):
            continue
        head = _HEAD.match(piece)
        found = list(_FIELD.finditer(piece))
        ends = [*(match.start() for match in found[1:]), len(piece)]
        pairs = [
            (match["name"], piece[match.end() : until].strip().rstrip(",").strip("{}\"'\n "))
            for match, until in zip(found, ends, strict=False)
        ]
        shown = " ".join(piece.split())
        key = head["key"] if head else shown if not pairs else ""
        pairs = pairs or [("", shown)]
        yield _finding(key, pairs, line + raw.count("\n", 0, start))


def _finding(key: str, pairs: Pairs, line: int) -> Finding:
    fields: list[_records.Field] = []
    title = ""
    archive = _archive(pairs)
    for name, value in pairs:
        role = role_of(name.lstrip("% \t"))
        if archive and name.casefold() == "eprint":
            old = f"{archive}/{tex.decoded(value).strip()}"
            role, value = (role, old) if arxiv_id.parse(old) else (Role.OTHER, value)
        if role is Role.TITLE:
            title = title or tex.decoded(value)
        # Commands of a note are read there: `\href{…}{…}` holds a link.
        fields.append((role, value if role is Role.NOTE else tex.decoded(value)))
    fields.append((Role.KEY, key.translate(_KEY_SIGNS)))
    return _records.finding(fields, line, title or key)


def _archive(pairs: Pairs) -> str:
    """Return the archive that gave out an entry's eprint, empty for arXiv with its own ids.

    HAL and others number theirs alike. Before 2007 the number stood beside the archive's name.
    """
    given = {name.casefold(): value for name, value in pairs}
    named = {
        name: tex.decoded(given[name]).strip().casefold() for name in _ARCHIVE if name in given
    }
    archive = named.get("eprinttype") or named.get("archiveprefix") or ""
    if archive and "arxiv" not in archive:
        return archive
    subject = named.get("primaryclass") or named.get("eprintclass") or ""
    return subject.partition(".")[0] if named.get("eprint", "").isdigit() else ""


def _of_ours(entry: Entry, line: int) -> Finding:
    fields = {field.key.casefold(): str(field.value) for field in entry.fields}
    paper_id = arxiv_id.parse(fields.get("eprint", ""))
    if paper_id is None:
        return _finding(entry.key, list(fields.items()), line)
    return Imported(
        paper_id,
        note=tex.decoded(fields.get("note", "")) or None,
        lists=tuple(_keywords(fields.get("keywords", ""))),
        saved_at=texts.moment(fields.get("timestamp")),
    )


def _keywords(value: str) -> Iterator[str]:
    depth, start = 0, 0
    for position, character in enumerate(f"{value},"):
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            if name := tex.decoded(value[start:position]).strip():
                yield name
            start = position + 1
