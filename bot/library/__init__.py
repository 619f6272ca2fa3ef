"""Saving papers: reactions, seeds, what was missed, and a library as its owner looks at it."""

from bot.library._pages import QUERY_LENGTH, LibraryPage, View
from bot.library._recall import Place, papers_in
from bot.library._saved_papers import Change, SavedPapers
from bot.library._service import Library

__all__ = [
    "QUERY_LENGTH",
    "Change",
    "Library",
    "LibraryPage",
    "Place",
    "SavedPapers",
    "View",
    "papers_in",
]
