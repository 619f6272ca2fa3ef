"""Markdown for people to read and share: ids come back out of it, lists and notes do not."""

import re
from collections.abc import Sequence

from papers import paper_key
from papers.formats import apa, texts
from papers.formats.items import MARK, ExportItem
from papers.model import Paper

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$^@!&]")
_LINE_START = re.compile(r"^(\d*)([-+=.:)])", re.MULTILINE)
_AUTHORS_SHOWN = 3
_NOTE_ID = re.compile(r"^\s*>")


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a list of papers, each with authors, year, its lists and its note."""
    lines = [f"<!-- {MARK} -->", ""]
    for item in items:
        lines.append(_line(item))
        note = texts.cleaned(item.note or "")
        lines.extend(f"  > {_escaped(line.strip())}".rstrip() for line in note.splitlines())
    return "\n".join([*lines, ""]).encode()


def reference(paper: Paper) -> str:
    """Return the reference of a paper (see `apa`) whose title is a link, for a post or a note."""
    who = apa.cited_authors(paper, _escaped)
    work = f"[*{_escaped(texts.title(paper))}*]({texts.link(paper)})"
    year = texts.year(paper)
    opening = f"{who} ({year}). {work}." if who else f"{work}. ({year})."
    return f"{opening} {paper_key.label(paper.id)}."


def _line(item: ExportItem) -> str:
    paper = item.paper
    authors = texts.authors(paper)
    shown = ", ".join(authors[:_AUTHORS_SHOWN])
    more = len(authors) - _AUTHORS_SHOWN
    facts = [
        f"[{_escaped(texts.title(paper))}]({texts.link(paper)})",
        _escaped(f"{shown} and {more} more" if more > 0 else shown),
        texts.year(paper),
        ", ".join(f"*{_escaped(name)}*" for name in map(texts.one_line, item.lists) if name),
    ]
    return f"- {' · '.join(fact for fact in facts if fact)}"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, also at the beginning of a line."""
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def without_notes(text: str) -> str:
    """Return a file of ours with its notes blank, which may mention papers that were not saved."""
    if MARK not in text.partition("\n")[0]:
        return text
    return "\n".join("" if _NOTE_ID.match(line) else line for line in text.split("\n"))
