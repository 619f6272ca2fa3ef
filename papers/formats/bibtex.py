"""BibTeX, written by bibtexparser, that compiles with every engine: see `tex`."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final, cast

from bibtexparser import entrypoint
from bibtexparser.library import Library
from bibtexparser.model import Block, Entry, Field, ImplicitComment, Preamble
from bibtexparser.writer import BibtexFormat

from papers import paper_key
from papers.formats import tex, texts
from papers.formats._bibtex_reader import read, read_with_text
from papers.formats.items import MARK, ExportItem
from papers.model import Paper

__all__ = ["read", "read_with_text", "write"]

# Its untyped keywords keep the function itself from being typed.
_write_string = cast("Callable[..., str]", entrypoint.write_string)  # pyright: ignore[reportUnknownMemberType]

_WORD = re.compile(r"(?P<open>[(\[\"'\u201c\u2018]*)(?P<word>[^\s\-\u2010-\u2015/]+)")
_LETTERS = re.compile(r"[^\W\d_]+")
_CLOSING = re.compile(r"[.,;:!?\"'\u201d\u2019]*$")
_CLOSING_BRACKETS = re.compile(r"[.,;:!?\"'\u201d\u2019)\]]*$")
_ENTRY_LIKE = re.compile(r"@(?=\w*[ \t]*\{)")
_AND = re.compile(r"\s+and\s+|^and\s|\sand$|,", re.IGNORECASE)

_TYPESET: Final = frozenset(("title", "author", "howpublished", "note", "keywords"))
"""Fields that styles print."""

_LETTER_OF_SEVERAL = re.compile(
    r"(?P<whole>\{\\(?:[^{}]|\{[^{}]*\})*\})|(?P<macro>\\(?:[a-z]+\{\}|.))|(?P<raw>[^\x00-\x7f]+)"
)
_RELAX: Final = "\\relax "

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
"""The macros that every BibTeX style defines."""
_TYPES: Final = {
    texts.Kind.PREPRINT: "misc",
    texts.Kind.ARTICLE: "article",
    texts.Kind.CONFERENCE: "inproceedings",
}


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a `.bib` file: `@misc` entries as arXiv recommends, others by their kind.

    Lists are `keywords`, which reference managers show as tags; a comma in a list's name stands in
    braces, as biblatex reads it.
    """
    entries = [_entry(item) for item in items]
    return _written([ImplicitComment(f"% {MARK}"), *_preamble(entries), *entries]).encode()


def references(papers: Sequence[Paper]) -> list[str]:
    """Return the entry of each paper, without its abstract; the first has what all of them need."""
    entries = [_entry(ExportItem(paper), abstract=False) for paper in papers]
    first, *others = [[entry] for entry in entries] or [[]]
    blocks = [[*_preamble(entries), *first], *others]
    return [_written(each).strip() for each in blocks if each]


def _preamble(entries: Sequence[Entry]) -> list[Preamble]:
    known = tex.preamble(
        str(field.value) for entry in entries for field in entry.fields if field.key in _TYPESET
    )
    return [Preamble(f'"{known}"')] if known else []


def _written(blocks: Sequence[Block]) -> str:
    layout = BibtexFormat()
    layout.indent, layout.block_separator, layout.trailing_comma = "  ", "\n", True
    return _write_string(Library(list(blocks)), bibtex_format=layout)


def _entry(item: ExportItem, *, abstract: bool = True) -> Entry:
    paper = item.paper
    year, month = (*map(str, texts.issued(paper)), "", "")[:2]
    primary = paper.categories[0] if paper.categories else ""
    on_arxiv, kind = paper_key.is_arxiv(paper.id), texts.kind(paper)
    where = tex.encoded(texts.publisher(paper))
    published_in = "" if kind is texts.Kind.PREPRINT else where
    fields = {
        "title": _ENTRY_LIKE.sub("{@}", _title(paper)),
        "author": " and ".join(_author(name) for name in texts.authors(paper)),
        "journal": published_in if kind is texts.Kind.ARTICLE else "",
        "booktitle": published_in if kind is texts.Kind.CONFERENCE else "",
        "year": year,
        "month": _MONTHS[int(month) - 1] if month else "",
        "eprint": paper.id if on_arxiv else "",
        "archivePrefix": "arXiv" if on_arxiv else "",
        "primaryClass": tex.encoded(texts.one_line(primary)) if on_arxiv else "",
        "doi": _verbatim(texts.doi(paper)),
        "howpublished": tex.encoded(texts.one_line(paper.journal_ref or ""))
        or ("" if on_arxiv or published_in else where),
        "url": texts.link(paper),
        "abstract": _ENTRY_LIKE.sub("{@}", _abstract(paper)) if abstract else "",
        "keywords": ", ".join(_keyword(name) for name in item.lists),
        "note": _ENTRY_LIKE.sub("{@}", tex.encoded(texts.cleaned(item.note or ""))),
        "timestamp": item.saved_at.isoformat() if item.saved_at else "",
    }
    kept = [
        Field(name, value, enclosing="no-enclosing" if name == "month" else None)
        for name, value in fields.items()
        if value
    ]
    return Entry(_TYPES[kind], texts.key(paper), kept)


def _verbatim(text: str) -> str:
    """Return a field that biblatex takes literally: escaped only where its braces would break."""
    return tex.encoded(text) if re.search(r"[\\{}]", text) else text


def _title(paper: Paper) -> str:
    written: list[str] = []
    for part, latex in tex.pieces(texts.cleaned(paper.title)):
        if latex:
            # Braces twice: styles change the case behind a brace and a backslash.
            written.append(f"{{{part}}}" if part.startswith("$") else f"{{{{{part}}}}}")
        else:
            written.append(_protected(texts.cleaned_part(part)))
    return "".join(written).strip() or f"{{{tex.encoded(texts.title(paper))}}}"


def _abstract(paper: Paper) -> str:
    return "".join(
        part if latex else tex.encoded(texts.cleaned_part(part))
        for part, latex in tex.pieces(texts.cleaned(paper.abstract))
    ).strip()


def _protected(text: str) -> str:
    """Return an escaped title whose words with capitals of their own keep them in every style."""

    def protect(match: re.Match[str]) -> str:
        word = match["word"]
        brackets = _CLOSING if "(" in word or "[" in word else _CLOSING_BRACKETS
        ending = brackets.search(word)
        bare = word[: ending.start()] if ending else word
        if not _has_capitals_of_its_own(bare):
            return tex.encoded(match.group())
        around = tex.encoded(match["open"]), tex.encoded(word[len(bare) :])
        return f"{around[0]}{{{tex.encoded(bare)}}}{around[1]}"

    written, position = "", 0
    for match in _WORD.finditer(text):
        written += tex.encoded(text[position : match.start()]) + protect(match)
        position = match.end()
    return written + tex.encoded(text[position:])


def _has_capitals_of_its_own(word: str) -> bool:
    """Return whether a word has a capital after its beginning, with digits, or all by itself."""
    if not any(map(str.isupper, word)):
        return False
    letters = _LETTERS.search(word)
    alone = letters is not None and len(letters.group()) == 1 and word != "A"
    return alone or any(map(str.isupper, word[1:])) or any(map(str.isdigit, word))


def _author(name: str) -> str:
    """Return the name as it is; braces keep a group's name, a comma and an "and" in one piece.

    Styles cut names to their first letters, through macros and the bytes of raw characters; what
    stands in braces behind a backslash they take for one letter.
    """
    name = unicodedata.normalize("NFC", name)
    encoded = tex.encoded(name)
    if _AND.search(name) or (" " in name and texts.name_in_parts(name).literal):
        return f"{{{encoded}}}" if encoded == name and name.isascii() else f"{{\\relax {encoded}}}"
    return _LETTER_OF_SEVERAL.sub(
        lambda match: match["whole"] or f"{{{match['macro'] or _RELAX + match['raw']}}}", encoded
    )


def _keyword(name: str) -> str:
    encoded = tex.encoded(texts.one_line(name))
    return f"{{{encoded}}}" if "," in encoded else encoded
