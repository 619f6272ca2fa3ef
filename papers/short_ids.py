"""arXiv ids in six characters each, so that a button's id holds those of several papers.

An id of the present scheme is the number of its digits, one of the old scheme its archive and its
number; both are written in base 36. Discord takes 100 characters in a custom id.
"""

import re
from collections.abc import Iterable
from typing import Final

LENGTH: Final = 6
"""Characters of one paper: base 36 needs as many for the 34 archives of the old scheme."""

_ARCHIVES: Final = (
    *("acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn"),
    *("chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex"),
    *("hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th"),
    *("patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "quant-ph", "solv-int", "supr-con"),
)
"""Their order is part of the written form: never change it, append only."""
_OLD: Final = 10**9
_OF_ARCHIVE: Final = 10**7
_FIVE_DIGITS: Final = 1501
"""Year and month from which on a number has five digits instead of four."""
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_NEW = re.compile(r"([0-9]{4})\.([0-9]{4,5})")
_OLD_ID = re.compile(r"([a-z-]+)/([0-9]{7})")


def can_shorten(paper_id: str) -> bool:
    """Return whether an id has a short form; ids of no known scheme have none."""
    return _number(paper_id) is not None


def shorten(paper_ids: Iterable[str]) -> str:
    """Return the ids in one word, in their order.

    Raises:
        ValueError: one has no short form.
    """
    return "".join(map(_short, paper_ids))


def lengthen(text: str) -> list[str]:
    """Return the ids that `shorten` wrote; what it cannot have written is left out."""
    parts = (text[at : at + LENGTH] for at in range(0, len(text), LENGTH))
    return [paper_id for part in parts if (paper_id := _long(part)) is not None]


def _short(paper_id: str) -> str:
    number = _number(paper_id)
    if number is None:
        raise ValueError(f"{paper_id!r} is not an arXiv id")
    digits = ""
    for _ in range(LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def _number(paper_id: str) -> int | None:
    if match := _NEW.fullmatch(paper_id):
        month, number = match.groups()
        return int(month + number.zfill(5)) if len(number) == _width(int(month)) else None
    match = _OLD_ID.fullmatch(paper_id)
    if match is None or match[1] not in _ARCHIVES:
        return None
    return _OLD + _ARCHIVES.index(match[1]) * _OF_ARCHIVE + int(match[2])


def _long(part: str) -> str | None:
    if len(part) != LENGTH or not set(part) <= set(_DIGITS):
        return None
    value = int(part, len(_DIGITS))
    if value >= _OLD:
        archive, number = divmod(value - _OLD, _OF_ARCHIVE)
        return f"{_ARCHIVES[archive]}/{number:07}" if archive < len(_ARCHIVES) else None
    month, number = divmod(value, 10**5)
    width = _width(month)
    return f"{month:04}.{number:0{width}}" if number < 10**width else None


def _width(month: int) -> int:
    return 5 if month >= _FIVE_DIGITS else 4
