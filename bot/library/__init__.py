"""Saving papers: reactions, seeds, what was missed, and a library as its owner looks at it."""

from bot.library._lookup import Found, look_up
from bot.library._recall import Place, papers_in
from bot.library._saved_papers import Change, SavedPapers
from bot.library._service import Library
from bot.library._shelf import QUERY_LENGTH, ShelfPage, View, search, shelf_page
from bot.library._titles import by_doi, by_title

__all__ = [
    "QUERY_LENGTH",
    "Change",
    "Found",
    "Library",
    "Place",
    "SavedPapers",
    "ShelfPage",
    "View",
    "by_doi",
    "by_title",
    "look_up",
    "papers_in",
    "search",
    "shelf_page",
]
