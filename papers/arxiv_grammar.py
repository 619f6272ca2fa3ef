"""The written form of arXiv ids, and text made fit for finding them.

Scheme: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re
from typing import Final

# Every archive that ever gave out old-style ids; without the list, "w/9901001" would be a paper.
_HYPHENED: Final = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|"
    "cond-mat|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|mtrl-th|nucl-ex|nucl-th|"
    "patt-sol|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
).replace("-", "[-_]")
ARCHIVES: Final = rf"(?:{_HYPHENED}|cs|math|nlin|physics)"
"""The archives of the old scheme; files and macros write `_` for the hyphen."""

_CLASS: Final = r"(?:\.[a-z]{2}|\.[a-z]{2,5}-[a-z]{2,4})?"
# Four digits from April 2007, five from January 2015. arXiv's years run to 2090; those beyond 2049
# are left out, since a number like 9812.55555 in a message is a number.
NEW: Final = (
    r"(?:(?:0704|070[5-9]|071[0-2]|(?:0[89]|1[0-4])(?:0[1-9]|1[0-2]))\.(?!0000)[0-9]{4}"
    r"|(?:1[5-9]|[2-4][0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5})"
)
NUMBER: Final = (
    r"(?:(?:910[7-9]|911[0-2]|(?:9[2-9]|0[0-6])(?:0[1-9]|1[0-2])|070[1-3])(?!000)[0-9]{3})"
)
# Old mirrors' files and many a bibliography leave the slash out or write another sign for it.
_OLD: Final = rf"(?:{ARCHIVES}{_CLASS}/{NUMBER}|(?:{_HYPHENED})[_:]?{NUMBER})"
ID: Final = rf"(?:(?:{ARCHIVES}{_CLASS}/)?{NEW}|{_OLD})(?:v[1-9][0-9]{{0,3}})?"
"""One id, with or without version; no group in it has a name or a number."""

_PARTS = re.compile(
    rf"(?:{ARCHIVES}{_CLASS}/)?(?P<new>{NEW})(?:v[0-9]+)?"
    rf"|(?P<archive>{ARCHIVES}){_CLASS}[/_:]?(?P<number>{NUMBER})(?:v[0-9]+)?",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&#(?:x(?P<hex>[0-9a-f]{1,5})|(?P<number>[0-9]{1,6}));", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([_./:%~#&=?-])")
_INVISIBLE: Final = (
    *(0x00AD, 0x061C, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
)
_AS_ASCII: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full-width forms
    0x2010: "-",
    0x2011: "-",
    **dict.fromkeys(_INVISIBLE),
}


def canonical(text: str) -> str | None:
    """Return the key of the id that `text` is, with its version and subject class dropped."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    new = match["new"]
    return new or f"{match['archive'].lower().replace('_', '-')}/{match['number']}"


def legible(text: str) -> str:
    """Return `text` as it looks: no invisible characters, full-width ones as ASCII, no escapes."""
    if "&#" in text:
        text = _ENTITY.sub(_character, text)
    if not text.isascii():
        text = text.translate(_AS_ASCII)
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match["hex"], 16) if match["hex"] else int(match["number"])
    # Only signs that stand in ids and links; any other might be half of a character.
    return chr(code) if 0x21 <= code < 0x7F else " "
