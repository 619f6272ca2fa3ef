"""What goes into a file and what comes out of one."""

from dataclasses import dataclass, field
from datetime import datetime

from papers.model import Paper

MARK = "Exported by Paperboy"
"""Stands in every file of ours: notes and lists are read back only from files that carry it.

What a stranger's file calls a note or a keyword is the reference manager's business, not a list.
"""

PRODUCER = "Paperboy"


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One saved paper: the paper and what its reader added."""

    paper: Paper
    note: str | None = None
    lists: tuple[str, ...] = ()
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """One paper that a file names, with what its reader had added, if the file is one of ours."""

    id: str
    note: str | None = None
    lists: tuple[str, ...] = ()
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line of a file, or an entry that begins there, which names no arXiv paper."""

    line: int
    text: str
    title: str = field(default="", compare=False)
    """The title of the entry's paper, if the file gives one."""
    author: str = field(default="", compare=False)
    """Its authors as the file writes them, the first one first."""
    dois: tuple[str, ...] = field(default=(), compare=False)
    """In lower case."""
    keys: tuple[str, ...] = field(default=(), compare=False)
    """The keys that it has elsewhere (`papers.paper_key`), its DOIs among them."""


Finding = Imported | Unreadable
