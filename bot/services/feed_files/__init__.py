"""The feeds of a server as a file: written with comments, read line by line, compared, applied."""

from bot.services.feed_files._plan import Change, FeedFiles, Plan
from bot.services.feed_files._read import MAX_BYTES, Problem, read
from bot.services.feed_files._settings import SETTINGS, Setting, Written
from bot.services.feed_files._write import write

__all__ = [
    "MAX_BYTES",
    "SETTINGS",
    "Change",
    "FeedFiles",
    "Plan",
    "Problem",
    "Setting",
    "Written",
    "read",
    "write",
]
