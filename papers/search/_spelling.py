"""Words that differ from a misspelt one by a single slip of the fingers."""

import string
from collections.abc import Callable, Iterator

from papers.spelling import STOPWORDS

RARE = 1
"""A word in at most this many papers may itself be a slip."""

MUCH_COMMONER = 20
"""How many times more papers a neighbour of a rare word must have to be read along with it."""

MAX_READINGS = 4
"""Readings of one unknown word; the other words of the query decide between them."""

_SHORTEST = 4  # letters; neighbours of shorter words are simply other words
_ALPHABET = string.ascii_lowercase  # a digit makes another name, not a slip


def slips(word: str) -> Iterator[str]:
    """Yield every word at one insertion, deletion, replacement or swap of neighbours from `word`.

    After P. Norvig, "How to Write a Spelling Corrector" (2007): looking each up in the index's
    dictionary finds all neighbours exactly, about 50 look-ups of a microsecond per letter.
    """
    seen = {word}
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in cuts:
        changed = [left + letter + right for letter in _ALPHABET]
        if right:
            changed.append(left + right[1:])
            changed.extend(left + letter + right[1:] for letter in _ALPHABET)
        if len(right) > 1:
            changed.append(left + right[1] + right[0] + right[2:])
        for candidate in changed:
            if candidate and candidate not in seen:
                seen.add(candidate)
                yield candidate


def readings(word: str, papers_with: Callable[[str], int]) -> tuple[str, ...]:
    """Return what a word may have been meant to be, likeliest first; empty if it is good as it is.

    `papers_with` returns how many papers hold a word. Slips of the first letter are rare, and of
    two neighbours the commoner one is meant more often. A word may also be two that lost their
    space.
    """
    own = papers_with(word)
    if own > RARE or len(word) < _SHORTEST or not word.isalpha():
        return ()
    least = max(own * MUCH_COMMONER, 1)
    found = [(papers_with(candidate), candidate) for candidate in slips(word)]
    found = [(papers, candidate) for papers, candidate in found if papers >= least]
    found.sort(key=lambda item: (item[1][0] != word[0], -item[0], item[1]))
    return tuple(candidate for _, candidate in found[:MAX_READINGS])


def split(word: str, papers_with: Callable[[str], int]) -> tuple[str, str] | None:
    """Return the two known words that an unknown word runs together, the rarer one commonest."""
    if papers_with(word) > RARE:
        return None
    parts = ((word[:at], word[at:]) for at in range(3, len(word) - 2))
    known = [
        (min(papers_with(a), papers_with(b)), a, b)
        for a, b in parts
        if a not in STOPWORDS and b not in STOPWORDS
    ]
    best = max(known, default=(0, "", ""))
    return (best[1], best[2]) if best[0] > 0 else None
