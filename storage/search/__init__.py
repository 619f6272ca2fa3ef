"""The search engine: index, vectors and ranking behind one object."""

from storage.search._engine import MAX_VECTORS, SearchEngine
from storage.search._types import (
    Answer,
    Degraded,
    EngineStatus,
    Hit,
    Passage,
    SearchRequest,
    Similar,
    Sort,
    Suggestion,
    SuggestionKind,
)

__all__ = [
    "MAX_VECTORS",
    "Answer",
    "Degraded",
    "EngineStatus",
    "Hit",
    "Passage",
    "SearchEngine",
    "SearchRequest",
    "Similar",
    "Sort",
    "Suggestion",
    "SuggestionKind",
]
