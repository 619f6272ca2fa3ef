"""What a database is kept in, as `storage.database` sees it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

Observe: TypeAlias = Callable[[str, float], None]

READERS = 4
"""Connections kept for reading, of one process."""


class Engine(Protocol):
    """An open database of one kind; its two pools of connections are disposed of by the caller.

    A transaction of `writer` excludes every other one, of all processes, from its start: what it
    reads cannot change before it writes. One of `readers` sees one committed state throughout and
    refuses to write.
    """

    label: str
    """How messages name the database, without its password."""
    writer: AsyncEngine
    readers: AsyncEngine

    async def sync(self) -> None:
        """Make sure that what was committed outlasts a power cut."""
        ...

    async def backup(self, target: Path) -> None:
        """Write a copy of the present state to a file that does not exist, whole or not at all.

        Raises:
            DatabaseError: it cannot be written.
        """
        ...

    async def damage(self) -> str | None:
        """Return what is wrong with what is stored; `None` where it is intact, or the server's."""
        ...

    async def size(self) -> int:
        """Return the bytes that the database takes."""
        ...

    def take_any_text(self) -> None:
        """Let connections made from now on read texts that hold what is no character."""
        ...

    def optimize(self, connection: Connection) -> None:
        """Refresh the statistics by which indexes are chosen, in a writing transaction."""
        ...

    async def checkpoint(self) -> None:
        """Fold the log into the database where that would hold up a writer later."""
        ...

    async def give_back(self, pages: int) -> int:
        """Return a few free pages to the disk, and how many; 0 when enough are."""
        ...

    async def rebuild(self, worth: int) -> int:
        """Rebuild a database that has `worth` bytes to free; return the bytes freed.

        Raises:
            DatabaseError: it is worth it, but there is no room, or it failed.
        """
        ...
