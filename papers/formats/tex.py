"""Text as LaTeX that compiles everywhere, and back.

Characters are written as pylatexenc writes them where LaTeX alone compiles that and pandoc, biber
and others read it back. Any other stays as it is, and `preamble` says what stands for it where an
engine or a font lacks it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from pylatexenc import latexencode

from papers.formats._tex_macros import KERNEL, OF_T1, PLAIN, PROVIDED, READ_BACK, SIGNS
from papers.formats.formulas import FormulaError, checked
from papers.latex import formulas, has_latex
from papers.text import readable

# Braces as commands: BibTeX counts every brace, with a backslash before it or not.
_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{character: f"\\{character}" for character in "&%$#_"},
}
_FONTS: Final = frozenset("emph textbf textit textrm textsc textsf texttt".split())  # noqa: SIM905 - on one line
_FONT = re.compile(r"\\(?P<font>[a-z]+)\s*\{(?P<inside>[^{}$\\]*)\}")
_MACRO = re.compile(r"\\(?:[a-zA-Z]+|.)", re.DOTALL)
_TOKEN = re.compile(
    r"\{(?:\\|-)(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,9}\}){0,20}\}){0,60}\}|\\[a-zA-Z]{1,20}\{\}|\\[&%$#_]|[{}]"
)
"""What stands for one character in `encoded`, and any brace."""
_NAMED = re.compile(r"\\([a-zA-Z]+)")


def encoded(text: str) -> str:
    """Return LaTeX that shows `text`, for a field that BibTeX delimits by braces."""
    table = _table()
    return "".join([table.get(character, character) for character in text])


def decoded(latex: str) -> str:
    """Return the text behind `encoded`, and any other text without its braces."""
    return _TOKEN.sub(_behind, latex)


def _behind(match: re.Match[str]) -> str:
    latex = match[0]
    character = _characters().get(latex)
    if character is not None:
        return character
    # Not one of ours: its braces go, and what stands in them is read by itself.
    return decoded(latex[1:-1]) if latex[0] == "{" and len(latex) > 1 else latex.strip("{}")


def pieces(source: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a title or abstract: readable prose, and LaTeX that is kept (`True`).

    Kept are formulas and fonts, where any LaTeX compiles them. White space is folded.
    """
    source = unicodedata.normalize("NFC", " ".join(source.split()))
    position = 0
    for start, end, inside in formulas(source):
        yield from _prose(source[position:start])
        formula = _formula(inside)
        yield (f"${formula}$", True) if formula else (readable(source[start:end]), False)
        position = end
    yield from _prose(source[position:])


def preamble(texts: Iterable[str]) -> str:
    """Return what the documents need to know of LaTeX texts, empty for almost all of them.

    `\\providecommand` leaves alone what a document knows already. The names `u8:…` are those under
    which pdflatex looks for characters, and `?…` those of what an encoding lacks.
    """
    found = "".join(texts)
    lines = [
        rf"\providecommand{{\{name}}}{PROVIDED[name]}"
        for name in sorted(set(_NAMED.findall(found)) & PROVIDED.keys())
    ]
    raw = sorted({character for character in found if not character.isascii()})
    written = found + "".join(_known().get(character, "") for character in raw)
    lines += [
        rf"\expandafter\providecommand\csname ?\string\{name}\endcsname{OF_T1[name]}"
        for name in sorted(set(_NAMED.findall(written)) & OF_T1.keys())
    ]
    lines += [
        rf"\expandafter\providecommand\csname u8:\detokenize{{{character}}}\endcsname"
        rf"{{{_substitute(character)}}}"
        for character in raw
    ]
    return "".join(lines)


def _prose(text: str) -> Iterator[tuple[str, bool]]:
    if not (has_latex(text) or "^" in text):
        yield text, False
        return
    position = 0
    for match in _FONT.finditer(text):
        if match["font"] in _FONTS:
            yield _spaced(text[position : match.start()]), False
            inside = encoded(readable(match["inside"]))
            yield f"\\{match['font']}{{{inside}}}", True
            position = match.end()
    yield _spaced(text[position:]), False


def _spaced(text: str) -> str:
    """Return a part of a text as people read it, with the spaces at its ends."""
    shown = readable(text)
    before = " " if text[:1].isspace() and shown else ""
    after = " " if text[-1:].isspace() else ""
    return f"{before}{shown}{after}"


def _formula(inside: str) -> str | None:
    """Return a formula if every LaTeX compiles it, with its characters as macros."""
    table = _table()
    try:
        return checked("".join(c if c.isascii() else _in_math(table.get(c, c)) for c in inside))
    except FormulaError:
        return None


def _in_math(latex: str) -> str:
    return latex.removeprefix("{\\ensuremath").removesuffix("}") if "ensuremath" in latex else latex


def _substitute(character: str) -> str:
    if substitute := PLAIN.get(character) or _known().get(character):
        return substitute
    kind = unicodedata.category(character)
    if kind in ("Mn", "Me", "Cf", "Zl", "Zp", "Cc"):
        return ""
    if kind == "Zs":
        return "~"
    parts = unicodedata.normalize("NFKD", character)
    ascii_parts = "".join(c for c in parts if c.isascii() and (c.isalnum() or c in " .,/+-=()"))
    return ascii_parts or f"[U+{ord(character):04X}]"


@cache
def _known() -> dict[str, str]:
    """Return what pylatexenc writes for characters, where LaTeX alone compiles it."""
    known: Any = latexencode.get_builtin_uni2latex_dict()
    macros = KERNEL | OF_T1.keys()
    return {
        chr(code): latex
        for code, latex in sorted(known.items())
        if code >= 0xA0
        and {match[0][1:] for match in _MACRO.finditer(latex)} <= macros
        and latex not in _BROKEN
    }


@cache
def _table() -> dict[str, str]:
    """Return characters and their LaTeX, no two with the same, that other programs read back."""
    table = _ESCAPES | SIGNS
    for code in _LATIN:
        letter, accent = (*unicodedata.normalize("NFD", chr(code)), "", "")[:2]
        if letter.isascii() and accent in _ACCENTS:
            table[chr(code)] = f"{{\\{_ACCENTS[accent]}{{{letter}}}}}"
    for character, latex in _known().items():
        formula = latex.startswith("\\ensuremath{") and ("\\" in latex[12:] or latex[12] in "^_-")
        if formula or latex.removeprefix("\\") in READ_BACK:
            table.setdefault(character, f"{{{latex}}}")
    first = {latex: character for character, latex in reversed(table.items())}
    return {character: latex for latex, character in first.items()}


_LATIN: Final = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_ACCENTS: Final = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
    "\u0328": "k",
}
_BROKEN: Final = frozenset((r"\varepsilon", r"\acute{\ddot{\iota}}", r"\Upsilon"))
"""What does not compile outside of formulas."""


@cache
def _characters() -> dict[str, str]:
    return {latex: character for character, latex in _table().items()}
