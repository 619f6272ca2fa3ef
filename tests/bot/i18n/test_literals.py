"""Texts that people read stand in the catalogues: none is written beside them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]

AREAS: Final = ("bot/delivery", "bot/interactions", "bot/services", "bot/ui", "cogs")
"""Where texts for people on Discord are made."""

NOT_FOR_PEOPLE: Final = (
    *("gettext", "ngettext", "pgettext", "marked", "locale_str", "_", "Message", "PluralMessage"),
    *("describe", "command", "Group", "ContextMenu"),  # Discord gets their texts in every language
    *("debug", "info", "warning", "error", "exception", "log"),  # logs are for operators
    *("ValueError", "RuntimeError", "TypeError", "KeyError", "AssertionError"),
    *("compile", "fullmatch", "search", "sub", "template", "custom_id", "TypeVar", "getLogger"),
    *("cast", "mention"),
)  # fmt: skip
"""Calls whose literals are in the catalogues, or read by no user of Discord."""

FOR_OPERATORS: Final = ("bot/services/maintenance.py",)
"""Modules whose texts only the people who run the bot read: in the log, and as incidents."""

SHOWN: Final = ("label", "title", "placeholder", "text", "body", "footer", "name")
"""Keywords whose literals are shown even where they are a single word."""

_MARKUP: Final = re.compile(r"<[@#/t][^>]*>?|\w+://\S*|`[^`]*`|\b\w+=|\{[^}]*\}")
_WORD: Final = re.compile(r"(?<!\.)\b[^\W\d_]{2,}")


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each literal of a module that looks like a text for people, with its line."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for line, text in _of(ast.parse(source), shown=False):
        if not lines[line - 1].endswith("# not shown"):
            yield line, text


def _of(node: ast.AST, *, shown: bool) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Call() if _name(node.func) in NOT_FOR_PEOPLE:
            return
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.ClassDef(bases=[ast.Name(id="StrEnum")]):
            return  # values that are stored; what is shown of them is looked up
        case ast.Dict(values=values):
            for each in values:  # keys are looked up, and never shown
                yield from _of(each, shown=shown)
        case ast.keyword(arg=name, value=value):
            yield from _of(value, shown=name in SHOWN)
        case ast.JoinedStr(values=values):
            parts = [each.value for each in values if isinstance(each, ast.Constant)]
            text = " ".join(map(str, parts))
            if _WORD.search(_MARKUP.sub("", text)):
                yield node.lineno, text
            for each in values:
                if isinstance(each, ast.FormattedValue):
                    yield from _of(each.value, shown=False)
                    # Babel does not look into f-strings: the text would be in no catalogue.
                    yield from (
                        (call.lineno, ast.unparse(call))
                        for call in ast.walk(each.value)
                        if isinstance(call, ast.Call) and _is_looked_up(call)
                    )
        case ast.Constant(value=str(text)):
            words = _WORD.findall(_MARKUP.sub("", text))
            if (len(words) > 1 and " " in text) or (shown and words and text != text.lower()):
                yield node.lineno, text
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _of(child, shown=shown and isinstance(node, ast.IfExp | ast.BoolOp))


def _is_looked_up(call: ast.Call) -> bool:
    looked_up = _name(call.func) in ("_", "gettext", "ngettext", "pgettext")
    return looked_up and bool(call.args) and isinstance(call.args[0], ast.Constant)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def modules() -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for area in AREAS
        for path in sorted((ROOT / area).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith(FOR_OPERATORS)
    ]


@pytest.mark.parametrize("module", modules())
def test_no_text_for_people_stands_beside_the_catalogues(module: str) -> None:
    found = [f"{module}:{line}: {text!r}" for line, text in literals(ROOT / module)]
    assert not found, "\n".join(found)
