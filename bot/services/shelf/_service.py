"""What commands and buttons may do to a server's shelf."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import limits
from bot.i18n import gettext as _
from bot.interactions.errors import UserError
from bot.runtime.clock import Clock
from bot.services.taste import LEAST_SAVERS, SAVED_WITHIN
from bot.ui.lists import shown_name
from bot.ui.shelf import who_adds
from storage import library, papers, shelves
from storage.database import Database
from storage.library import Member, Place
from storage.papers import StoredPaper
from storage.shelves import AddedVia, OfPaper, OnShelf, Shelf, ShelfSort


@dataclass(frozen=True, slots=True)
class ShelfPage:
    """One page of a shelf."""

    sort: ShelfSort
    number: int
    pages: int
    total: int
    entries: tuple[OnShelf, ...]
    named: dict[str, list[int]]
    """Who added each paper, of those who let shelves name them."""


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """One paper, and what a shelf says of it to one person."""

    stored: StoredPaper
    there: OfPaper
    named: tuple[int, ...]


class Shelves:
    """Reads and changes servers' shelves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def settings(self, guild_id: int) -> Shelf:
        """Return a server's settings."""
        async with self._database.read() as conn:
            return await shelves.get(conn, guild_id)

    async def change(self, shelf: Shelf) -> None:
        """Store a server's settings.

        Raises:
            UserError: its emoji is one that saves to everybody's lists.
        """
        if library.is_default(library.emoji_key(shelf.emoji)):
            raise UserError(
                _(
                    "{emoji} already saves to people's own lists. Choose another emoji for the"
                    " shelf.",
                    emoji=shelf.emoji,
                )
            )
        async with self._database.write() as conn:
            await shelves.put(conn, shelf, self._clock.now())

    async def papers(
        self, guild_id: int, *, sort: ShelfSort = ShelfSort.NEWEST, limit: int | None = None
    ) -> Sequence[OnShelf]:
        """Return what is on a server's shelf, in order; at most `limit` papers, all without."""
        async with self._database.read() as conn:
            return await shelves.papers_on(conn, guild_id, sort=sort, limit=limit)

    async def page(self, guild_id: int, sort: ShelfSort, number: int) -> ShelfPage:
        """Return a page of a shelf; beyond the last one, the last."""
        size = limits.PAGE_HITS
        async with self._database.read() as conn:
            total = await shelves.count(conn, guild_id)
            pages = max(1, -(-total // size))
            number = min(number, pages - 1)
            entries = await shelves.papers_on(
                conn, guild_id, sort=sort, offset=number * size, limit=size
            )
            named = await shelves.named(conn, guild_id, [each.stored.paper.id for each in entries])
        return ShelfPage(sort, number, pages, total, tuple(entries), named)

    async def entry(self, guild_id: int, user_id: int, paper_id: str) -> ShelfEntry | None:
        """Return what a shelf says of a paper to a person, `None` for an unknown paper."""
        async with self._database.read() as conn:
            stored = await papers.get(conn, paper_id)
            there = await shelves.of_paper(conn, guild_id, user_id, paper_id)
            named = await shelves.named(conn, guild_id, [paper_id])
        if stored is None:
            return None
        return ShelfEntry(stored, there, tuple(named.get(paper_id, ())))

    async def add(
        self,
        guild_id: int,
        user_id: int,
        paper_id: str,
        member: Member | None,
        *,
        via: AddedVia,
        place: Place,
    ) -> None:
        """Add a known paper for a person.

        Raises:
            UserError: they may not, or the paper is blocked there.
        """
        async with self._database.write() as conn:
            shelf = await shelves.get(conn, guild_id)
            managing = member is not None and member.manages
            if not managing and not shelf.lets(member):
                raise UserError(who_adds(shelf))
            added = await shelves.add_on_purpose(
                conn, guild_id, user_id, paper_id, via=via, now=self._clock.now(), place=place
            )
        if not added:
            raise UserError(
                _(
                    "The admins of this server blocked this paper from the shelf. Ask one of them"
                    " to unblock it."
                )
            )

    async def take_back(self, guild_id: int, user_id: int, paper_id: str) -> None:
        """Take back what a person added."""
        async with self._database.write() as conn:
            await shelves.take_back(conn, guild_id, user_id, paper_id)

    async def take_off(self, guild_id: int, paper_id: str) -> None:
        """Take a paper off a shelf for all who added it."""
        async with self._database.write() as conn:
            await shelves.take_off(conn, guild_id, paper_id)

    async def pin(self, guild_id: int, paper_id: str, *, pinned: bool) -> None:
        """Keep a paper on a shelf for the server, or leave it to the members."""
        async with self._database.write() as conn:
            if pinned:
                await shelves.pin(conn, guild_id, paper_id, self._clock.now())
            else:
                await shelves.unpin(conn, guild_id, paper_id)

    async def block(self, guild_id: int, paper_id: str, *, blocked: bool) -> None:
        """Keep a paper off a shelf, or let members add it again."""
        async with self._database.write() as conn:
            if blocked:
                await shelves.block(conn, guild_id, paper_id, self._clock.now())
            else:
                await shelves.unblock(conn, guild_id, paper_id)

    async def blocked(self, guild_id: int) -> Sequence[tuple[str, str]]:
        """Return id and title of the papers that are blocked in a server, the latest first."""
        async with self._database.read() as conn:
            return await shelves.blocked(conn, guild_id, limits.SELECT_OPTIONS)

    async def saved_here(self, guild_id: int, paper_ids: Sequence[str]) -> dict[str, int]:
        """Return how many members saved each of these papers, where cards of the server say so."""
        async with self._database.read() as conn:
            return await shelves.saved_here(
                conn, guild_id, paper_ids, self._clock.now() - SAVED_WITHIN, LEAST_SAVERS
            )

    async def clashing_list(self, user_id: int, shelf: Shelf) -> str | None:
        """Return the name of the person's own list that the shelf's emoji saves to, if one does."""
        async with self._database.read() as conn:
            mine = await library.of_user(conn, user_id)
        return next(
            (
                shown_name(each)
                for each in mine
                if each.emoji and shelves.same_emoji(shelf, library.emoji_key(each.emoji))
            ),
            None,
        )
