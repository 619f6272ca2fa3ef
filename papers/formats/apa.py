"""References as APA's 7th edition writes them, in plain text, one a line.

Rules: https://apastyle.apa.org/style-grammar-guidelines/references. Titles keep their capitals:
sentence case would need to know which words are names.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from papers import paper_key
from papers.formats import texts
from papers.formats.items import MARK, ExportItem
from papers.model import Paper

HEAD: Final = f"# {MARK}"
"""The first line of a file."""
MOST_AUTHORS: Final = 20
"""So many authors are all named; of more, the first 19 and the last (APA 7, 9.8)."""

_SUFFIXES: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
_PARTICLES: Final = frozenset(("de", "van", "von"))
"""What also begins a family's name with a capital, where another particle follows: `De la Cruz`."""
_NICKNAME = re.compile(r"\s*\([^()]*\)")
_PARTS = re.compile(r"[^\s.]+\.?")
_AT_START = re.compile(r"^\W+")


def write(items: Sequence[ExportItem]) -> bytes:
    """Return a text file of references, without lists and notes."""
    references = (reference(item.paper) for item in items)
    return "\n\n".join((HEAD, *references, "")).encode()


def reference(paper: Paper) -> str:
    """Return the reference of a paper: of arXiv's as the preprint that arXiv has, unless a
    conference has it."""
    on_arxiv = paper_key.is_arxiv(paper.id) and texts.kind(paper) is texts.Kind.PREPRINT
    work = f"{texts.title(paper)} (arXiv:{paper.id})." if on_arxiv else f"{texts.title(paper)}."
    who = cited_authors(paper)
    opening = f"{who} ({texts.year(paper)}). {work}" if who else f"{work} ({texts.year(paper)})."
    where = texts.publisher(paper)
    address = paper_key.doi_url(paper.id) or texts.link(paper)
    return f"{opening} {where}. {address}" if where else f"{opening} {address}"


def cited_authors(paper: Paper, shown: Callable[[str], str] = str) -> str:
    """Return the authors as a reference begins with them, with a full stop; empty without any.

    Args:
        paper: the paper.
        shown: writes a name in another markup.
    """
    names = [shown(_inverted(name)) for name in texts.authors(paper) if any(map(str.isalnum, name))]
    if len(names) > MOST_AUTHORS:
        who = f"{', '.join(names[: MOST_AUTHORS - 1])}, . . . {names[-1]}"
    elif len(names) > 1:
        who = f"{', '.join(names[:-1])}, & {names[-1]}"
    else:
        who = "".join(names)
    return who if not who or who.endswith(".") else f"{who}."


def _inverted(name: str) -> str:
    """Return a name as `van der Maaten, L.`; a group's, or one in a script without capitals, whole.

    Scripts without capitals have no initials, and many write the family's name first.
    """
    words = unicodedata.normalize("NFC", _NICKNAME.sub("", name)).split()
    suffix = words.pop() if len(words) > 2 and words[-1].strip(".").casefold() in _SUFFIXES else ""
    parts = texts.name_in_parts(" ".join(words).rstrip(","))
    if parts.literal or not all(map(_has_case, (parts.family, parts.given))):
        return name
    before, _space, last = parts.given.rpartition(" ")
    split = bool(before and parts.particle) and last.casefold() in _PARTICLES
    given, particle = (
        (before, f"{last} {parts.particle}") if split else (parts.given, parts.particle)
    )
    family = f"{particle} {parts.family}".strip()
    initials = " ".join(filter(None, map(_initials, _PARTS.findall(given.replace(".-", "-")))))
    return ", ".join(filter(None, (family, initials, suffix)))


def _initials(part: str) -> str:
    """Return a given name's initial; those of `Jean-Luc` keep their hyphen."""
    letters = [_AT_START.sub("", piece) for piece in part.split("-")]
    written = [piece for piece in letters if piece]
    first, *more = written or [""]
    # A part in lower case belongs to the one before it: Xiao-ming.
    capitals = [first, *(piece for piece in more if piece[0].isupper())]
    return "-".join(f"{_first_letter(piece)}." for piece in capitals if piece)


def _first_letter(piece: str) -> str:
    marks = 1
    while marks < len(piece) and unicodedata.combining(piece[marks]):
        marks += 1
    return piece[0].title() + piece[1:marks]


def _has_case(text: str) -> bool:
    return text.upper() != text.lower()
