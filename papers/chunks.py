"""What stands between two blanks of a text, as words: the part of spelling that is remembered."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeVar

from papers._folding import APOSTROPHES, UMLAUTS, fold
from papers._variants import (
    COMPOUNDS,
    HYPHEN_ONLY,
    LOOSE,
    PREFIXES,
    SPACED_PREFIXES,
    WHOLES,
    one_spelling,
)

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
COUNTED: Final = STOPWORDS | frozenset(_COUNTERS.split())
"""What a number after it is counted by, and no part of its name."""

PLAIN_KEPT: Final = 65_536  # tokens of some thousand abstracts, about 10 MB
_OTHERS_KEPT: Final = 24_576  # what needs a closer look, half a kilobyte each
_PIECES_KEPT: Final = 16_384  # parts of compounds
_LONGEST: Final = 40  # characters; longer runs are no words

CHUNK: Final = re.compile(
    r"[^\W_]+(?:(?:[-\u2010\u2011\u2013'’ʼ]|[\^_]\{?|(?<=\d)\.(?=\d))[^\W_]+\}?)*"  # noqa: RUF001 - apostrophes as people type them
    r"(?:\+\+(?!\w)|(?<=\b[A-Za-z])\#(?!\w))?"
)
"""A word with what belongs to it: hyphens, apostrophes, an exponent or index, decimals, C++."""
_POSSESSIVE = re.compile(r"['’ʼ]s?(?=\Z|-)", re.IGNORECASE)  # noqa: RUF001 - as above
_MARKED = re.compile(r"['’ʼ_^{}]+")  # noqa: RUF001 - as above
_SCRIPT = re.compile(r"[\^_]\{?(?=\d)|(?<=[^\W\d_])\^\{?(?=[A-Za-z]\b)")
_APART = re.compile(r"[-\u2010\u2011\u2013_^]")
_NUMBERED = re.compile(r"([^\W\d_]{3,})(\d[^\W_]*(?:\.\d+)?)")
_TAIL = re.compile(r"[^\W\d_]{1,2}(\d+([^\W\d_]{3,}))")
_BETWEEN = re.compile(r"([a-z]{3,})2([a-z]{3,})")
_IN_FULL: Final = {"img": "image", "seq": "sequence", "txt": "text", "vid": "video"}
"""Short forms that stand on both sides of a 2, as in "img2img", and are other words alone."""
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


_Words = tuple[str, ...]
Chunk = tuple[str, bool, bool, bool, _Words, _Words, _Words, _Words]
"""How a chunk stands in a text, so that a look at each is short.

Its word, if it is one that may be joined with a neighbour; whether that is all there is to it;
whether it begins compounds; whether it begins with a digit; and what `Spelled` holds. A bare tuple
of texts, because the garbage collector would look at each of any other kind again and again.
"""


PLAIN: Final[dict[str, str]] = {}
"""Tokens seen that are one plain word and join none, which is most of a text, with that word.

A dict, which loses its older half when it is full: `map` looks up a whole sentence in it without
any Python code.
"""
_OTHERS: Final[dict[str, tuple[Chunk, ...]]] = {}
_Kept = TypeVar("_Kept")


def chunks(token: str) -> Sequence[Chunk]:
    """Return the chunks of what stands between two blanks; most is one."""
    if (found := _OTHERS.get(token)) is not None:
        return found
    if len(token) > _LONGEST:
        return tuple(map(_chunk, CHUNK.findall(token)))
    if token.isalpha() and token.isascii():
        found = (_chunk(token),)
    else:
        found = tuple(map(_chunk, CHUNK.findall(token)))
    if len(found) == 1 and found[0][1:4] == (True, False, False):
        _keep(PLAIN, token, found[0][0], PLAIN_KEPT)
    else:
        _keep(_OTHERS, token, found, _OTHERS_KEPT)
    return found


def _keep(known: dict[str, _Kept], token: str, found: _Kept, limit: int) -> None:
    if len(known) >= limit:
        for oldest in list(islice(known, limit // 2)):
            known.pop(oldest, None)  # another thread may have been here
    known[token] = found


def plain_chunk(word: str) -> Chunk:
    """Return the chunk of a plain word."""
    alone = (word,)
    return word, True, False, False, alone, alone, (), alone


def chunk(written: str) -> Chunk:
    """Return how a chunk stands in a text."""
    if (word := PLAIN.get(written)) is not None:
        return plain_chunk(word)
    found = chunks(written)
    return found[0] if len(found) == 1 else _chunk(written)


def _chunk(written: str) -> Chunk:
    ways, cut, beside, forms = _spelled(written)
    word = ways[0] if len(ways) == 1 else ""
    if word and cut != ways and "-" in written:
        word = ""
    plain = word != "" and ways == cut == forms and not beside
    return word, plain, opens(word), word[:1].isdigit(), ways, cut, beside, forms


def opens(word: str) -> bool:
    """Tell whether a word begins compounds."""
    if word in COMPOUNDS:
        return word not in HYPHEN_ONLY
    return word in SPACED_PREFIXES or word in LOOSE


def _spelled(written: str) -> Spelled:
    """Return the spellings of a chunk."""
    if len(written) > 4 * _LONGEST:
        cut = (written[:_LONGEST].lower(),)
        return Spelled(cut, cut, (), cut)
    if written.isascii() and written.isalpha():
        return _letters(written)
    marked: list[str] = []
    if written.isascii() and written.replace("-", "").isalnum():
        pieces = written.split("-")
    else:
        unowned = _POSSESSIVE.sub("", written)
        bare = _SCRIPT.sub("", unowned).translate(APOSTROPHES)
        pieces = [piece for piece in _APART.split(bare) if piece]
        marked = _MARKED.split(unowned)
    parts: list[str] = []
    forms: list[str] = []
    words: list[str] = []
    others: list[str] = []
    for piece in pieces:
        _add(piece, words, parts, others, forms)
    whole = "".join(map(fold, pieces))
    if 1 < len(pieces) < 4 and len(whole) <= _LONGEST:
        others.append(one_spelling(whole))
    if len(marked) > 1:
        others += [fold(piece) for piece in marked if len(piece) > 1]
    joined = _joined(words, hyphens=len(pieces) > 1)
    kept = tuple(dict.fromkeys(other for other in others if other not in joined))
    if not joined:
        cut = (written.lower()[:_LONGEST],)
        return Spelled(cut, cut, (), cut)
    return Spelled(joined, tuple(parts), kept, tuple(forms))


def _letters(written: str) -> Spelled:
    """Return the spellings of a chunk of the letters A to Z, which most are."""
    folded = written.lower()[:_LONGEST]
    word, others = _one_way(written, folded)
    alone = (word,)
    if others:
        others = tuple(dict.fromkeys(other for other in others if other != word))
    return Spelled(alone, alone, others, alone if word == folded else (folded,))


def _one_way(piece: str, folded: str) -> tuple[str, tuple[str, ...]]:
    """Return a word in one spelling, and what else is written for it."""
    word, others = folded, ()
    if piece[-1] == "s" and _PLURAL.fullmatch(piece):
        word, others = folded[:-1], (folded,)
    if word not in STOPWORDS:
        word = one_spelling(word)
    others += WHOLES.get(word, ())
    if not word.isalpha():
        if (numbered := _NUMBERED.fullmatch(word)) is not None:
            others += numbered.groups()
        if (tail := _TAIL.fullmatch(word)) is not None:
            others += tail.groups()
    if not piece.isascii() and (written_out := fold(piece.lower().translate(UMLAUTS))) != folded:
        others += (written_out,)
    elif piece[0].isupper() and _AS_UMLAUT.search(folded):
        others += (_AS_UMLAUT.sub(r"\1", folded),)
    return word, others


_PIECES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {}
"""Parts of compounds. A plain dict of texts: the garbage collector follows each entry of others."""


def _add(
    piece: str, words: list[str], parts: list[str], others: list[str], forms: list[str]
) -> None:
    """Add one word without a hyphen in it."""
    folded = fold(piece)[:_LONGEST]
    if not folded:
        return
    if folded.isdigit():
        words.append(folded)
        parts.append(folded)
        forms.append(folded)
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
        in_full = tuple(_IN_FULL.get(way, way) for way in ways)
        words += in_full
        parts += in_full
        forms += ways
        others.append(folded)
        return
    if (known := _PIECES.get(piece)) is None:
        known = _one_way(piece, folded)
        _keep(_PIECES, piece, known, _PIECES_KEPT)
    word, more = known
    words.append(word)
    parts.append(word)
    forms.append(folded)
    others += more


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
        return left not in COUNTED and not (len(right) > 3 and right.isdigit())
    return right in COMPOUNDS.get(left, ())
