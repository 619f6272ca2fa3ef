"""What the search answers with."""

from dataclasses import dataclass
from enum import Enum, auto

from bot import limits
from storage.papers import StoredPaper
from storage.search import Passage, Similar
from storage.search_sessions import Session
from storage.source_searches import SourceAnswer


class SourceState(Enum):
    """How far the sources are with a question."""

    NOT_ASKED = auto()
    """There is no source to ask, or nothing to ask for."""
    BUSY = auto()
    """Too many others ask in this minute."""
    ASKING = auto()
    ANSWERED = auto()


@dataclass(frozen=True, slots=True)
class FromSources:
    """What the sources add to an answer."""

    state: SourceState
    answers: tuple[SourceAnswer, ...] = ()
    names: tuple[str, ...] = ()
    """Who is being asked."""
    papers: tuple[str, ...] = ()
    """Ids of papers that meet the question's conditions and are not among its hits."""


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of an answered search, ready to be shown."""

    session: Session
    number: int
    pages: int
    papers: tuple[tuple[StoredPaper, Passage | None], ...]
    """Each with the part of its abstract that answers."""
    sources: FromSources

    @property
    def first(self) -> int:
        """The number of the first hit."""
        return self.number * limits.PAGE_HITS + 1


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """One page of the papers that are like one."""

    paper: StoredPaper
    number: int
    pages: int
    total: int
    papers: tuple[tuple[StoredPaper, Similar], ...]

    @property
    def first(self) -> int:
        """The number of the first paper."""
        return self.number * limits.PAGE_HITS + 1


@dataclass(frozen=True, slots=True)
class LookUp:
    """What became of looking for one paper."""

    paper: StoredPaper | None
    answers: tuple[SourceAnswer, ...] = ()
    """What the sources said, where they were asked."""
