# ruff: noqa: RUF001 - look-alike characters are what this module is for
"""What each LaTeX macro looks like in plain text, where pylatexenc would show another thing."""

import re
from collections.abc import Callable
from typing import Final

CITED: Final = "\0"
"""Stands for a citation until the brackets and spaces around it are gone."""

_RAISED = str.maketrans("0123456789+-−=()niT∘*'⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ°*′ᵀ")
_LOWERED = str.maketrans(".0123456789+-−=()aehijklmnoprstuvx", ".₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_AT_MOST_ONE_LETTER = re.compile(r"[^a-zA-Z]*[a-zA-Z]?[^a-zA-Z]*")

_ARGUMENT_ITSELF: Final = [
    "mathbf",
    "mathrm",
    "mathcal",
    "mathit",
    "mathsf",
    "mathtt",
    "mathfrak",
    "mathscr",
    "mathpzc",
    "mathnormal",
    "boldsymbol",
    "bm",
    "pmb",
    "operatorname",
    "ce",
    "num",
    "si",
    "unit",
    "ensuremath",
    "mbox",
    "uline",
    "enquote",
    "url",
    "textsf",
    "text",
    "underline",
    "overline",
    "romannumeral",
    "textnormal",
    "hbox",
    "mathop",
    "mathrel",
    "mathbin",
]
NOTHING: Final = [
    "left",
    "right",
    "middle",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "biggl",
    "biggr",
    "allowbreak",
    "noindent",
    "xspace",
    "limits",
    "displaystyle",
    "textstyle",
    "scriptstyle",
    "cal",
    "rm",
    "bf",
    "it",
    "em",
    "tt",
    "sc",
    "sf",
    "sl",
    "bfseries",
    "itshape",
    "tiny",
    "small",
    "footnotesize",
    "normalsize",
    "large",
    "Large",
    "bigskip",
    "medskip",
    "smallskip",
    "centering",
    "newline",
    "linebreak",
    "hfill",
    "protect",
    "par",
    "nolimits",
]
WORDS: Final = {
    "eg": "e.g.",
    "ie": "i.e.",
    "etc": "etc.",
    "etal": "et al.",
    "vs": "vs.",
    "wrt": "w.r.t.",
    "and": ",",
    "slash": "/",
    "colon": ":",
    "deg": "°",
    "degree": "°",
    "degreed": "°",
    "celsius": "°C",
    "percent": "%",
    "meter": "m",
    "kelvin": "K",
    "kilo": "k",
    "ohm": "Ω",
    "per": "/",
    "hdots": "…",
    "textgreater": ">",
    "textless": "<",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textrightarrow": "→",
    "prime": "′",
    "circ": "∘",
    "bigstar": "★",
    "lvert": "|",
    "rvert": "|",
    "lVert": "‖",
    "rVert": "‖",
    ",": " ",
    ";": " ",
    "quad": " ",
    "qquad": " ",
    "!": "\u200b",
}

_CITATIONS: Final = [
    "cite",
    "citet",
    "citep",
    "citealp",
    "citealt",
    "citeyear",
    "citeauthor",
    "citeproc",
    "ref",
    "cref",
    "eqref",
]

Show = Callable[[list[str]], str]


def _raised(content: str) -> str:
    return _script(content.strip(), _RAISED, "^")


def _lowered(content: str) -> str:
    return _script(content.strip(), _LOWERED, "_")


def _script(content: str, table: dict[int, int], mark: str) -> str:
    if all(ord(char) in table for char in content) and _AT_MOST_ONE_LETTER.fullmatch(content):
        return content.translate(table)
    return f"{mark}{content}" if content.isalnum() or len(content) == 1 else f"{mark}({content})"


def _fraction(above: str, below: str) -> str:
    parts = [part for part in (above.strip(), below.strip()) if part]
    return "/".join(part if part.isalnum() else f"({part})" for part in parts)


def _code_point(content: str) -> str:
    try:
        return chr(int(content.lstrip("x"), 16 if content.startswith("x") else 10))
    except (ValueError, OverflowError):
        return ""


# The arguments (`{` obligatory, `[` optional, `*` a star) and what is shown of them.
SHOWN: Final[dict[str, tuple[str, Show]]] = {
    "textsuperscript": ("{", lambda args: _raised(args[0])),
    "textsubscript": ("{", lambda args: _lowered(args[0])),
    "frac": ("{{", lambda args: _fraction(args[0], args[1])),
    "tfrac": ("{{", lambda args: _fraction(args[0], args[1])),
    "dfrac": ("{{", lambda args: _fraction(args[0], args[1])),
    "nicefrac": ("{{", lambda args: _fraction(args[0], args[1])),
    "sqrt": ("[{", lambda args: f"√{args[1]}" if args[1].isalnum() else f"√({args[1]})"),
    "binom": ("{{", lambda args: f"({args[0]} choose {args[1]})"),
    "pmod": ("{", lambda args: f"(mod {args[0]})"),
    "xrightarrow": ("[{", lambda args: " → "),
    "href": ("{{", lambda args: args[1]),
    "hyperlink": ("{{", lambda args: args[1]),
    "textcolor": ("[{{", lambda args: args[2]),
    "color": ("[{", lambda args: ""),
    "SI": ("[{{", lambda args: f"{args[1]} {args[2]}"),
    "qty": ("[{{", lambda args: f"{args[1]} {args[2]}"),
    "footnote": ("[{", lambda args: f" ({args[1].strip()})" if args[1].strip() else ""),
    "footnotemark": ("[", lambda args: ""),
    "unicode": ("{", lambda args: _code_point(args[0])),
    "label": ("{", lambda args: ""),
    "item": ("[", lambda args: f" {args[0]}" if args[0] else " •"),
    **{name: ("*[[{", lambda args: CITED) for name in _CITATIONS},
    **{name: ("{", lambda args: args[0]) for name in _ARGUMENT_ITSELF},
}
