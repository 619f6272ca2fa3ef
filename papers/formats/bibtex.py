"""BibTeX, written by bibtexparser; texts are UTF-8, LaTeX's own characters escaped."""

import re
from collections.abc import Callable, Sequence
from typing import Final, cast

from bibtexparser import entrypoint
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field, ImplicitComment
from bibtexparser.writer import BibtexFormat

from papers import arxiv_id
from papers.formats import _texts
from papers.formats._bibtex_reader import read, read_with_text
from papers.formats._items import MARK, ExportItem

__all__ = ["read", "read_with_text", "write"]

# Its untyped keywords keep the function itself from being typed.
_write_string = cast("Callable[..., str]", entrypoint.write_string)  # pyright: ignore[reportUnknownMemberType]

# Braces as commands: BibTeX counts every brace, with a backslash before it or not.
_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
_ESCAPE = str.maketrans(_ESCAPES)

_WORD = re.compile(r"(?P<open>[(\[\"'\u201c\u2018]*)(?P<word>[^\s\-\u2010-\u2015/]+)")
_LETTERS = re.compile(r"[^\W\d_]+")
_CLOSING = re.compile(r"[.,;:!?\"'\u201d\u2019]*$")
_CLOSING_BRACKETS = re.compile(r"[.,;:!?\"'\u201d\u2019)\]]*$")
_ENTRY_LIKE = re.compile(r"@(?=\w*[ \t]*\{)")
_AND = re.compile(r"\s+and\s+|^and\s|\sand$|,", re.IGNORECASE)

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
"""The macros that every BibTeX style defines."""


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a `.bib` file: `@misc` entries as arXiv recommends, with `eprint` and `primaryClass`.

    Lists are `keywords`, which reference managers show as tags; a comma in a list's name stands in
    braces, as biblatex reads it.
    """
    library = Library([ImplicitComment(f"% {MARK}"), *(_entry(item) for item in items)])
    layout = BibtexFormat()
    layout.indent, layout.block_separator, layout.trailing_comma = "  ", "\n", True
    return _write_string(library, bibtex_format=layout).encode()


def _entry(item: ExportItem) -> Entry:
    paper = item.paper
    published = _texts.published(paper)
    year, month = (
        (published.year, published.month) if published else arxiv_id.year_and_month(paper.id)
    )
    primary = paper.categories[0] if paper.categories else ""
    fields = {
        "title": _ENTRY_LIKE.sub("{@}", _protected(_texts.title(paper))),
        "author": " and ".join(_author(name) for name in _texts.authors(paper)),
        "year": str(year),
        "month": _MONTHS[month - 1],
        "eprint": paper.id,
        "archivePrefix": "arXiv",
        "primaryClass": _escaped(_texts.one_line(primary)),
        "doi": _verbatim(_texts.one_line(paper.doi or "")),
        "howpublished": _escaped(_texts.one_line(paper.journal_ref or "")),
        "url": _texts.link(paper),
        "abstract": _escaped(_texts.abstract(paper)),
        "keywords": ", ".join(_keyword(name) for name in item.lists),
        "note": _escaped(_texts.cleaned(item.note or "")),
        "timestamp": item.saved_at.isoformat() if item.saved_at else "",
    }
    kept = [
        Field(name, value, enclosing="no-enclosing" if name == "month" else None)
        for name, value in fields.items()
        if value
    ]
    return Entry("misc", _texts.key(paper), kept)


def _verbatim(text: str) -> str:
    """Return a field that biblatex takes literally: escaped only where its braces would break."""
    return _escaped(text) if re.search(r"[\\{}]", text) else text


def _escaped(text: str) -> str:
    return text.translate(_ESCAPE)


def _protected(text: str) -> str:
    """Return an escaped title whose words with capitals of their own keep them in every style."""

    def protect(match: re.Match[str]) -> str:
        word = match["word"]
        brackets = _CLOSING if "(" in word or "[" in word else _CLOSING_BRACKETS
        ending = brackets.search(word)
        bare = word[: ending.start()] if ending else word
        if not _has_capitals_of_its_own(bare):
            return _escaped(match.group())
        return f"{_escaped(match['open'])}{{{_escaped(bare)}}}{_escaped(word[len(bare) :])}"

    # What no word matches is white space and hyphens, which need no escape.
    return _WORD.sub(protect, text)


def _has_capitals_of_its_own(word: str) -> bool:
    """Return whether a word has a capital after its beginning, with digits, or all by itself."""
    if not any(map(str.isupper, word)):
        return False
    letters = _LETTERS.search(word)
    alone = letters is not None and len(letters.group()) == 1 and word != "A"
    return alone or any(map(str.isupper, word[1:])) or any(map(str.isdigit, word))


def _author(name: str) -> str:
    """Return the name as it is; braces keep a group's name, a comma and an "and" in one piece."""
    whole = _AND.search(name) or (" " in name and _texts.name_in_parts(name).literal)
    return f"{{{_escaped(name)}}}" if whole else _escaped(name)


def _keyword(name: str) -> str:
    escaped = _escaped(_texts.one_line(name))
    return f"{{{escaped}}}" if "," in escaped else escaped
