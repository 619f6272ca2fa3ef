"""Libraries: saves by reaction and by button, lists, notes, files, pages."""

from bot.services.library._details import SavedPaper
from bot.services.library._files import Exported
from bot.services.library._lists import NAME_LENGTH, ReadingLists, nothing_saved
from bot.services.library._pages import QUERY_LENGTH, LibraryPage, View
from bot.services.library._recall import Place
from bot.services.library._saved_papers import SavedPapers
from bot.services.library._service import Library
from bot.services.library._year import ReadingYear, year_of

__all__ = [
    "NAME_LENGTH",
    "QUERY_LENGTH",
    "Exported",
    "Library",
    "LibraryPage",
    "Place",
    "ReadingLists",
    "ReadingYear",
    "SavedPaper",
    "SavedPapers",
    "View",
    "nothing_saved",
    "year_of",
]
