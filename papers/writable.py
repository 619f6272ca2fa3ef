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
    """Make every text in parsed JSON writable, names of fields too, and return it.

    Lists and objects are changed in place, without recursion: JSON may be nested more deeply than
    Python calls functions.

    Args:
        value: what was parsed.
        source: what it was parsed from, in UTF-8: where nothing in that is suspect, nothing is
            looked at.
    """
    if source is not None and not _SUSPECT.search(source):
        return value
    whole = [value]
    waiting: list[Any] = [whole]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            items = cast("list[Any]", each)
            items[:] = [_writable(item, waiting) for item in items]
        else:
            fields = cast("dict[Any, Any]", each)
            cleaned = {
                _writable(name, waiting): _writable(item, waiting) for name, item in fields.items()
            }
            fields.clear()
            fields.update(cleaned)
    return whole[0]


def _writable(item: Any, waiting: list[Any]) -> Any:
    if isinstance(item, str):
        return writable(item)
    if isinstance(item, (list, dict)):
        waiting.append(item)
    return cast("Any", item)
