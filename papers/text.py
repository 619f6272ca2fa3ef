"""Texts of papers made fit for people: LaTeX as Unicode, whole sentences, cuts between words."""

import re
import unicodedata
from typing import Final

from papers import latex

_LONGEST_LATEX: Final = 20_000
"""Beyond this a text is no title or abstract, and parsing it would keep others waiting."""

_RAISED_DIGIT = re.compile(r"(?:(?<=[A-Z])|(?<=[a-z])(?=\^\d[A-Za-z]))\^(\d{1,2})(?![\d.])")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SENTENCE_END = re.compile(r"""[.!?…]["'”’)\]]*(?=\s+\S)|[。！？]""")  # noqa: RUF001 - Chinese marks
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:e\.g|i\.e|cf|al|etc|vs|resp|approx|ca|figs?|eqs?|sec|refs?|tab|no|vol|dr|"
    r"prof|st|mrs?|ms|w\.r\.t|a\.k\.a|[A-Z])\.$",
    re.IGNORECASE,
)
_CUT_AFTER: Final = 0.6
"""A cut moves back to the end of a word unless more than this share of the room would be lost."""

ELLIPSIS: Final = "…"


def readable(text: str) -> str:
    """Return a title or an abstract as people read it: LaTeX as Unicode, white space folded.

    Dollars and percent signs of prose stay. LaTeX too broken to be read stays as it was. A raised
    digit in prose ("C^2DLM") is read, too.
    """
    if latex.has_latex(text) and len(text) <= _LONGEST_LATEX:
        try:
            text = latex.to_unicode(text)
        except Exception:  # whatever the parser meets, the paper must not be lost
            return _folded(text)
    if "^" in text:
        text = _RAISED_DIGIT.sub(lambda match: match[1].translate(_RAISED), text)
    return _folded(text)


def first_sentences(text: str, limit: int) -> str:
    """Return as many whole sentences from the start of `text` as fit `limit` characters.

    If not even the first fits, it is cut as `cut` does.
    """
    text = _folded(text)
    if len(text) <= limit:
        return text
    end = 0
    for match in _SENTENCE_END.finditer(text):
        if match.end() > limit:
            break
        if _ends_sentence(text, match):
            end = match.end()
    return text[:end] if end else cut(text, limit)


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, with "…" at the end if anything is missing.

    The cut falls between words when that does not lose too much, and never inside a character that
    is written with several (an accent, an emoji with a skin tone).
    """
    if len(text) <= limit:
        return text
    if limit <= 0:
        return ""
    room = limit - len(ELLIPSIS)
    end = room
    if not text[room].isspace():
        space = max(text.rfind(" ", 0, room), text.rfind("\n", 0, room))
        end = space if space >= room * _CUT_AFTER else _whole_character(text, room)
    return text[:end].rstrip(" \t\n,;:-–—") + ELLIPSIS  # noqa: RUF001 - dashes as authors write them


def _folded(text: str) -> str:
    return " ".join(text.split())


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match[0] in "。！？":  # noqa: RUF001 - Chinese marks
        return True
    following = text[match.end() :].lstrip()[:1]
    if following.islower():
        return False
    return not _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1)


def _whole_character(text: str, end: int) -> int:
    """Return `end` or a little less, so that what follows it does not belong to what precedes."""
    while end > 0 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end


def _joins(char: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return char in "\u200d\ufe0f" or is_skin_tone or unicodedata.combining(char) != 0
