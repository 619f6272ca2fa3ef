"""Words however people write them: the one analysis of search, topics and filters.

"SD$^2$", "SD²" and "SD^2" are "sd2"; "Gödel" is "godel", and "goedel" beside it; "LLMs" is "llm";
"fine-tuning", "fine tuning" and "finetuning" are "finetuning", with its parts beside it;
"modelling" is "modeling"; "Alzheimer's" is "alzheimer", whichever apostrophe it has.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from papers._folding import APOSTROPHES, UMLAUTS, cleaned, fold, names
from papers._variants import COMPOUNDS, LOOSE, PREFIXES, SPACED_PREFIXES, WHOLES, one_spelling

__all__ = [
    "STOPWORDS",
    "Located",
    "Span",
    "Spelled",
    "fold",
    "joins",
    "located",
    "may_join",
    "names",
    "spans",
    "spelled",
]

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

_COUNTERS = """
appendix chapter eq equation fig figure figures least nearly page pages section sections table
tables top version january february march april june july august september october november
december using against around approximately roughly
"""
_COUNTED: Final = STOPWORDS | frozenset(_COUNTERS.split())
"""What a number after it is counted by, and no part of its name."""

_CACHED: Final = 100_000  # spellings of a corpus' vocabulary, about 30 MB
_LONGEST: Final = 40  # characters; longer runs are no words

_CHUNK = re.compile(
    r"[^\W_]+(?:(?:[-\u2010\u2011\u2013'’ʼ]|[\^_]\{?|(?<=\d)\.(?=\d))[^\W_]+\}?)*"  # noqa: RUF001
    r"(?:\+\+(?!\w)|(?<=\b[A-Za-z])\#(?!\w))?"
)
"""A word with what belongs to it: hyphens, apostrophes, an exponent or index, decimals, C++."""
_POSSESSIVE = re.compile(r"['’ʼ]s?(?=\Z|-)", re.IGNORECASE)  # noqa: RUF001
_MARKED = re.compile(r"['’ʼ_^{}]+")  # noqa: RUF001
_SCRIPT = re.compile(r"[\^_]\{?(?=\d)|(?<=[A-Za-z])\^\{?(?=[A-Za-z]\b)")
_APART = re.compile(r"[-\u2010\u2011\u2013_^]")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})?[a-z]?")
_NUMBERED = re.compile(r"([^\W\d_]{3,})(\d[^\W_]*(?:\.\d+)?)")
_TAIL = re.compile(r"[^\W\d_]{1,2}(\d+([^\W\d_]{3,}))")
_BETWEEN = re.compile(r"([a-z]{3,})2([a-z]{3,})")
_PLURAL = re.compile(r"[A-Z0-9][A-Za-z0-9]*[A-Z0-9]s")
_AS_UMLAUT = re.compile(r"(?<=[b-df-hj-np-tv-z])([ao])e(?=[b-df-hj-np-tv-z])")


class Spelled(NamedTuple):
    """The folded words of a text."""

    words: tuple[str, ...]
    """In order, each in one spelling, compounds as one word."""
    parts: tuple[str, ...]
    """In order, compounds in their parts."""
    others: tuple[str, ...] = ()
    """What else is written for them, where it can stand in no order."""
    forms: tuple[str, ...] = ()
    """The parts as they were written, folded only."""


_Entry = tuple[str, bool, bool, bool, Spelled]


class Located(NamedTuple):
    """A word of a text, where it stands."""

    word: str
    start: int
    end: int


def spelled(text: str) -> Spelled:
    """Return the words of a text, its LaTeX read."""
    if text.isalnum() and text.isascii():
        return _entry(text)[-1]
    words: list[str] = []
    others: list[str] = []
    parts = forms = words  # the same list for as long as nothing tells them apart
    before, opened = "", False
    for token in cleaned(text).split():
        for word, plain, opens, numeral, found in _entries(token):
            if plain and not (opened or numeral):
                words.append(word)
                if parts is not words:
                    parts.append(word)
                    forms.append(word)
                before, opened = word, opens
                continue
            joined = (opened or numeral) and before and word and _one_word(before, word)
            if parts is words and (joined or not plain):
                parts, forms = words.copy(), words.copy()
            if joined:
                words[-1] = before + word
            else:
                words += found.words
            if parts is not words:
                parts += found.parts
                forms += found.forms
            others += found.others
            if opened and word in LOOSE.get(before, ()):
                others.append(before + word)
            before, opened = word, opens
    run = tuple(words)
    in_parts = run if parts is words or parts == words else tuple(parts)
    return Spelled(run, in_parts, tuple(others), run if forms is words else tuple(forms))


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


class Span(NamedTuple):
    """A place in a text, and everything that is written for what stands there."""

    spellings: frozenset[str]
    start: int
    end: int


def spans(text: str) -> Iterator[Span]:
    """Yield the places of the words of a text that has no LaTeX, with all of their spellings."""
    before, begun = "", 0
    for match in _CHUNK.finditer(text):
        word, _, _, _, found = _entry(match[0])
        if before and word and _one_word(before, word):
            yield Span(frozenset((before + word,)), begun, match.end())
        yield Span(
            frozenset((*found.words, *found.parts, *found.others)), match.start(), match.end()
        )
        before, begun = word, match.start()


@lru_cache(maxsize=_CACHED // 4)
def joins(left: str, right: str) -> bool:
    """Tell whether the end of one text and the beginning of another make one word."""
    ends, begins = spelled(left).words[-1:], spelled(right).words[:1]
    return bool(ends and begins) and _one_word(ends[0], begins[0])


@lru_cache(maxsize=_CACHED)
def may_join(word: str) -> bool:
    """Tell, quickly and generously, whether a bare word may be part of a compound."""
    folded = word.lower()
    return folded[:1].isdigit() or folded in COMPOUNDS or folded in SPACED_PREFIXES


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


def _entries(token: str) -> Sequence[_Entry]:
    """Return what stands between two blanks, chunk by chunk; most is one and known."""
    return _known_entries(token) if len(token) <= _LONGEST else _read_entries(token)


def _read_entries(token: str) -> tuple[_Entry, ...]:
    return tuple(map(_entry, _CHUNK.findall(token)))


_known_entries = lru_cache(maxsize=_CACHED)(_read_entries)


@lru_cache(maxsize=_CACHED)
def _entry(chunk: str) -> _Entry:
    """Return how a chunk stands in a text, so that a look at each is short.

    That is: its word, if it is one that may be joined with a neighbour; whether that is all;
    whether it begins compounds; whether it begins with a digit; and its spellings.
    """
    found = _chunk(chunk)
    word = found.words[0] if len(found.words) == 1 else ""
    if word and found.parts != found.words and "-" in chunk:
        word = ""
    plain = word != "" and found.words == found.parts == found.forms and not found.others
    opens = word in COMPOUNDS or word in SPACED_PREFIXES or word in LOOSE
    return word, plain, opens, word[:1].isdigit(), found


def _chunk(chunk: str) -> Spelled:
    """Return the spellings of what stands between two blanks."""
    if len(chunk) > 4 * _LONGEST:
        cut = (chunk[:_LONGEST].lower(),)
        return Spelled(cut, cut, (), cut)
    unowned = _POSSESSIVE.sub("", chunk)
    pieces = [
        piece for piece in _APART.split(_SCRIPT.sub("", unowned).translate(APOSTROPHES)) if piece
    ]
    parts: list[str] = []
    forms: list[str] = []
    words: list[str] = []
    others: list[str] = []
    for piece in pieces:
        _add(piece, words, parts, others, forms)
    whole = "".join(map(fold, pieces))
    if 1 < len(pieces) < 4 and len(whole) <= _LONGEST:
        others.append(one_spelling(whole))
    marked = _MARKED.split(unowned)
    if len(marked) > 1:
        others += [fold(piece) for piece in marked if len(piece) > 1]
    joined = _joined(words, hyphens=len(pieces) > 1)
    kept = tuple(dict.fromkeys(other for other in others if other not in joined))
    if not joined:
        cut = (chunk.lower()[:_LONGEST],)
        return Spelled(cut, cut, (), cut)
    return Spelled(joined, tuple(parts), kept, tuple(forms))


def _add(
    piece: str, words: list[str], parts: list[str], others: list[str], forms: list[str]
) -> None:
    """Add one word without a hyphen in it."""
    folded = fold(piece)[:_LONGEST]
    if not folded:
        return
    if "." in folded or "\u2044" in folded:
        cut = [part for part in re.split(r"[^\w]", folded) if part]
        words.append("".join(cut) if "\u2044" in folded else folded)
        parts += cut
        forms += cut
        if (numbered := _NUMBERED.fullmatch(folded)) is not None:
            others += numbered.groups()
        return
    if (between := _BETWEEN.fullmatch(folded)) is not None:
        ways = (between[1], "to", between[2])
        words += ways
        parts += ways
        forms += ways
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
    forms.append(folded)
    others += WHOLES.get(word, ())
    if (numbered := _NUMBERED.fullmatch(word)) is not None:
        others += numbered.groups()
    if (tail := _TAIL.fullmatch(word)) is not None:
        others += tail.groups()
    if not piece.isascii() and (written_out := fold(piece.lower().translate(UMLAUTS))) != folded:
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
    if right in LOOSE.get(left, ()):
        return False
    if left in PREFIXES:
        return right.isalpha() and right not in STOPWORDS
    if right == "wise" or (left.isdigit() and right == "d"):
        return True
    if right[0].isdigit() and left.isalpha():
        return left not in _COUNTED and not (len(right) > 3 and right.isdigit())
    return right in COMPOUNDS.get(left, ())
