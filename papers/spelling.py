"""Words however people write them: the one analysis of search, topics and filters.

"SD$^2$", "SD²" and "SD^2" are "sd2"; "Gödel" is "godel", and "goedel" beside it; "LLMs" is "llm";
"fine-tuning", "fine tuning" and "finetuning" are "finetuning", with its parts beside it;
"modelling" is "modeling"; "Alzheimer's" is "alzheimer", whichever apostrophe it has.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple, cast

from papers._folding import cleaned, composed, fold, names
from papers._variants import COMPOUNDS, HYPHEN_ONLY, LOOSE, SPACED_PREFIXES
from papers.chunks import CHUNK, COUNTED, PLAIN, STOPWORDS, Spelled, chunk, chunks, plain_chunk

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
    "spelled_readable",
]

_KEPT: Final = 25_000  # answers about neighbouring words, 5 MB
_JOINING: Final = (COMPOUNDS.keys() - HYPHEN_ONLY) | SPACED_PREFIXES
_BLANKS: Final = str.maketrans(dict.fromkeys(',;:()"?!/=<>[]*&%|`$~@\\', " "))
"""Characters that no chunk holds; `papers.chunks.CHUNK` has those that one may hold."""
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})?[a-z]?")


class Located(NamedTuple):
    """A word of a text, where it stands."""

    word: str
    start: int
    end: int


def spelled(text: str) -> Spelled:
    """Return the words of a text, its LaTeX read."""
    if text.isalnum() and text.isascii():
        if (word := PLAIN.get(text)) is None:
            return Spelled(*chunks(text)[0][4:])
        alone = (word,)
        return Spelled(alone, alone, (), alone)
    return _read(cleaned(text))


def spelled_readable(text: str) -> Spelled:
    """Return the words of what `papers.text.readable` returned, or of a part of it."""
    return _read(composed(text))


def _read(text: str) -> Spelled:
    # Without its commas a word is one token wherever it stands, and is known sooner.
    if text.isascii():
        text = text.translate(_BLANKS)
    else:  # there `translate` takes ten times as long
        for mark in ",;:()":
            text = text.replace(mark, " ")
    tokens = text.replace(". ", " ").split()
    known: list[str | None] = [*map(PLAIN.get, tokens), None]
    words: list[str] = []
    others: list[str] = []
    parts = forms = words  # the same list for as long as nothing distinguishes them
    before, opened, at = "", False, 0
    while at < len(tokens):
        word = known[at]
        if word is not None and not (opened and _meet(before, word)):
            end = known.index(None, at)
            run = cast("list[str]", known[at:end])
            words += run
            if parts is not words:
                parts += run
                forms += run
            before, opened, at = run[-1], False, end
            continue
        looked_at = chunks(tokens[at]) if word is None else (plain_chunk(word),)
        for word, plain, opens, numeral, ways, cut, beside, written in looked_at:
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
                words += ways
            if parts is not words:
                parts += cut
                forms += written
            others += beside
            if opened and word in LOOSE.get(before, ()):
                others.append(before + word)
            before, opened = word, opens
        at += 1
    whole = tuple(words)
    in_parts = whole if parts is words or parts == words else tuple(parts)
    return Spelled(whole, in_parts, tuple(others), whole if forms is words else tuple(forms))


def located(text: str) -> list[Located]:
    """Return the words of a text that has no LaTeX, with the places in it that they take."""
    found: list[Located] = []
    before = ""
    for match in CHUNK.finditer(text):
        word, _, _, _, ways, *_ = chunk(match[0])
        if before and word and _one_word(before, word):
            found[-1] = Located(before + word, found[-1].start, match.end())
        else:
            found += [Located(each, match.start(), match.end()) for each in ways]
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
    for match in CHUNK.finditer(text):
        word, _, _, _, ways, cut, beside, _ = chunk(match[0])
        if before and word and _one_word(before, word):
            yield Span(frozenset((before + word,)), begun, match.end())
        yield Span(frozenset((*ways, *cut, *beside)), match.start(), match.end())
        before, begun = word, match.start()


@lru_cache(maxsize=_KEPT)
def joins(left: str, right: str) -> bool:
    """Tell whether the end of one text and the beginning of another make one word."""
    ends, begins = spelled(left).words[-1:], spelled(right).words[:1]
    return bool(ends and begins) and _one_word(ends[0], begins[0])


def may_join(word: str) -> bool:
    """Tell, quickly and generously, whether a bare word may be part of a compound."""
    return word[:1].isdigit() or word.lower() in _JOINING


def _meet(left: str, right: str) -> bool:
    """Tell whether two neighbouring words make another spelling, in place of them or beside."""
    return _one_word(left, right) or right in LOOSE.get(left, ())


def _one_word(left: str, right: str) -> bool:
    """Tell whether two neighbouring words are also written as one."""
    if left in HYPHEN_ONLY:
        return False
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
        and left not in COUNTED
    )
