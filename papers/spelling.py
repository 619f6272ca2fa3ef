"""Words however people write them: the one analysis of search, topics and filters.

"SD$^2$", "SD²" and "SD^2" are "sd2"; "Gödel" is "godel", and "goedel" beside it; "LLMs" is "llm";
"fine-tuning", "fine tuning" and "finetuning" are "finetuning", with its parts beside it;
"modelling" is "modeling"; "Alzheimer’s" is "alzheimer".
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from papers._variants import COMPOUNDS, PREFIXES, SPACED_PREFIXES, one_spelling
from papers.text import readable

_STOPWORDS = """
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing down during each few for from further had has
have having he her here hers him his how i if in into is it its itself just may me might more
most my no nor not of off on once only or other our out over own per same she should so some
such than that the their them then there these they this those through to too toward towards
under until up upon us very via was we were what when where which while who whom why will with
within without would you your
"""
STOPWORDS: Final = frozenset(_STOPWORDS.split())

_COUNTED: Final = STOPWORDS | frozenset(
    "appendix chapter eq equation fig figure figures least nearly page pages section sections table"
    " tables top version january february march april june july august september october november"
    " december using against around approximately roughly".split()
)
"""What a number after it is counted by, and no part of its name."""

_CACHED: Final = 100_000  # spellings of a corpus' vocabulary, about 30 MB
_LONGEST: Final = 40  # characters; longer runs are no words

_CHUNK = re.compile(
    r"[^\W_]+(?:(?:[-\u2010\u2011\u2013'’ʼ]|[\^_]\{?|(?<=\d)\.(?=\d))[^\W_]+\}?)*"  # noqa: RUF001
    r"(?:\+\+(?!\w)|(?<=\b[A-Za-z])\#(?!\w))?"
)
"""A word with what belongs to it: hyphens, apostrophes, an exponent or index, decimals, C++."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_POSSESSIVE = re.compile(r"['’ʼ]s?(?=\Z|-)", re.IGNORECASE)  # noqa: RUF001
_APOSTROPHES = str.maketrans("", "", "'’ʼ{}")  # noqa: RUF001
_SCRIPT = re.compile(r"[\^_]\{?(?=\d)|(?<=[A-Za-z])\^\{?(?=[A-Za-z]\b)")
_APART = re.compile(r"[-\u2010\u2011\u2013_^]")  # noqa: RUF001 - dashes as authors write them
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})?[a-z]?")
_NUMBERED = re.compile(r"([^\W\d_]{3,})(\d[^\W_]*(?:\.\d+)?)")
_BETWEEN = re.compile(r"([a-z]{3,})2([a-z]{3,})")
_PLURAL = re.compile(r"[A-Z0-9][A-Za-z0-9]*[A-Z0-9]s")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_AS_UMLAUT = re.compile(r"(?<=[b-df-hj-np-tv-z])([ao])e(?=[b-df-hj-np-tv-z])")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_GREEK = re.compile(r"(?<![\u0370-\u03ff])[\u03b1-\u03c9](?![\u0370-\u03ff])")
_LETTERS = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma
tau upsilon phi chi psi omega
"""
_NAMES = dict(zip(map(chr, range(0x3B1, 0x3CA)), _LETTERS.split(), strict=True))


class Spelled(NamedTuple):
    """The folded words of a text."""

    words: tuple[str, ...]
    """In order, each in one spelling, compounds as one word."""
    parts: tuple[str, ...]
    """In order, compounds in their parts."""
    others: tuple[str, ...] = ()
    """What else is written for them, where it can stand in no order."""


class Located(NamedTuple):
    """A word of a text, where it stands."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text without case, accents, compatibility forms and invisible characters.

    A single Greek letter is its name: "β-VAE" is also written "beta-VAE".
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return _GREEK.sub(lambda match: _NAMES[match[0]], bare.translate(_UNDECOMPOSED))


def spelled(text: str) -> Spelled:
    """Return the words of a text, its LaTeX read."""
    words: list[str] = []
    parts: list[str] = []
    others: list[str] = []
    before, opened = "", False
    for chunk in _CHUNK.findall(_clean(text)):
        word, plain, opens, numeral, found = _entry(chunk)
        if (opened or numeral) and before and word and _one_word(before, word):
            words[-1] = before + word
            parts += found.parts
            others += found.others
        elif plain:
            words.append(word)
            parts.append(word)
        else:
            words += found.words
            parts += found.parts
            others += found.others
        before, opened = word, opens
    return Spelled(tuple(words), tuple(parts), tuple(others))


def located(text: str) -> list[Located]:
    """Return the words of a text that has no LaTeX, with the places in it that they take."""
    found: list[Located] = []
    before = ""
    for match in _CHUNK.finditer(text):
        word, _, _, _, spellings = _entry(match[0])
        if before and word and _one_word(before, word):
            found[-1] = Located(before + word, found[-1].start, match.end())
        else:
            found += [Located(each, match.start(), match.end()) for each in spellings.words]
        before = word
    return found


def joins(left: str, right: str) -> bool:
    """Tell whether the end of one text and the beginning of another make one word."""
    ends, begins = spelled(left).words[-1:], spelled(right).words[:1]
    return bool(ends and begins) and _one_word(ends[0], begins[0])


def may_join(word: str) -> bool:
    """Tell, quickly and generously, whether a bare word may be part of a compound."""
    folded = word.lower()
    return folded[:1].isdigit() or folded in COMPOUNDS or folded in SPACED_PREFIXES


def names(text: str) -> list[tuple[str, ...]]:
    """Return the folded words of a name: as it is, with umlauts written out, and without hyphens.

    "O'Neil" and "O’Neil" are "oneil".
    """  # noqa: RUF002
    text = _clean(text).translate(_APOSTROPHES)
    ways = [text, text.lower().translate(_UMLAUTS), re.sub(r"(?<=\w)[-\u2010\u2011](?=\w)", "", text)]
    found = (tuple(re.findall(r"[^\W_]+", fold(way))) for way in dict.fromkeys(ways))
    return [way for way in dict.fromkeys(found) if way]


def _clean(text: str) -> str:
    text = readable(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return text


def _one_word(left: str, right: str) -> bool:
    """Tell whether two neighbouring words are also written as one."""
    seconds = COMPOUNDS.get(left)
    if seconds is not None and right in seconds:
        return True
    if left in SPACED_PREFIXES:
        return right.isalpha() and len(right) > 2 and right not in STOPWORDS
    return (
        right[0].isdigit()
        and _NUMBER.fullmatch(right) is not None
        and left.isalpha()
        and len(left) > 1
        and left not in _COUNTED
    )


@lru_cache(maxsize=_CACHED)
def _entry(chunk: str) -> tuple[str, bool, bool, bool, Spelled]:
    """Return how a chunk stands in a text, so that a look at each is short.

    That is: its word, if it is one that may be joined with a neighbour; whether that is all; whether
    it begins compounds; whether it begins with a digit; and its spellings.
    """
    found = _chunk(chunk)
    word = found.words[0] if len(found.words) == 1 else ""
    if word and found.parts != found.words and "-" in chunk:
        word = ""
    plain = word != "" and found.parts == found.words and not found.others
    return word, plain, word in COMPOUNDS or word in SPACED_PREFIXES, word[:1].isdigit(), found


def _chunk(chunk: str) -> Spelled:
    """Return the spellings of what stands between two blanks."""
    if len(chunk) > 4 * _LONGEST:
        return Spelled((chunk[:_LONGEST].lower(),), (chunk[:_LONGEST].lower(),))
    bare = _SCRIPT.sub("", _POSSESSIVE.sub("", chunk)).translate(_APOSTROPHES)
    parts: list[str] = []
    words: list[str] = []
    others: list[str] = []
    pieces = [piece for piece in _APART.split(bare) if piece]
    for piece in pieces:
        _add(piece, words, parts, others)
    if len(parts) > 1:
        whole = "".join(fold(piece) for piece in pieces)
        if 1 < len(pieces) < 4 and len(whole) <= _LONGEST:
            others.append(one_spelling(whole))
    joined = _joined(words, hyphens=len(pieces) > 1)
    kept = tuple(dict.fromkeys(other for other in others if other not in joined))
    if not joined:
        return Spelled((chunk.lower()[:_LONGEST],), (chunk.lower()[:_LONGEST],))
    return Spelled(joined, tuple(parts), kept)


def _add(piece: str, words: list[str], parts: list[str], others: list[str]) -> None:
    """Add one word without a hyphen in it."""
    folded = fold(piece)[:_LONGEST]
    if not folded:
        return
    if "." in folded or "\u2044" in folded:
        cut = [part for part in re.split(r"[^\w]", folded) if part]
        words.append("".join(cut) if "\u2044" in folded else folded)
        parts += cut
        if (numbered := _NUMBERED.fullmatch(folded)) is not None:
            others += numbered.groups()
        return
    if (between := _BETWEEN.fullmatch(folded)) is not None:
        ways = (between[1], "to", between[2])
        words += ways
        parts += ways
        others.append(folded)
        return
    word = folded
    if _PLURAL.fullmatch(piece):
        word = folded[:-1]
        others.append(folded)
    if word not in STOPWORDS:
        word = one_spelling(word)
    words.append(word)
    parts.append(word)
    if (numbered := _NUMBERED.fullmatch(word)) is not None:
        others += numbered.groups()
    if not piece.isascii() and (written_out := fold(piece.lower().translate(_UMLAUTS))) != folded:
        others.append(written_out)
    elif piece[0].isupper() and (plain := _AS_UMLAUT.sub(r"\1", folded)) != folded:
        others.append(plain)


def _joined(words: Sequence[str], *, hyphens: bool) -> tuple[str, ...]:
    """Return the words of a chunk, those that are also written as one as one."""
    if not hyphens:
        return tuple(words)
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if following and _hyphenated(word, following):
            found.append(one_spelling(word + following))
            at += 2
        else:
            found.append(word)
            at += 1
    return tuple(found)


def _hyphenated(left: str, right: str) -> bool:
    if left in PREFIXES:
        return right.isalpha() and right not in STOPWORDS
    if right == "wise" or (left.isdigit() and right == "d"):
        return True
    if right[0].isdigit() and left.isalpha():
        return left not in _COUNTED and not (len(right) > 3 and right.isdigit())
    return right in COMPOUNDS.get(left, ())
