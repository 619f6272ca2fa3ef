"""What libraries are made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Via(StrEnum):
    """What a person saved a paper by."""

    REACTION = "reaction"
    BUTTON = "button"
    MESSAGE = "message"
    """The command on a message."""
    COMMAND = "command"
    IMPORT = "import"


class Sort(StrEnum):
    """How a library is ordered."""

    NEWEST = "newest"
    OLDEST = "oldest"
    UNREAD = "unread"
    """Unread papers first."""
    VOTES = "votes"
    PUBLISHED = "published"
    TITLE = "title"


class DefaultList(NamedTuple):
    """One of the lists that everybody begins with."""

    name: str
    emoji: str
    is_default: bool
    is_read: bool


SAVE_EMOJI = "🔖"
"""Saves to the default list of users who have given it to no other."""

DEFAULT_LISTS = (
    DefaultList("to read", SAVE_EMOJI, True, False),
    DefaultList("favourites", "⭐", False, False),
    DefaultList("read", "✅", False, True),
)

MAX_LISTS = 24
"""Lists of one person: one may come back by itself, and a select shows 25."""


@dataclass(frozen=True, slots=True)
class ReadingList:
    """One of a person's lists; `papers` counts what is on it."""

    id: int
    user_id: int
    name: str
    emoji: str | None
    is_default: bool
    is_read: bool
    papers: int = 0
    news: bool = True
    """Whether the person gets news about its papers."""
    learn: bool = True
    """Whether what is on it says what the person is interested in."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was saved; no server for direct messages and imports."""

    message_id: int | None = None
    channel_id: int | None = None
    guild_id: int | None = None


NOWHERE = Place()


class Card(NamedTuple):
    """A message of ours that shows papers."""

    message_id: int
    channel_id: int
    guild_id: int | None
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote on a paper."""

    text: str
    """Where they wrote on several keys of the work, one text after the other, oldest first."""
    updated_at: datetime
    """The latest moment that any of it was written."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A paper in a user's library: on which lists, since when, from where, with which note."""

    paper_id: str
    lists: tuple[int, ...]
    """In the order of their ids; none where only the note is left."""
    saved_at: datetime
    """When it was first put on any of them; with no list, when the note was written."""
    via: Via | None
    place: Place
    note: str | None
    read: bool


def emoji_key(emoji: str) -> str:
    """Return what distinguishes one emoji from another, from the form in which Discord shows it.

    Clients send the variation selector or leave it out; a custom emoji may be renamed.
    """
    if emoji.startswith("<") and emoji.endswith(">"):
        return emoji[1:-1].rpartition(":")[2]
    return emoji.replace("\ufe0f", "")


def without_tone(key: str) -> str:
    """Return an emoji's key without its skin tone: 👍🏽 saves to the list of 👍."""
    return "".join(c for c in key if not "\U0001f3fb" <= c <= "\U0001f3ff") or key
