"""Text as every database and Discord take it: cleaned once, where it enters.

PostgreSQL refuses U+0000, SQLite halves of characters (lone surrogates, which JSON may escape), and
Discord shows no control character. White space stays.
"""

import re
from typing import Any, Final, cast

UNWRITABLE: Final = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters but white space, halves of characters, and what is no character."""

_SUSPECT: Final = re.compile(
    rb"\\(?:b|u00|u[dD][89a-fA-F]|u[fF]{3}[eEfF])"
    rb"|[\x00-\x08\x0e-\x1b\x7f]|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]"
)
"""What JSON has in UTF-8 wherever a text in it is unwritable, and sometimes elsewhere."""


def writable(text: str) -> str:
    """Return the text without what not every database takes."""
    return UNWRITABLE.sub("", text)


def writable_json(value: Any, source: bytes | None = None) -> Any:
    """Return parsed JSON with every text in it writable, names of fields too.

    Args:
        value: what was parsed.
        source: what it was parsed from, in UTF-8: where nothing in that is suspect, nothing is
            copied.

    Raises:
        RecursionError: it is nested too deeply.
    """
    if source is not None and not _SUSPECT.search(source):
        return value
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, list):
        return [writable_json(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[Any, Any]", value)
        return {writable_json(name): writable_json(each) for name, each in fields.items()}
    return value
