"""What the buttons on papers need of the library."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.interactions.errors import Interaction
from storage.library import Place, PutBack, ReadingList, Toggled, Via


@dataclass(frozen=True, slots=True)
class Change:
    """A paper of a user's library after it was changed."""

    title: str
    """The paper's."""
    lists: tuple[ReadingList, ...]
    """All of the person's lists."""
    on: dict[int, datetime]
    """The ids of those that the paper is on, with since when."""
    removal: int | None
    """What `put_back` takes, where anything was taken away."""
    only_note: bool = False
    """Whether the paper was on no list before, so that the note alone was deleted."""


@dataclass(frozen=True, slots=True)
class SavedSome:
    """Several papers saved at once."""

    new: tuple[str, ...]
    """The ids of those that were not on the list."""
    list: ReadingList
    at: datetime
    """What `undo` takes."""


class Saves(Protocol):
    """Changes people's libraries; `bot.services.library.SavedPapers` is the real one."""

    async def toggle(
        self, user_id: int, paper_id: str, place: Place
    ) -> tuple[Toggled, Change] | None:
        """Save a paper to the default list, or take that back; `None` for an unknown paper."""
        ...

    async def place_on(
        self, user_id: int, paper_id: str, list_ids: Iterable[int], place: Place
    ) -> Change | None:
        """Put a paper on exactly these lists; `None` for an unknown paper."""
        ...

    async def take_out(
        self, user_id: int, paper_id: str, list_id: int | None = None
    ) -> Change | None:
        """Take a paper off one list or all; `None` where there is nothing to take out."""
        ...

    async def put_back(self, user_id: int, removal_id: int) -> tuple[PutBack, str] | None:
        """Undo a removal; `None` where that cannot be undone any more."""
        ...

    async def save_some(
        self, user_id: int, paper_ids: Sequence[str], *, via: Via, place: Place
    ) -> SavedSome:
        """Save the known ones of these papers to the default list."""
        ...

    async def undo(self, user_id: int, saved_at: datetime) -> int:
        """Take back what was saved on purpose at one moment; return how many papers that were."""
        ...

    async def save_again(
        self, user_id: int, paper_id: str, list_id: int, saved_at: datetime, place: Place
    ) -> tuple[str, ReadingList] | None:
        """Put a paper on a list, or on the default one; return its title and the list, `None` for
        an unknown paper."""
        ...


def saves_of(interaction: Interaction) -> Saves:
    """Return the library's service of the client that received an interaction."""
    return interaction.client.services.library.saved
