"""The part of a text that answers a query, with the query's words in it."""

from collections.abc import Callable, Mapping, Sequence

from papers.spelling import spans

_BEFORE = 0.3
"""The share of the room left over that goes before the first word found."""

Span = tuple[int, int]


def best_passage(
    text: str,
    weights: Mapping[str, float],
    stem: Callable[[Sequence[str]], Sequence[str]],
    length: int,
) -> tuple[str, list[Span]]:
    """Return the passage that holds most of the query, and the spans of its words in it.

    Args:
        text: without LaTeX.
        weights: what each stem of the query is worth.
        stem: returns one stem per word.
        length: of the passage, in characters at most.
    """
    found = list(spans(text))
    spellings = list(dict.fromkeys(word for span in found for word in span.spellings))
    stems = dict(zip(spellings, stem(spellings), strict=True)) if spellings else {}
    hits: list[tuple[int, int, frozenset[str]]] = []
    for span in found:
        held = frozenset(stems[word] for word in span.spellings) & weights.keys()
        if held:
            hits.append((span.start, span.end, held))
    if not hits:
        return "", []
    first, last = _best(hits, weights, length)
    start = _start(text, hits[first][0], hits[last][1], length)
    end = min(len(text), start + length)
    if end < len(text) and not text[end].isspace():
        end = max(text.rfind(" ", start, end), hits[last][1])
    passage = text[start:end].rstrip()
    marks = [(a - start, b - start) for a, b, _ in hits if a >= start and b <= start + len(passage)]
    return passage, _merged(marks)


def _best(
    hits: Sequence[tuple[int, int, frozenset[str]]], weights: Mapping[str, float], length: int
) -> tuple[int, int]:
    """Return the first and the last hit of the passage whose different words are worth most."""
    best, chosen = -1.0, (0, 0)
    for first, (start, _, _) in enumerate(hits):
        held: set[str] = set()
        last = first
        for place in range(first, len(hits)):
            if hits[place][1] - start > length:
                break
            held |= hits[place][2]
            last = place
        worth = sum(weights[stem] for stem in held)
        if worth > best + 1e-9:
            best, chosen = worth, (first, last)
    return chosen


def _start(text: str, first: int, last: int, length: int) -> int:
    room = length - (last - first)
    begun = max((text.rfind(mark, 0, first) + 2 for mark in (". ", "? ", "! ")), default=0)
    begun = begun if begun > 1 else 0
    if first - begun <= room:
        return begun
    start = max(0, first - int(room * _BEFORE))
    if start and not text[start - 1].isspace():
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else first
    return start


def _merged(marks: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(marks):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
