"""The words of a topic: as papers are compared with them, and as they were written."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from papers.spelling import joins, located, may_join, spelled
from papers.terms import STOPWORDS, unique
from papers.text import readable
from papers.topics import Branch, Phrase

MAX_TERMS = 48
"""Distinct words of one alternative that are compared; a topic of more is matched by its first."""

_PIECES = 16_384


def pieces_of(texts: Sequence[str]) -> list[str]:
    """Return the texts of a branch, those that make one word ("fine", "tuning") as one."""
    if len(texts) == 1 or not any(map(may_join, texts)):
        return list(texts)
    pieces = [texts[0]]
    for text in texts[1:]:
        if joins(pieces[-1], text):
            pieces[-1] = f"{pieces[-1]} {text}"
        else:
            pieces.append(text)
    return pieces


def branch_words(branch: Branch) -> list[str]:
    """Return the words of a branch in order, as its papers are compared with them."""
    return [word for piece in pieces_of(branch.texts) for word in _words_of(piece)]


def _words_of(piece: str) -> tuple[str, ...]:
    """Return the words of a piece."""
    return spelled(piece).words if piece.isalnum() else _looked_at(piece)


@lru_cache(maxsize=_PIECES)
def _looked_at(piece: str) -> tuple[str, ...]:
    """Return the words of a piece with signs in it: topics share most of them."""
    return spelled(piece).words


def shown_words(branch: Branch) -> list[str]:
    """Return the words that are compared, as they were written."""
    pieces = pieces_of(branch.texts)
    found = [_words_of(piece) for piece in pieces]
    compared = list(chain.from_iterable(found))
    content = content_of(compared)
    if compared == [piece.lower() for piece in pieces]:
        return content
    shown: dict[str, str] = {}
    for piece, of_piece in zip(pieces, found, strict=True):
        same = len(of_piece) == 1 and of_piece[0] == piece.lower()
        written = of_piece if same else _written(piece)
        if written is None:
            return content
        for word, text in zip(of_piece, written, strict=True):
            shown.setdefault(word, text)
    return [shown[word] for word in content]


@lru_cache(maxsize=_PIECES)
def _written(piece: str) -> tuple[str, ...] | None:
    """Return the words of a piece as they stand there; None where no place is a word's own."""
    text = readable(piece)
    found = located(text)
    if tuple(each.word for each in found) != _words_of(piece):
        return None
    return tuple(text[each.start : each.end].lower() for each in found)


def content_of(folded: Sequence[str]) -> list[str]:
    """Return those words of a text that are compared; stopwords if it has no other."""
    return list(dict.fromkeys([w for w in folded if w not in STOPWORDS] or folded))[:MAX_TERMS]


def phrases_of(branch: Branch) -> tuple[str, ...]:
    """Return what stands in a paper as a phrase: the quoted ones, or the whole text."""
    quoted = all(isinstance(part, Phrase) for part in branch.parts)
    return unique(part.text for part in branch.parts) if quoted else (branch.text,)
