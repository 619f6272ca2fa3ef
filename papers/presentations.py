"""How conferences present papers: awards, talks and posters, and what each is worth."""

import re
from collections.abc import Mapping
from typing import Final

AWARD: Final = "award"
PRESENTATIONS: Final = (AWARD, "oral", "spotlight", "highlight", "poster")
"""The best first. CVPR and ICCV call a spotlight a highlight."""
STANDING: Final[Mapping[str, float]] = {
    AWARD: 6.0,
    "oral": 4.0,
    "spotlight": 2.0,
    "highlight": 2.0,
}
"""What each is worth above a poster in a thread without votes, in doublings of the interest. Only
the order is meant: programme committees give an oral to one or two papers in a hundred."""
_AWARD = re.compile(r"\b(?:awards?|best \w+|outstanding \w+|honou?rable mention)\b", re.IGNORECASE)


def presentation_of(decision: str, event: str = "") -> str | None:
    """Return the best presentation that a decision or a kind of event names, `None` for others.

    An event that is about an award, such as its ceremony, is no paper that has it.
    """
    if _AWARD.search(decision):
        return AWARD
    said = f"{decision} {event}".lower()
    return next((kind for kind in PRESENTATIONS[1:] if kind in said), None)


def place_of(kind: str | None) -> int:
    """Return the place of a presentation, 0 for the best; anything else comes last."""
    return PRESENTATIONS.index(kind) if kind in PRESENTATIONS else len(PRESENTATIONS)


def better(first: str | None, second: str | None) -> str | None:
    """Return the better of two presentations; what is none counts less than a poster."""
    return min((first, second), key=place_of) or first or second
