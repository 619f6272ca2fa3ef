"""Which of the nominated papers a journal club reads, and why that one."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple


class Why(StrEnum):
    """Why a paper was chosen."""

    VOTES = "votes"
    """It has the most votes."""
    TIE = "tie"
    """It has as many votes as another, and was nominated earlier."""
    NO_VOTES = "no votes"
    """Nobody voted, and it was nominated first."""
    ONLY_ONE = "only one"
    """No other paper was nominated."""
    NO_POLL = "no poll"
    """There was no poll, and it was nominated first."""
    POLL_GONE = "poll gone"
    """The poll was deleted, and it was nominated first."""


class Choice(NamedTuple):
    """A paper that was chosen, and its votes where there was a poll."""

    paper_id: str
    why: Why
    votes: int = 0


def choose(polled: Sequence[str], votes: Mapping[str, int]) -> Choice:
    """Return the winner of a poll.

    Args:
        polled: the papers of the poll, the earliest nomination first; at least one.
        votes: how many votes each has; one that is missing has none.
    """
    most = max(votes.get(paper_id, 0) for paper_id in polled)
    leading = [paper_id for paper_id in polled if votes.get(paper_id, 0) == most]
    if most <= 0:
        return Choice(leading[0], Why.NO_VOTES)
    return Choice(leading[0], Why.TIE if len(leading) > 1 else Why.VOTES, most)
