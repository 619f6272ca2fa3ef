"""What shelves are made of."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, Final

from storage.library import Member
from storage.papers import StoredPaper

SHELF_EMOJI: Final = "📌"
"""Adds to the shelf of a server that has chosen no other."""


class Adding(StrEnum):
    """Who may add to a shelf. Those who manage the server always may, by command."""

    EVERYONE = "everyone"
    ROLE = "role"
    MANAGERS = "managers"


class AddedVia(StrEnum):
    """What a person added a paper by."""

    REACTION = "reaction"
    BUTTON = "button"
    COMMAND = "command"


class ShelfSort(StrEnum):
    """How a shelf is ordered."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ADDED = "added"
    """Added by most people first."""
    VOTES = "votes"
    PUBLISHED = "published"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A server's settings of its shelf."""

    guild_id: int
    emoji: str = SHELF_EMOJI
    adding: Adding = Adding.EVERYONE
    role_id: int | None = None
    """Whose members may add, where a role is needed."""
    shows_saves: bool = False
    """Whether cards say how many members saved their paper."""
    channel_id: int | None = None
    """Where the week's additions are posted; `None` for nowhere."""
    weekday: int = 0
    """Monday is 0."""
    at: time = time(9)
    timezone: str = "UTC"
    weekly_since: datetime | None = None
    """When the weekly post was last turned on or moved."""
    stopped_reason: str | None = None
    """Why the weekly post was stopped by us."""

    def lets(self, member: Member | None) -> bool:
        """Return whether a member may add; `None` for one of whom nothing is known."""
        match self.adding:
            case Adding.EVERYONE:
                return True
            case Adding.ROLE:
                return member is not None and (member.manages or self.role_id in member.role_ids)
            case Adding.MANAGERS:
                return member is not None and member.manages


@dataclass(frozen=True, slots=True)
class OnShelf:
    """A paper on a shelf."""

    stored: StoredPaper
    added_at: datetime
    people: int
    """Who added it and did not take it back."""
    pinned: bool
    """Whether an admin keeps it there."""


@dataclass(frozen=True, slots=True)
class OfPaper:
    """What a shelf says of one paper, to one person."""

    people: int
    mine: bool
    """Whether this person added it."""
    pinned: bool
    blocked: bool

    @property
    def there(self) -> bool:
        """Whether the paper is on the shelf."""
        return self.people > 0 or self.pinned


class ShelfPostState(StrEnum):
    """How far a weekly post is."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ShelfPost:
    """A server's weekly post, as far as it has got."""

    id: int
    guild_id: int
    local_date: date
    channel_id: int
    state: ShelfPostState
    payload: Any
    message_id: int | None
    planned_at: datetime
    attempts: int
    reason: str | None
