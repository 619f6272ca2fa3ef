"""Titles and abstracts that come as JATS, HTML or escaped markup, as plain text.

Elements are recognised by their names and attributes and not by angle brackets alone, as parsers of
HTML do, so that `P<0.001`, `x <y and z> w` and `<mask>` stay. The result is Unicode for people and
for search: "H₂O", "10⁻³", "Escherichia coli"; the index folds it, so that "H2O" finds "H₂O".
"""

import html
import re
from dataclasses import dataclass
from typing import Final

from papers._markup_names import BLOCKS, HEADINGS, HIDDEN, ITALICS, NAMES, SECTIONS, SPELLED, VOID
from papers.writable import writable

LONGEST: Final = 100_000
"""Characters that are read; no title or abstract is longer."""
_ROUNDS: Final = 8
"""How often markup may have been escaped. Each round takes one layer off."""
_DEEPEST: Final = 64
"""Elements within each other that are kept apart."""

ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});")
_AMPERSAND = re.compile(r"&(?:amp;)+(?=#?\w{1,31};)")

_LOCAL: Final = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
_ATTRIBUTE: Final = (
    r"\s+[A-Za-z_:][\w:.-]{0,60}\s{0,9}=\s{0,9}"
    r"(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s\"'<>=]{1,2000})"
)
# Any element of the namespaces of JATS and MathML or with attributes, and the known ones, also with
# the prefixes that tools make up (`ns3:p`).
_TAG = re.compile(
    r"<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>|<\?[A-Za-z][^<>]{0,500}\?>|"
    r"<(?P<end>/?)(?:[A-Za-z]\w{0,9}:)?(?:"
    rf"(?P<name>{_LOCAL}|(?<=jats:|math:)[a-z-]{{1,40}}|(?<=mml:)[a-z-]{{1,40}}"
    rf"|(?<=[</]m:)[a-z-]{{1,40}})(?:{_ATTRIBUTE}){{0,20}}"
    rf"|(?P<other>[A-Za-z][\w.-]{{0,40}})(?:{_ATTRIBUTE}){{1,20}})\s{{0,99}}(?P<alone>/?)>",
    re.IGNORECASE | re.DOTALL,
)
_TEX_BODY = re.compile(r"\\begin\{document\}(.*)\\end\{document\}", re.DOTALL)
_SPELLED = re.compile(
    r"(?P<tex>\\[A-Za-z]+\s?|[_^]\s?)?\{(?P<sign>"
    + "|".join(sorted(map(re.escape, SPELLED), key=len, reverse=True))
    + r")\}"
)
_BRACKETED = re.compile(r"\[([≥≤≈\u223c~±→←↔\u00d7°·↑↓])\]")
_HEADINGS: Final = "|".join(
    sorted(
        {
            form
            for name in SECTIONS.split()
            for words in [name.replace("-", " ")]
            for form in (words.capitalize(), words.title(), words.upper())
        },
        key=len,
        reverse=True,
    )
)
# With a capital letter right behind it, at the beginning of a paragraph or after a sentence.
_GLUED = re.compile(
    rf"(?:(?<=\n\n)|\A|(?<=[\w)%\]][.?!])\s?)(?P<heading>{_HEADINGS})"
    r"(?=[A-Z][a-z]|A [a-z0-9]|[A-Z][A-Za-z0-9-]{1,9} )"
)
_GLUED_ABSTRACT = re.compile(r"\A(?:Abstract|ABSTRACT)(?=[A-Z][a-z]|A [a-z])")
_PARAGRAPH: Final = "\n\n"
_BLANK_LINE = re.compile(r"\n\s*\n")

_MINUS: Final = "-\u2212\u2013"
_SIGNS: Final = dict.fromkeys(_MINUS, "⁻") | {"+": "⁺", "=": "⁼", "(": "⁽", ")": "⁾"}
_SUPERSCRIPTS: Final = _SIGNS | dict(zip("0123456789nixt", "⁰¹²³⁴⁵⁶⁷⁸⁹ⁿⁱˣᵗ", strict=True))
_SUBSCRIPTS: Final = dict.fromkeys(_MINUS, "₋") | dict(
    zip("+=()0123456789aeijnrtx", "₊₌₍₎₀₁₂₃₄₅₆₇₈₉ₐₑᵢⱼₙᵣₜₓ", strict=True)
)
_NUMBER = re.compile(rf"[+{_MINUS[::-1]}]?\d")


def text(markup: str) -> str:
    """Return the text of an abstract: a blank line between paragraphs, headings with a colon.

    The text of a text is the same text. The heading "Abstract" is left out.
    """
    found = markup[:LONGEST]
    for _ in range(_ROUNDS):
        before, found = found, _headed(_one_layer(found))
        if found == before:
            break
    return found


def line(markup: str) -> str:
    """Return the text of a title, a name or another text of one line."""
    found = markup[:LONGEST]
    for _ in range(_ROUNDS):
        before, found = found, " ".join(_one_layer(found, headings=False).split())
        if found == before:
            break
    return found


def _one_layer(markup: str, *, headings: bool = True) -> str:
    markup = writable(_AMPERSAND.sub("&", markup))
    plain = ENTITY.sub(lambda match: html.unescape(match[0]), markup)
    if "<" in plain or "]]>" in plain:
        plain = _Reader(headings=headings).read(plain)
    plain = _SPELLED.sub(_sign, plain) if "{" in plain else plain
    return _BRACKETED.sub(r"\1", plain) if "[" in plain else plain


def _headed(plain: str) -> str:
    """Return paragraphs, each on one line, with the headings cut off that are glued to a word."""
    paragraphs = (" ".join(part.split()) for part in _BLANK_LINE.split(plain))
    plain = _GLUED_ABSTRACT.sub("", _PARAGRAPH.join(filter(None, paragraphs)))
    return _GLUED.sub(
        lambda match: ("" if not match.start() else _PARAGRAPH) + f"{match['heading']}: ", plain
    ).replace(_PARAGRAPH * 2, _PARAGRAPH)


def _sign(match: re.Match[str]) -> str:
    # `\mathrm{beta}` and `x_{mu}` are LaTeX.
    return match[0] if match["tex"] else SPELLED[match["sign"]]


@dataclass(slots=True)
class _Element:
    """An element that is open, and where its text begins."""

    name: str
    start: int
    first_child_ends: int = 0
    tex: str = ""


class _Reader:
    """Reads elements, well-formed or not, in one pass."""

    def __init__(self, *, headings: bool) -> None:
        self._headings = headings
        self._found: list[str] = []
        self._open: list[_Element] = []
        self._after_italics = False
        self._after_heading = False

    def read(self, markup: str) -> str:
        """Return the text with the elements of one layer read."""
        end = 0
        for tag in _TAG.finditer(markup):
            self._text(markup[end : tag.start()])
            end = tag.end()
            name = (tag["name"] or tag["other"] or "").lower()
            if tag["end"]:
                self._end(name)
            elif name:
                self._start(name, alone=bool(tag["alone"]))
        self._text(markup[end:])
        return "".join(self._found)

    def _text(self, words: str) -> None:
        if not words:
            return
        if any(element.name == "math" for element in self._open):
            words = words.strip()
        if self._after_italics and words[:1].isalpha():
            words = f" {words}"
        self._after_italics = False
        self._after_heading &= words.isspace()
        self._found.append(words)

    def _start(self, name: str, *, alone: bool) -> None:
        if name in BLOCKS:
            self._break()
        if not alone and name not in VOID and len(self._open) < _DEEPEST:
            self._open.append(_Element(name, len(self._found)))

    def _end(self, name: str) -> None:
        place = next(
            (at for at in range(len(self._open) - 1, -1, -1) if self._open[at].name == name), None
        )
        if place is not None:
            element = self._open[place]
            del self._open[place:]
            inner = "".join(self._found[element.start :])
            self._close(element, inner)
            parent = self._open[-1] if self._open else None
            if parent and parent.name in ("msup", "msub") and not parent.first_child_ends:
                parent.first_child_ends = len(self._found)
        if name in BLOCKS and name not in HEADINGS:
            self._break()

    def _break(self) -> None:
        # A heading stands in the line of what follows it.
        if not self._after_heading:
            self._found.append(_PARAGRAPH)

    def _close(self, element: _Element, inner: str) -> None:
        name = element.name
        if name in ITALICS:
            self._italics(element, inner)
        elif name in ("sup", "sub"):
            self._replace(element.start, _raised(inner, name, self._before(element.start)))
        elif name in ("msup", "msub") and element.first_child_ends:
            start = element.first_child_ends
            raised = "".join(self._found[start:])
            self._replace(start, _raised(raised, name[1:], self._before(start)))
        elif name in HEADINGS and self._headings:
            heading = _heading(inner)
            self._replace(element.start, heading)
            self._after_heading = bool(heading)
        elif name in HIDDEN:
            self._replace(element.start, "")
        elif name == "tex-math":
            self._tex(element, inner)
        elif name == "alternatives" and not inner.strip():
            self._replace(element.start, element.tex)

    def _tex(self, element: _Element, inner: str) -> None:
        body = _TEX_BODY.search(inner)
        formula = body[1].strip() if body else inner
        if "$" not in formula and set("\\^_") & set(formula):
            formula = f"${formula}$"
        for parent in reversed(self._open):
            if parent.name == "alternatives":
                parent.tex = formula
                formula = ""
                break
        self._replace(element.start, formula)

    def _italics(self, element: _Element, inner: str) -> None:
        # Crossref stores "of<i>Shigella sonnei</i>to": the blanks beside elements are lost.
        if len(inner.strip()) < 3 or any(part.name in ("sup", "sub") for part in self._open):
            return
        before = self._before(element.start)
        if inner[0].isalpha() and (before.isalpha() or before in (".", ",", ";", ":", ")")):
            self._found[element.start :] = [" ", inner]
        self._after_italics = inner[-1].isalnum() or inner[-1] == "."

    def _before(self, start: int) -> str:
        return next((part[-1] for part in reversed(self._found[:start]) if part), " ")

    def _replace(self, start: int, words: str) -> None:
        self._found[start:] = [words] if words else []


def _heading(words: str) -> str:
    words = " ".join(words.split())
    if not words or words.casefold().rstrip(":.") == "abstract":
        return ""
    return f"{words} " if words[-1] in ":.?!" else f"{words}: "


def _raised(inner: str, name: str, before: str) -> str:
    """Return a superscript or subscript as Unicode has it, if it is a number, signs or one letter.

    Words stay as they are ("5th", "CD4high"), and other numbers are marked ("10^6.5").
    """
    table = _SUPERSCRIPTS if name == "sup" else _SUBSCRIPTS
    plain = inner.strip()
    if sum(map(str.isalpha, plain)) <= 1 and all(character in table for character in plain):
        return "".join(table[character] for character in plain)
    if name == "sup" and before.isalnum() and _NUMBER.match(plain):
        return f"^{plain}"
    return inner
