"""The passage of a paper that answers a query, as people read it."""

from typing import Final

from bot.ui.pages import Fragment
from bot.ui.payloads import summary_of
from papers.model import Paper
from papers.text import readable
from storage.search import Passage

PASSAGE: Final = 190
"""Characters of a passage: five lines on a phone, so that a page is three screens and not five."""


def quotable(paper: Paper) -> str:
    """Return the text of a paper that passages are taken from: its abstract where it is known."""
    return readable(paper.abstract or paper.summary or "")


def passage_of(paper: Paper, passage: Passage | None) -> tuple[Fragment, ...]:
    """Return what to show under a hit, in pieces: the passage that answers, else its beginning.

    The passage is one of what is `quotable`.
    """
    if passage is None or not passage.marks:
        summary = summary_of(paper, PASSAGE)
        return (Fragment(summary),) if summary else ()
    pieces: list[Fragment] = []
    at = 0
    for start, end in passage.marks:
        pieces += [
            Fragment(passage.text[at:start]),
            Fragment(passage.text[start:end], matched=True),
        ]
        at = end
    pieces.append(Fragment(passage.text[at:]))
    whole = quotable(paper)
    before = "" if whole.startswith(passage.text[:40].lstrip()) else "… "
    after = "" if whole.endswith(passage.text[-40:].rstrip()) else " …"
    return tuple(piece for piece in (Fragment(before), *pieces, Fragment(after)) if piece.text)
