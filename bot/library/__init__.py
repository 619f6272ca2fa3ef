"""Saving papers: reactions, seeds, what was missed, and a library as its owner looks at it."""

from bot.library._lookup import Found, look_up
from bot.library._service import Library
from bot.library._shelf import QUERY_LENGTH, ShelfPage, View, search, shelf_page

__all__ = [
    "QUERY_LENGTH",
    "Found",
    "Library",
    "ShelfPage",
    "View",
    "look_up",
    "search",
    "shelf_page",
]
