"""Which messages show papers: asked at every reaction that anybody adds anywhere."""

from array import array
from bisect import bisect_left
from typing import Final

from storage import library
from storage.database import Database

_CARDS_PER_QUERY: Final = 50_000
_MAX_NEW: Final = 20_000
"""Messages kept in a set, which takes ten times as much, before they join the others."""


class MessageFilter:
    """The messages of ours that show papers, in eight bytes each; never wrong.

    Only this process sends, so that what it read at start and what it has added since is all.
    """

    def __init__(self) -> None:
        self._old = array("Q")
        self._new: set[int] = set()

    def __contains__(self, message_id: int) -> bool:
        if message_id in self._new:
            return True
        place = bisect_left(self._old, message_id)
        return place < len(self._old) and self._old[place] == message_id

    def __len__(self) -> int:
        return len(self._old) + len(self._new)

    def add(self, message_id: int) -> None:
        """Take in a message that was just recorded."""
        if message_id not in self:
            self._new.add(message_id)
            if len(self._new) > _MAX_NEW:
                self._merge()

    def forget(self, before: int) -> None:
        """Leave out the messages with smaller ids: their rows have been pruned."""
        self._merge()
        self._old = self._old[bisect_left(self._old, before) :]

    def _merge(self) -> None:
        self._old = array("Q", sorted([*self._old, *self._new]))
        self._new = set()

    async def load(self, database: Database) -> None:
        """Read every message that the database knows."""
        known = array("Q")
        after = 0
        while True:
            async with database.read() as conn:
                page = await library.card_ids(conn, after, _CARDS_PER_QUERY)
            if not page:
                break
            known.extend(page)
            after = page[-1]
        self._old = known
        self._new = {message_id for message_id in self._new if message_id not in self}
