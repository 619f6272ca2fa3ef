"""Formulas of titles: which of them every LaTeX compiles, written so that none fails."""

import re
from typing import Final

from papers.formats._tex_macros import DELIMITERS, KERNEL, NEEDS_ARGUMENT, PROVIDED, TEXT_ONLY

_SIGN = re.compile(r"\\(?:[a-zA-Z]+|.)|\s+|.", re.DOTALL)
_SIGNS: Final = frozenset("\\" + sign for sign in "{}|,;:!&%$#_ ")
_NEVER: Final = frozenset('%#&$@\\"`')
_TEXT = re.compile(r"[A-Za-z0-9 .,:;!?()+=/*'-]*")
_SIZES: Final = frozenset(("left", "right", "big", "Big", "bigg", "Bigg"))


class FormulaError(ValueError):
    """The formula does not compile in every document."""


def checked(formula: str) -> str:
    """Return a formula of ASCII signs without its dollars, its scripts and arguments in braces.

    Raises:
        FormulaError: it is broken, or uses what LaTeX alone does not know.
    """
    parser = _Parser(_SIGN.findall(formula))
    written = parser.group(closing=None)
    if not written.strip():
        raise FormulaError("empty")
    return written.strip()


class _Parser:
    """Reads signs once from left to right; groups by recursion."""

    def __init__(self, signs: list[str]) -> None:
        self._signs = signs
        self._at = 0

    def group(self, closing: str | None) -> str:
        """Read up to the closing sign, or to the end."""
        written: list[str] = []
        scripts: set[str] = set()
        opened = 0
        while True:
            sign = self._next()
            if sign == closing:
                break
            if sign is None or sign == "}":
                raise FormulaError("unbalanced")
            if sign in ("^", "_"):
                if sign in scripts:
                    raise FormulaError("two scripts")
                scripts.add(sign)
                written.append(f"{sign}{{{self._argument()}}}")
            elif sign == "'":
                if "^" in scripts and written[-1] != "'":
                    raise FormulaError("two scripts")
                scripts.add("^")
                written.append(sign)
            elif sign.isspace():
                written.append(" ")
            else:
                scripts.clear()
                opened += (sign == "\\left") - (sign == "\\right")
                if opened < 0:
                    raise FormulaError("unbalanced")
                written.append(self._atom(sign))
        if opened:
            raise FormulaError("unbalanced")
        return "".join(written)

    def _next(self) -> str | None:
        if self._at >= len(self._signs):
            return None
        self._at += 1
        return self._signs[self._at - 1]

    def _after_space(self) -> str | None:
        sign = self._next()
        while sign is not None and sign.isspace():
            sign = self._next()
        return sign

    def _argument(self) -> str:
        sign = self._after_space()
        if sign is None or sign in "}^_'":
            raise FormulaError("an argument is missing")
        return self.group("}") if sign == "{" else self._atom(sign)

    def _atom(self, sign: str) -> str:
        if sign == "{":
            return f"{{{self.group('}')}}}"
        if sign in _NEVER or not sign.isascii():
            raise FormulaError(sign)
        if not sign.startswith("\\"):
            return sign
        name = sign[1:]
        if sign in _SIGNS:
            return sign
        if name in TEXT_ONLY or name not in KERNEL | PROVIDED.keys():
            raise FormulaError(sign)
        if name in _SIZES:
            return sign + self._delimiter()
        if name == "frac":
            return f"{sign}{{{self._argument()}}}{{{self._argument()}}}"
        if name == "sqrt" and self._peek() == "[":
            self._after_space()
            return f"{sign}[{{{self.group(']')}}}]{{{self._argument()}}}"
        if name in NEEDS_ARGUMENT:
            argument = self._argument()
            if (name.startswith("text") or name == "mbox") and not _TEXT.fullmatch(argument):
                raise FormulaError(sign)
            return f"{sign}{{{argument}}}"
        # The braces keep the name apart from what follows it.
        return f"{sign} " if self._peek_letter() else sign

    def _peek(self) -> str | None:
        at = self._at
        sign = self._after_space()
        self._at = at
        return sign

    def _peek_letter(self) -> bool:
        return self._at < len(self._signs) and self._signs[self._at][:1].isalpha()

    def _delimiter(self) -> str:
        sign = self._after_space()
        if sign is None or not (sign in "()[]|./<>" or sign.lstrip("\\") in DELIMITERS):
            raise FormulaError("a delimiter is missing")
        return f"{sign} " if sign[-1].isalpha() else sign
