"""Topics against papers: the pass over what is new, and the preview, by one matcher."""

from bot.services.topics._reading import read_stored, read_topic
from bot.services.topics._recent_papers import WINDOW, window_begins
from bot.services.topics._service import TOO_FEW, Preview, Shown, Topics
from bot.services.topics._vectors import embed_and_keep

__all__ = [
    "TOO_FEW",
    "WINDOW",
    "Preview",
    "Shown",
    "Topics",
    "embed_and_keep",
    "read_stored",
    "read_topic",
    "window_begins",
]
