"""The search engine: index, vectors and ranking behind one object."""

from storage.search._engine import MAX_VECTORS, SearchEngine
from storage.search._index import IndexBusyError, PaperIndex
from storage.search._matrix import VectorMatrix
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
from storage.search._vector_memory import VectorMemory

__all__ = [
    "MAX_VECTORS",
    "Answer",
    "Degraded",
    "EngineStatus",
    "Hit",
    "IndexBusyError",
    "PaperIndex",
    "Passage",
    "SearchEngine",
    "SearchRequest",
    "Similar",
    "Sort",
    "Suggestion",
    "SuggestionKind",
    "VectorMatrix",
    "VectorMemory",
]
