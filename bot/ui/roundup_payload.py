"""What a roundup says beside its list and cards, frozen."""

from datetime import date

from bot.ui.payload import Payload, Text
from papers.cadence import Every


class RoundupLine(Payload):
    """A paper below a roundup's list, with what became of it."""

    paper_id: str
    title: Text
    url: Text
    """Of its card in the server."""
    before: int = 0
    """Upvotes when it was posted, where that is what it is about."""
    count: int = 0
    """Upvotes now, or members who saved it."""
    repository: Text | None = None
    """Its code, where that is what it is about."""


class RoundupPayload(Payload):
    """What the header of a roundup tells beside its list."""

    every: Every
    first: date
    """The first batch day of its period."""
    rose: tuple[RoundupLine, ...] = ()
    saved: tuple[RoundupLine, ...] = ()
    code: tuple[RoundupLine, ...] = ()
    topics: tuple[tuple[Text, int], ...] = ()
    """Keywords of the period's papers, with how many have them: what the picture shows."""


class PostedBefore(Payload):
    """Where and when a roundup's paper was posted before."""

    day: date
    url: Text
