"""Saving papers: reactions, seeds, what was missed, and a library as its owner looks at it."""

from bot.services.library._pages import QUERY_LENGTH, LibraryPage, View
from bot.services.library._recall import Place
from bot.services.library._saved_papers import Change, SavedPapers
from bot.services.library._service import Library

__all__ = [
    "QUERY_LENGTH",
    "Change",
    "Library",
    "LibraryPage",
    "Place",
    "SavedPapers",
    "View",
]
