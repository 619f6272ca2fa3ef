"""What is asked of the search engine, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from papers.search import Tier
from papers.topics import Topic


class Sort(StrEnum):
    """How hits are ordered."""

    BEST = "best"
    NEWEST = "newest"
    VOTES = "votes"


class Degraded(StrEnum):
    """Why an answer may be worse than it will be."""

    INDEX = "index"
    """The index is being made; the database was searched for the words."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One question. Equal requests get equal answers as long as no paper changes."""

    text: str
    """What to rank by: plain words."""
    since: date | None = None
    categories: tuple[str, ...] = ()
    """arXiv categories or archives ("cs.CL", "cs"), one of which a hit must have."""
    sort: Sort = Sort.BEST
    expression: Topic | None = None
    """The query language's conditions, which every hit must meet; `text` still ranks."""
    among: frozenset[int] | None = None
    """Rows of the papers that may be hits, a person's library for example; all of them without."""


class Hit(NamedTuple):
    """One paper of an answer."""

    paper_id: str
    score: float
    tier: Tier = Tier.NONE
    cosine: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """All hits that are worth turning pages for, best first."""

    hits: tuple[Hit, ...]
    corrections: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Unknown words, and hardly known ones, with what they were read as."""
    missing: tuple[str, ...] = ()
    """Words that no paper has, and that were not read as others."""
    rare: frozenset[str] = frozenset()
    """Words with corrections that some paper has nevertheless."""
    common: bool = False
    """Whether the request has only words that every text has."""
    by_meaning: bool = False
    """Whether embeddings took part."""
    degraded: Degraded | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The part of a text that answers, with the spans of the words that were asked for."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """A paper like another, with why."""

    paper_id: str
    score: float
    cosine: float | None
    words: tuple[str, ...]
    """Telling words of the one that the other has too."""
    authors: tuple[str, ...]
    """Authors they share."""


class SuggestionKind(StrEnum):
    """What a suggestion is."""

    TITLE = "title"
    TOPIC = "topic"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A way to go on typing."""

    kind: SuggestionKind
    text: str
    paper_id: str | None = None
    """Of the paper whose title it is."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How far the derived data are."""

    papers: int
    indexed: int
    embedded: int
    embedder: str | None
    ready: bool
    """Whether the index answers; otherwise the database does."""
