"""Which version of this program runs."""

import re
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Final

_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")


def version() -> str:
    """Return the version, `0` for a checkout that was never installed."""
    try:
        return version_of("paperboy")
    except PackageNotFoundError:
        return "0"


def is_newer(one: str, other: str) -> bool:
    """Return whether a version came after another one; an empty one came before all."""
    return _numbers(one) > _numbers(other)


def _numbers(text: str) -> tuple[int, ...]:
    found = _NUMBERS.match(text)
    return tuple(int(each) for each in found[0].split(".")) if found else ()
