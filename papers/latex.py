"""LaTeX as arXiv's authors write it in titles and abstracts, turned into Unicode by pylatexenc.

pylatexenc knows the macros. Around it is what such texts need beyond a document: `$`, `%` and `&`
of plain prose are kept, exponents and indices become small digits, letters keep their plain shape
(`\\mathcal{O}(n)` is "O(n)", which people can search for), citations vanish, and a macro that
is unknown leaves its name or its argument instead of a hole.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from pylatexenc import latex2text, latexwalker, macrospec

from papers._latex_macros import CITED, NOTHING, SHOWN, WORDS, Show

# pylatexenc has no types: everything of it is `Any` from here on.
_text: Any = latex2text
_walker: Any = latexwalker
_spec: Any = macrospec

_LONGEST_FORMULA: Final = 400
_CACHED, _CACHED_LENGTH = 8_192, 60  # formulas kept, and the characters of the longest of them
_CITATION = re.compile(r"\s*[(\[](?:[\s,;]*\0)+[\s,;]*[)\]]|(?:\s*\0)+")
_BRACKETED = re.compile(r"\\\((.{1,400}?)\\\)|(?<!\\)\\\[(.{1,400}?)\\\]", re.DOTALL)
_ESCAPED_TWICE = re.compile(r"\\(?=\\[()])")
_BETA = re.compile(r"\\b\{eta\}")
"""What became of many a beta on its way through arXiv's submission form."""
# Looking behind comes last: a pattern that begins with a character is searched much faster.
_DOLLAR = re.compile(r"\$(?<!\\.)")
_LATEX_IN_FORMULA = re.compile(r"[\\^_{}]")
_WORD_OF_PROSE = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}|,")
_SENTENCE = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
_UNESCAPED = re.compile(r"([%&#$])(?<!\\.)")
_TIE = re.compile(r"~(?<=[\w.,)}].)(?=[\w\\(])")
_TILDE = re.compile(r"~(?<!\\.)")
_LETTER_MACRO = re.compile(r"(\\(?:aa|AA|ae|AE|oe|OE|ss|[oOlLij]))\s+(?=[a-z])")
_NAME_BEFORE_GROUP = re.compile(r"\\([A-Za-z]+)\s*(?=\{[^}])")
_LITERAL_NEWLINE = re.compile(r"\\[nr](?![a-zA-Z{])")
_NAME_BEFORE_GREEK = re.compile(r"(\\[A-Za-z]+)(?=[^\W\d_A-Za-z])")
"""arXiv writes some macros as letters, and pylatexenc takes any letter for part of a name."""
_SCRIPTED_MACRO = re.compile(r"(?<!\\)([\^_])\s*(\\[A-Za-z]+\s*\{[^{}]*\})")
_SCRIPT = re.compile(r"[\^_](?<!\\.)")
_FUNCTION_NAME = re.compile(r"(?<=[\w)])\s*(?=\\(?:log|ln|exp|sin|cos|tan|max|min|arg)\b)")

_WORD = re.compile(r"\S+\s*")
_MARK = re.compile(r"[\\{}]")
_PART = re.compile(r"\\[%&#$]|\{\}|\\text(?:sub|super)script [A-Za-z0-9]|\\[A-Za-z]+\{\}(?![{\[])")
_SIMPLE = re.compile(rf"(?:[^\\{{}}%$&#~^_\n]|{_PART.pattern})*")
"""What can be converted part by part: signs, symbols, and digits or letters above or below."""
_ESCAPED_BRACE = re.compile(r"\\[{}]")
_OPEN_END = re.compile(r"\\(?:[A-Za-z]+|[^A-Za-z])\s*\Z")
"""A macro whose argument may be the next word."""


def has_latex(text: str) -> bool:
    """Return whether anything in `text` could be LaTeX."""
    return "\\" in text or "$" in text or "``" in text


def to_unicode(text: str) -> str:
    """Return `text` with its LaTeX turned into Unicode; white space is left as it falls.

    Raises:
        Exception: whatever pylatexenc meets in broken LaTeX; its errors have no common base.
    """
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    prepared = _prepared(text.replace(CITED, ""))
    if prepared is None:
        return text
    converter = _converter()
    shown = [
        converter.latex_to_text(piece) if latex else piece for piece, latex in _split(prepared)
    ]
    text = "".join(shown)
    if "\0" in text:
        text = _CITATION.sub("", text)
    return text.replace("\u200b", "")


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of `text`, and of each whether there is LaTeX in it.

    pylatexenc goes through a text character by character; to show it only the words that need it
    makes an abstract a hundred times faster to read.
    """
    if "\\begin" in text:
        yield text, True
        return
    start = depth = optional = position = 0
    inside = False
    while True:
        if not inside:
            mark = _MARK.search(text, position)
            if mark is None:
                break
            before = text[position : mark.start()]
            position = mark.start()
            if before and not before[-1].isspace():
                position -= len(before.rsplit(None, 1)[-1])
        word = _WORD.match(text, position)
        if word is None:
            break
        position = word.end()
        latex = depth > 0 or optional > 0 or _MARK.search(word[0]) is not None
        if latex:
            bare = _ESCAPED_BRACE.sub("", word[0])
            depth = max(0, depth + bare.count("{") - bare.count("}"))
            optional = max(0, optional + bare.count("[") - bare.count("]"))
        if latex != inside and not (inside and _OPEN_END.search(text, start, word.start())):
            yield text[start : word.start()], inside
            start, inside = word.start(), latex
    yield text[start:], inside


def _prepared(text: str) -> str | None:
    """Return `text` as LaTeX that means what a reader takes it to mean; `None` if there is none."""
    text = _BETA.sub(r"\\beta{}", _ESCAPED_TWICE.sub("", text))
    text = _NAME_BEFORE_GREEK.sub(r"\1 ", text)
    if "\\(" in text or "\\[" in text:
        text = _BRACKETED.sub(lambda match: f" {_formula(match[1] or match[2])} ", text)
    pieces: list[str] = []
    position = 0
    for start, end, inside in formulas(text):
        pieces += [_prose(text[position:start]), _formula(inside)]
        position = end
    if not pieces and "\\" not in text:
        return None
    return "".join([*pieces, _prose(text[position:])])


def formulas(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and content of each `$…$` and `$$…$$` that is a formula and not money."""
    position = 0
    while (opening := _DOLLAR.search(text, position)) is not None:
        mark = "$$" if text.startswith("$$", opening.start()) else "$"
        inside_at = position = opening.start() + len(mark)
        closing = _DOLLAR.search(text, inside_at, inside_at + _LONGEST_FORMULA)
        if closing is None or not text.startswith(mark, closing.start()):
            continue
        end = closing.start() + len(mark)
        inside = text[inside_at : closing.start()]
        if _is_formula(inside, text[end : end + 1]):
            yield opening.start(), end, inside
            position = end


def _is_formula(inside: str, following: str) -> bool:
    """Tell `$n$` from "$5 and $10", much as pandoc does: text between prices ends in a space."""
    if not inside.strip():
        return False
    has_latex = _LATEX_IN_FORMULA.search(inside) is not None
    if inside[0].isdigit() and (
        (inside[-1].isspace() and _WORD_OF_PROSE.search(inside))
        or _SENTENCE.search(inside)
        or (not has_latex and (following.isdigit() or ", " in inside))
    ):
        return False
    return has_latex or not (inside[0].isspace() or inside[-1].isspace())


def _formula(inside: str) -> str:
    inside = _FUNCTION_NAME.sub(" ", inside.replace("~", " "))
    inside = _SCRIPTED_MACRO.sub(r"\1{\2}", inside)
    # The braces keep a macro at the end apart from the letters that follow the formula.
    return _macros(_SCRIPT.sub(_script_macro, _UNESCAPED.sub(r"\\\1", inside))) + "{}"


def _script_macro(match: re.Match[str]) -> str:
    return r"\textsuperscript " if match[0] == "^" else r"\textsubscript "


def _prose(text: str) -> str:
    text = _TILDE.sub(r"\\textasciitilde{}", _TIE.sub(" ", _LITERAL_NEWLINE.sub(" ", text)))
    return _macros(_LETTER_MACRO.sub(r"\1{}", _UNESCAPED.sub(r"\\\1", text)))


def _macros(text: str) -> str:
    """Return `text` with only the argument left of macros that take one and that are unknown."""
    known = _known()
    return _NAME_BEFORE_GROUP.sub(lambda match: match[0] if match[1] in known else "", text)


def _shown_by(arguments: str, show: Show) -> Callable[[Any, Any], str]:
    def simplify(node: Any, l2tobj: Any) -> str:
        given = _arguments(node, l2tobj)
        return show(given + [""] * (len(arguments) - len(given)))

    return simplify


def _unknown(node: Any, l2tobj: Any) -> str:
    """Show a macro without a rule: its arguments where the parser knows of some, else its name."""
    if node.nodeargd and node.nodeargd.argnlist:
        return "".join(_arguments(node, l2tobj))
    return str(node.macroname) if node.macroname.isalpha() else ""


def _arguments(node: Any, l2tobj: Any) -> list[str]:
    given: list[Any] = list(node.nodeargd.argnlist or ()) if node.nodeargd else []
    return ["" if arg is None else l2tobj.nodelist_to_text([arg]) for arg in given]


@cache
def _converter() -> Any:
    """Return what turns LaTeX into text. It holds no state between calls."""
    known = _walker.get_default_latex_context_db()
    known.add_context_category(
        "paperboy",
        prepend=True,
        macros=[_spec.MacroSpec(name, arguments) for name, (arguments, _) in SHOWN.items()],
    )
    known = known.filter_context(keep_which=["macros", "environments"])
    shown = _text.get_default_latex_context_db()
    shown.add_context_category(
        "paperboy",
        prepend=True,
        macros=[
            *(
                _text.MacroTextSpec(name, simplify_repl=_shown_by(arguments, show))
                for name, (arguments, show) in SHOWN.items()
            ),
            *(_text.MacroTextSpec(name, discard=True) for name in NOTHING),
            *(_text.MacroTextSpec(name, word.replace("%", "%%")) for name, word in WORDS.items()),
        ],
    )
    shown.set_unknown_macro_spec(_text.MacroTextSpec("", simplify_repl=_unknown))
    spaces = {
        "between-macro-and-chars": False,
        "after-comment": True,
        "between-latex-constructs": True,
        "in-equations": False,
    }
    converter = _text.LatexNodes2Text(latex_context=shown, strict_latex_spaces=spaces)
    return _Converter(known, converter)


class _Converter:
    """pylatexenc's parser and writer, joined so that both know the same macros."""

    def __init__(self, known: Any, writer: Any) -> None:
        self._known = known
        self._writer = writer
        # Papers repeat few formulas very often, and parsing one takes a tenth of a millisecond.
        self._cached = lru_cache(maxsize=_CACHED)(self._convert)

    def latex_to_text(self, text: str) -> str:
        """Return `text` converted; the parser forgives what it can."""
        if _SIMPLE.fullmatch(text):
            return _PART.sub(self._part, text)
        if len(text) > _CACHED_LENGTH:
            return self._convert(text)
        return self._cached(text)

    def _part(self, match: re.Match[str]) -> str:
        part = match[0]
        if part == "{}":
            return ""
        return part[1] if len(part) == 2 else self._cached(part)

    def _convert(self, text: str) -> str:
        walker = _walker.LatexWalker(text, latex_context=self._known, tolerant_parsing=True)
        nodes, _, _ = walker.get_latex_nodes()
        return self._writer.nodelist_to_text(nodes)


@cache
def _known() -> frozenset[str]:
    """Return the names of all macros that something is known of."""
    names = {*SHOWN, *NOTHING, *WORDS, "begin", "end"}
    for context in (_walker.get_default_latex_context_db(), _text.get_default_latex_context_db()):
        names.update(spec.macroname for spec in context.iter_macro_specs())
    return frozenset(names)
